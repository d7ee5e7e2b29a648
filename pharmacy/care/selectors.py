"""Reading care: the medicines somebody takes, and how long each one lasts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from pharmacy.care.models import RefillPlan
from pharmacy.core import clock
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Person


@dataclass(frozen=True, kw_only=True)
class MyMedicine:
    """One medicine of a person with its present supply. `quantity` in base units."""

    plan_id: UUID
    issue_key: str
    medicine: Medicine
    quantity: int
    days_supply: int
    runs_out_date: dt.date
    next_due_date: dt.date
    days_left: int  # 0 when it has run out
    is_due: bool


def my_medicines(person: Person, *, on: dt.date | None = None) -> list[MyMedicine]:
    """Medicines in use, what runs out first comes first; one query at any length.

    Args:
        on: the day to count from; None is today at the chain's place.
    """
    day = on or clock.today(settings.CHAIN_TIME_ZONE)
    plans = (
        RefillPlan.objects.filter(person=person, is_active=True)
        .select_related("medicine")
        .order_by("runs_out_date", "pk")
    )
    return [_row(plan, day) for plan in plans]


def find(person: Person, plan_id: UUID | str) -> RefillPlan | None:
    """A plan of this person by its external id; None when it is not theirs."""
    return (
        RefillPlan.objects.filter(person=person, external_id=plan_id)
        .select_related("medicine")
        .first()
    )


def _row(plan: RefillPlan, day: dt.date) -> MyMedicine:
    return MyMedicine(
        plan_id=plan.external_id,
        issue_key=plan.issue_key,
        medicine=plan.medicine,
        quantity=plan.quantity,
        days_supply=plan.days_supply,
        runs_out_date=plan.runs_out_date,
        next_due_date=plan.next_due_date,
        days_left=max((plan.runs_out_date - day).days + 1, 0),
        is_due=day >= plan.next_due_date,
    )
