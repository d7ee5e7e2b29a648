"""What the bench does with an order: prepare the bag, check it, hand it over.

Each call is one screen of the bench: it moves the dispense (prescriptions) and what the
customer follows (fulfilment) together.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from pharmacy.core import locking
from pharmacy.core.errors import Refused
from pharmacy.core.failpoints import failpoint
from pharmacy.core.states import advance
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.payment import collection
from pharmacy.people.models import Staff, Store
from prescriptions import claiming, dispensing
from prescriptions.models import Dispense

HELD = {"authorised", "capturing", "captured"}  # states of an attempt that pay for a bag


class NotPaid(Refused):
    """The money for this bag is no longer held."""

    code = "counter.not-paid"
    sentence = _("The payment for this bag is no longer held. The customer has to pay again.")


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
    with transaction.atomic():
        [row] = locking.rows(Fulfilment.objects.filter(pk=fulfilment.pk))
        if row.stage != "in-preparation":
            raise dispensing.NotReady(stage=row.stage)
        ticket = claiming.ticket_of(issue=row.issue, store=row.store)
        return dispensing.start(ticket=ticket, picker=picker, owner=row.stock_owner, limits=limits)


@transaction.atomic
def put_back(*, dispense: Dispense, by: Staff, reason: str) -> Dispense:
    """Give up a bag that waits: a lot was recalled, or nobody came; it may be picked anew.

    Raises:
        RoleMissing, NotReady.
    """
    given_up = dispensing.abandon(dispense=dispense, by=by, reason=reason)
    row = live(dispense.issue_id)
    if row.stage == "ready":
        advance(row, "in-preparation", by=by.actor, reason=reason, store=dispense.store.code)
    return given_up


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
        HandoverCodeInvalid, HandoverLocked, NotReady, NotActive, NotPaid.
    Emits: MedicationHandedOver.
    """
    row = live(dispense.issue_id)
    dispensing.try_code(dispense=dispense, code=code)
    with transaction.atomic():
        held = collection.status(owner=row.payment_owner(dispense.number))
        if held is None or held.state not in HELD:
            raise NotPaid(dispense=str(dispense.external_id))
        bag = dispensing.hand_over(dispense=dispense, code=code, by=by, owner=row.stock_owner)
        is_complete = not row.issue.lines.filter(dispensed__lt=F("quantity")).exists()
        advance(row, "completed" if is_complete else "part-handed-over", by=by.actor)
        if not is_complete:
            advance(row, "awaiting-payment", by="system:flow", reason="balance owed")
    failpoint("dispense.committed")
    return bag
