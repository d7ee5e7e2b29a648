"""Refill plans: made at hand-over, due before the medicine runs out, closed by the next fill.

A person has at most one plan in force for a medicine. A new fill of the same medicine follows
the supply that is still at home and closes the plan before it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pharmacy.care import arithmetic
from pharmacy.care.events import RefillDue
from pharmacy.care.models import RefillPlan
from pharmacy.core import clock, locking, states
from pharmacy.core.errors import Invalid, Refused
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Person

ACTOR = "system:care"
# A reminder is about a current medicine up to 90 days after it ran out (US HHS, refill
# reminders FAQ); afterwards the therapy counts as lapsed everywhere.
LAPSES_AFTER_DAYS = 90


class SupplyMissing(Invalid):
    """A plan needs a quantity and a number of days."""

    code = "care.supply-missing"
    sentence = _("Say how much was handed over and for how many days.")


class FillChanged(Refused):
    """The same fill came before with other numbers."""

    code = "care.fill-changed"
    sentence = _("This fill is already on record with other numbers.")


def plan(
    *,
    person: Person,
    issue_key: str,
    medicine: Medicine,
    quantity: int,
    days_supply: int,
    handed_over_date: dt.date,
    lead_days: int = arithmetic.LEAD_DAYS,
) -> RefillPlan:
    """Put a fill on record and plan the next one.

    A fill that is reported late, after a newer one of the same medicine, is kept as history.

    Args:
        issue_key: opaque name of the fill; one plan for each medicine of it.
        quantity: base units.
        handed_over_date: the day at the store.

    Raises:
        SupplyMissing: quantity or days are not positive.
        FillChanged: the fill is on record with other numbers.
    Locks: the person's medicine.   Idempotent by: issue_key and medicine.
    """
    if quantity < 1 or days_supply < 1:
        raise SupplyMissing(quantity=quantity, days_supply=days_supply)
    fill = _Fill(
        person=person,
        quantity=quantity,
        days_supply=days_supply,
        handed_over_date=handed_over_date,
    )
    with transaction.atomic():
        locking.advisory(f"care:{person.external_id}:{medicine.code}", f"care:{issue_key}")
        known = RefillPlan.objects.filter(issue_key=issue_key, medicine=medicine).first()
        if known is None:
            return _plan(issue_key, medicine, fill, lead_days)
    if _Fill.of(known) != fill:
        raise FillChanged(plan=str(known.external_id))
    return known


@dataclass(frozen=True, kw_only=True)
class _Fill:
    """What was said of a fill, to compare it when it is said again."""

    person: Person
    quantity: int
    days_supply: int
    handed_over_date: dt.date

    @classmethod
    def of(cls, row: RefillPlan) -> _Fill:
        return cls(**{field.name: getattr(row, field.name) for field in fields(cls)})


def _plan(issue_key: str, medicine: Medicine, fill: _Fill, lead_days: int) -> RefillPlan:
    day = fill.handed_over_date
    fills = RefillPlan.objects.filter(person=fill.person, medicine=medicine)
    in_force = fills.filter(is_active=True).first()
    is_late_report = in_force is not None and in_force.handed_over_date > day
    earlier = fills.filter(handed_over_date__lte=day).order_by("-runs_out_date").first()
    days = arithmetic.supply(
        handed_over_date=day,
        days_supply=fill.days_supply,
        carried_until=earlier.runs_out_date if earlier else None,
        lead_days=lead_days,
    )
    if in_force is not None and not is_late_report:
        mark(in_force, "reordered", by=ACTOR)
    made = RefillPlan.objects.create(
        issue_key=issue_key,
        medicine=medicine,
        person=fill.person,
        quantity=fill.quantity,
        days_supply=fill.days_supply,
        handed_over_date=day,
        starts_date=days.starts_date,
        runs_out_date=days.runs_out_date,
        next_due_date=days.next_due_date,
        is_active=not is_late_report,
        planned_at=clock.now(),
    )
    return mark(made, "reordered", by=ACTOR) if is_late_report else made


def due(on: dt.date) -> QuerySet[RefillPlan]:
    """Plans to announce on a day: due by then and not announced yet. Reads only those."""
    return RefillPlan.objects.filter(stage="active", next_due_date__lte=on).order_by(
        "next_due_date", "pk"
    )


def overdue(on: dt.date) -> QuerySet[RefillPlan]:
    """Plans announced long ago that nobody refilled."""
    last = on - dt.timedelta(days=LAPSES_AFTER_DAYS)
    return RefillPlan.objects.filter(stage="due", runs_out_date__lt=last).order_by("pk")


def announce(plan: RefillPlan) -> RefillPlan:
    """Mark a plan as due and tell the other parts.

    Raises:
        TransitionRefused: it was announced or closed meanwhile.
    Emits: RefillDue.   Locks: the plan.
    """
    event = RefillDue(person=str(plan.person.external_id), plan=str(plan.external_id))
    return states.advance(plan, "due", by=ACTOR, event=event)


def mark(plan: RefillPlan, stage: str, *, by: str) -> RefillPlan:
    """Close a plan as `reordered` or `lapsed`: it no longer counts for its medicine.

    Raises:
        TransitionRefused: it is closed already.
    Locks: the plan.
    """
    return states.advance(plan, stage, by=by, updates={"is_active": False})
