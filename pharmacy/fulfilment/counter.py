"""What the bench does with an order: prepare the bag, check it, hand it over.

Each call is one screen of the bench: it moves the dispense (prescriptions) and what the
customer follows (fulfilment) together.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from pharmacy.core.states import advance
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people.models import Staff, Store
from prescriptions import claiming, dispensing
from prescriptions.models import Dispense


def live(issue_id: int) -> Fulfilment:
    """The fulfilment that an issue is on now."""
    rows = Fulfilment.objects.select_related("order", "issue", "store", "person")
    return rows.exclude(stage__in=["declined", "cancelled"]).get(issue_id=issue_id)


def start(
    *, fulfilment: Fulfilment, picker: Staff, limits: Mapping[int, int] | None = None
) -> Dispense:
    """Begin to pick a paid order; `limits` (medicine id to base units) gives a part only.

    Raises:
        NotReady: the order is not paid or not approved yet.
        ClaimLost, NotApproved, LotRecalled, InsufficientStock.
    """
    if fulfilment.stage != "in-preparation":
        raise dispensing.NotReady(stage=fulfilment.stage)
    ticket = claiming.ticket_of(issue=fulfilment.issue, store=fulfilment.store)
    return dispensing.start(
        ticket=ticket, picker=picker, owner=fulfilment.stock_owner, limits=limits
    )


@transaction.atomic
def check(*, dispense: Dispense, checker: Staff) -> Dispense:
    """Confirm a picked bag as a second person; the customer now sees a code.

    Raises:
        SamePersonCheck, NotLicensed.
    """
    checked = dispensing.check(dispense=dispense, checker=checker)
    advance(live(dispense.issue_id), "ready", by=checker.actor, store=dispense.store.code)
    return checked


def hand_over(*, store: Store, code: str, by: Staff) -> Dispense:
    """Find the bag of a code at this store and give it to the customer.

    Raises:
        HandoverCodeInvalid: no waiting bag of this store has the code.
        HandoverLocked, NotReady, NotActive.
    Emits: MedicationHandedOver.
    """
    bag = dispensing.find_by_code(store_code=store.code, code=code)
    if bag is None:
        raise dispensing.HandoverCodeInvalid(store=store.code)
    return hand_over_bag(dispense=bag, code=code, by=by)


def hand_over_bag(*, dispense: Dispense, code: str, by: Staff) -> Dispense:
    """Give a known bag to the customer who shows its code.

    Raises:
        HandoverCodeInvalid, HandoverLocked, NotReady, NotActive.
    Emits: MedicationHandedOver.
    """
    row = live(dispense.issue_id)
    dispensing.try_code(dispense=dispense, code=code)
    with transaction.atomic():
        bag = dispensing.hand_over(dispense=dispense, code=code, by=by, owner=row.stock_owner)
        is_complete = not row.issue.lines.filter(dispensed__lt=F("quantity")).exists()
        advance(row, "completed" if is_complete else "part-handed-over", by=by.actor)
        if not is_complete:
            advance(row, "awaiting-payment", by="system:flow", reason="balance owed")
    return bag
