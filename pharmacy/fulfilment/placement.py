"""From a verified issue to a paid order at one store.

`choose_store` claims the issue; `place` sets the stock aside and writes the order; `pay`
holds the money. Where the law asks for the review first (China), the order exists only after
a pharmacist approved; elsewhere the money is held before. One flow, the policy decides.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory import reservation
from inventory.errors import InsufficientStock, LotRecalled, SplitPackNeeded
from pharmacy import policy
from pharmacy.core import clock, locking
from pharmacy.core.errors import Refused
from pharmacy.core.failpoints import failpoint
from pharmacy.core.money import Money
from pharmacy.core.states import advance
from pharmacy.fulfilment import ordering
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.payment import collection
from pharmacy.payment.events import PaymentAuthorised
from pharmacy.people import access
from pharmacy.people.models import Person, Store
from prescriptions import claiming
from prescriptions.events import PrescriptionApproved
from prescriptions.models import Issue

HOLD = dt.timedelta(minutes=30)


class MedicineUnknown(Refused):
    """A line names a medicine that the formulary does not have."""

    code = "placement.medicine-unknown"
    sentence = _("We do not carry one of these medicines. Please ask a pharmacist.")


class NotSoldOnline(Refused):
    """The law keeps one of the medicines out of online sale."""

    code = "placement.not-sold-online"
    sentence = _("One of these medicines may only be bought in the store. Please visit us.")


class NotPayable(Refused):
    """The order does not wait for a payment."""

    code = "placement.not-payable"
    sentence = _("There is nothing to pay on this order now.")


def choose_store(*, issue: Issue, store: Store, person: Person) -> Fulfilment:
    """Send an issue to a store: the store claims it and its review or order begins.

    Raises:
        NotYours: the prescription belongs to somebody else.
        MedicineUnknown, NotSoldOnline, SplitPackNeeded: it cannot be bought here.
        AlreadyClaimed, NotActive, NotInWindow.
    Emits: PrescriptionClaimed.   Idempotent by: issue and store.   Locks: the issue.
    """
    access.require_own(viewer=person, owner=issue.prescription.person, scope="order")
    _check_sellable(issue)
    by = f"person:{person.external_id}"
    steps = policy.order_of_steps(settings.JURISDICTION)
    with transaction.atomic():
        claiming.claim(issue=issue, store=store, by=by)
        live = Fulfilment.objects.exclude(stage__in=["declined", "cancelled"])
        found = live.filter(issue=issue).first()
        if found is not None:
            return found
        opened = Fulfilment.objects.create(
            issue=issue,
            person=_owner(issue),
            store=store,
            order_of_steps=steps,
            started_at=clock.now(),
            stage="in-review",
        )
        if steps == "authorise-first":
            place(fulfilment=opened, by=by)
    return opened


def _owner(issue: Issue) -> Person:
    """The patient; `require_own` let nobody through without one."""
    if issue.prescription.person is None:
        raise access.NotYours
    return issue.prescription.person


def _check_sellable(issue: Issue) -> None:
    for line in issue.lines.select_related("item__medicine"):
        medicine = line.item.medicine
        if medicine is None:
            raise MedicineUnknown(line=line.item.line)
        if line.owed % medicine.pack_size:
            raise SplitPackNeeded(line=line.item.line, pack_size=medicine.pack_size)
        allowed = policy.decide(
            jurisdiction=settings.JURISDICTION,
            supply_class=medicine.supply_class,
            effect="buy-online",
            channel="online",
            reviewed=True,
            may_sell_online=medicine.may_sell_online,
        )
        if not allowed.allowed:
            raise NotSoldOnline(line=line.item.line, reason=allowed.reason_code)


def place(*, fulfilment: Fulfilment, by: str) -> Fulfilment:
    """Set the stock aside and write the order; without stock the stage says so.

    Emits: StockReserved.   Idempotent by: the fulfilment.   Locks: fulfilment, issue, stock.
    """
    with transaction.atomic():
        [row] = locking.rows(Fulfilment.objects.filter(pk=fulfilment.pk))
        if row.order_id is not None:
            return row
        ticket = claiming.ticket_of(issue=row.issue, store=row.store)
        number = ordering.new_number()
        try:
            with transaction.atomic():
                reservation.reserve(
                    owner=f"order:{number}",
                    store=row.store,
                    lines=ordering.wants(row.issue),
                    by=by,
                    ttl=HOLD,
                )
        except (InsufficientStock, LotRecalled) as shortage:
            if row.stage == "out-of-stock":
                return row
            return advance(row, "out-of-stock", by=by, reason=shortage.code)
        failpoint("placement.reserved")
        claiming.note_reserved(ticket=ticket, by=by)
        order = ordering.write(fulfilment=row, number=number)
        return advance(row, "awaiting-payment", by=by, updates={"order": order})


def amount_due(fulfilment: Fulfilment) -> Money:
    """What the customer pays now: the order, or the balance owed after a part hand-over."""
    return ordering.value_owed(fulfilment)


def pay(*, fulfilment: Fulfilment, person: Person, payment_method: str) -> Fulfilment:
    """Hold the money of an order on the customer's card; it is taken at hand-over.

    Raises:
        NotYours, NotPayable.
        PaymentDeclined: the bank said no; the order and its stock still wait.
        PaymentUnavailable: no answer; a repeat continues the same attempt.
    Emits: PaymentAuthorised.   Idempotent by: the order and its bag.
    """
    access.require_own(viewer=person, owner=fulfilment.person, scope="pay")
    if fulfilment.stage != "awaiting-payment" or fulfilment.order is None:
        raise NotPayable(stage=fulfilment.stage)
    owner = fulfilment.payment_owner(fulfilment.next_bag)
    attempt = collection.start(
        owner=owner,
        amount=amount_due(fulfilment),
        customer=str(fulfilment.person.external_id),
        by=f"person:{person.external_id}",
    )
    held = collection.authorise(attempt=attempt, payment_method=payment_method)
    return note_authorised(owner=owner) if held.state == "authorised" else fulfilment


def note_authorised(*, owner: str) -> Fulfilment:
    """The money is held: keep the stock and let the next step begin."""
    number = owner.split(":")[1]
    with transaction.atomic():
        [row] = locking.rows(Fulfilment.objects.filter(order__number=number))
        if row.stage != "awaiting-payment":
            return row
        by = "system:payment"
        reservation.keep(owner=row.stock_owner, by=by)
        is_reviewed = row.issue.reviews.filter(decision="approve").exists()
        return advance(row, "in-preparation" if is_reviewed else "in-review", by=by)


def after_authorised(event: PaymentAuthorised) -> None:
    """Reaction: a payment was held, perhaps told by a webhook only."""
    if event.owner.startswith("order:"):
        note_authorised(owner=event.owner)


def after_approval(event: PrescriptionApproved) -> None:
    """Reaction: the pharmacist approved; the order may now be bought or prepared."""
    live = Fulfilment.objects.exclude(stage__in=["declined", "cancelled"])
    row = live.get(issue__external_id=event.issue)
    by = "system:flow"
    if row.order_id is None:
        place(fulfilment=row, by=by)
    elif row.stage == "in-review":
        advance(row, "in-preparation", by=by)


def retry_placement(*, fulfilment: Fulfilment, by: str) -> Fulfilment:
    """Try again to set stock aside after a delivery reached the store."""
    return place(fulfilment=fulfilment, by=by)
