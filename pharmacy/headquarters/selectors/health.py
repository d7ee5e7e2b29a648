"""Is everything that should have happened on its way? Events, payments, reports, stock, books."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q
from oscar.core.loading import get_model

from inventory import reconcile
from inventory.models import Location, Lot
from inventory.reconcile import Difference
from pharmacy.core.models import Delivery, OutboxMessage
from pharmacy.core.money import Money
from pharmacy.headquarters.errors import RecordMissing
from pharmacy.payment.models import PaymentAttempt
from pharmacy.pieces import words as said
from pharmacy.settlement import balances
from pharmacy.settlement.accounts import Account
from prescriptions.models import Report

Partner = get_model("partner", "Partner")
MOST = 100


@dataclass(frozen=True)
class Counts:
    """How much stands in each corner; zero is well, except for what only waits."""

    waiting: int
    oldest: dt.datetime | None
    dead: int
    payments: int
    reports: int
    rejected: int
    differences: int

    @property
    def problems(self) -> int:
        """What somebody has to look at."""
        return self.dead + self.payments + self.rejected + self.differences


@dataclass(frozen=True)
class Books:
    """Every account with its sums, and whether both sides are equal in every currency."""

    rows: list[tuple[Any, Money, Money, Money]]
    sums: list[tuple[str, Money, Money]]

    @property
    def is_balanced(self) -> bool:
        """Whether debits equal credits."""
        return all(debit == credit for _currency, debit, credit in self.sums)


def counts() -> Counts:
    """The state of every corner; five queries."""
    due = Delivery.objects.aggregate(
        pending=Count("pk", filter=Q(state="pending")),
        dead=Count("pk", filter=Q(state="dead")),
        oldest=Min("message__recorded_at", filter=Q(state="pending")),
    )
    new = OutboxMessage.objects.filter(dispatched_at=None).aggregate(
        n=Count("pk"), oldest=Min("recorded_at")
    )
    reports = Report.objects.aggregate(
        pending=Count("pk", filter=Q(stage="pending")),
        rejected=Count("pk", filter=Q(stage="rejected")),
    )
    return Counts(
        waiting=due["pending"] + new["n"],
        oldest=min((at for at in (due["oldest"], new["oldest"]) if at), default=None),
        dead=due["dead"],
        payments=PaymentAttempt.objects.filter(state="unknown").count(),
        reports=reports["pending"],
        rejected=reports["rejected"],
        differences=len(reconcile.differences()),
    )


def dead() -> list[Delivery]:
    """Events that were put aside, the latest first."""
    rows = Delivery.objects.filter(state="dead").select_related("message")
    return list(rows.order_by("-message_id", "reaction")[:MOST])


def find_dead(*, event: str, reaction: str) -> Delivery:
    """One delivery by the id of its event and the name of its reaction.

    Raises:
        RecordMissing: there is none.
    """
    try:
        key = uuid.UUID(event)
    except ValueError:
        raise RecordMissing from None
    found = Delivery.objects.filter(message__event_id=key, reaction=reaction).first()
    if found is None:
        raise RecordMissing(event=event)
    return found


def payments() -> list[PaymentAttempt]:
    """Payments of which nobody knows the outcome, the oldest first."""
    return list(PaymentAttempt.objects.filter(state="unknown").order_by("changed_at")[:MOST])


def reports() -> list[Report]:
    """Reports that a hospital has not confirmed, the oldest first."""
    rows = Report.objects.exclude(stage="confirmed").select_related(
        "dispense__store", "dispense__issue__prescription__issuer"
    )
    hidden = ("patient_name", "patient_birth_date", "allergies", "diagnoses", "note")
    path = "dispense__issue__prescription__"
    return list(rows.defer(*[path + name for name in hidden]).order_by("created_at")[:MOST])


def differences() -> list[tuple[Difference, str, str]]:
    """Balances that do not add up, each with what and where in words."""
    found = reconcile.differences()[:MOST]
    lots = Lot.objects.select_related("medicine").in_bulk(
        [each.first_id for each in found if each.what != "allocated"]
    )
    places = Location.objects.select_related("store").in_bulk(
        [each.second_id for each in found if each.what != "allocated"]
    )
    partners = Partner.objects.in_bulk([e.first_id for e in found if e.what == "allocated"])
    return [(each, *_named(each, lots, places, partners)) for each in found]


def _named(each: Difference, lots: Any, places: Any, partners: Any) -> tuple[str, str]:
    if each.what == "allocated":
        partner = partners.get(each.first_id)
        return f"#{each.second_id}", partner.name if partner else f"#{each.first_id}"
    lot, place = lots.get(each.first_id), places.get(each.second_id)
    named = f"{said.localized(lot.medicine)} · {lot.number}" if lot else f"#{each.first_id}"
    return named, said.localized(place.store) if place and place.store else f"#{each.second_id}"


def books() -> Books:
    """The trial balance; one query."""
    accounts = balances.trial_balance()
    labels = dict(Account.choices)
    sums: dict[str, tuple[int, int]] = {}
    for each in accounts:
        debit, credit = sums.get(each.currency, (0, 0))
        sums[each.currency] = (debit + each.debit_minor, credit + each.credit_minor)
    return Books(
        rows=[
            (
                labels.get(each.account, each.account),
                Money(each.debit_minor, each.currency),
                Money(each.credit_minor, each.currency),
                Money(each.balance_minor, each.currency),
            )
            for each in accounts
        ],
        sums=[(code, Money(d, code), Money(c, code)) for code, (d, c) in sorted(sums.items())],
    )
