"""From a verified issue to a paid order at one store.

`choose_store` claims the issue; `place` sets the stock aside and writes the order; `pay`
holds the money. Where the law asks for the review first (China), the order exists only after
a pharmacist approved; elsewhere the money is held before. One flow, the policy decides.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.errors import SplitPackNeeded
from inventory.events import StockReceived
from pharmacy import policy
from pharmacy.core import audit, clock, locking, outbox
from pharmacy.core.errors import Refused
from pharmacy.core.failpoints import failpoint
from pharmacy.core.money import Money
from pharmacy.core.states import advance
from pharmacy.fulfilment import ordering, promising
from pharmacy.fulfilment.counter import HELD
from pharmacy.fulfilment.events import MoneyNotNeeded
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.payment import collection
from pharmacy.payment.events import PaymentAuthorised, PaymentReleased
from pharmacy.people import access
from pharmacy.people.models import Person, Store
from prescriptions import claiming, review
from prescriptions.events import PrescriptionApproved
from prescriptions.models import Issue


class MedicineUnknown(Refused):
    """A line names a medicine that the formulary does not have."""

    code = "placement.medicine-unknown"
    sentence = _("We do not carry one of these medicines. Please ask a pharmacist.")


class NotSoldOnline(Refused):
    """The law keeps one of the medicines out of online sale."""

    code = "placement.not-sold-online"
    sentence = _("One of these medicines may only be bought in the store. Please visit us.")


class StoreClosed(Refused):
    """A warehouse, or a store that takes no orders now."""

    code = "placement.store-closed"
    sentence = _("This store takes no orders now. Please choose another one.")


class SoldOut(Refused):
    """The hold ran out and somebody else bought the stock."""

    code = "placement.sold-out"
    sentence = _("This medicine was sold while your order waited. You have not paid anything.")


class NotPayable(Refused):
    """The order does not wait for a payment."""

    code = "placement.not-payable"
    sentence = _("There is nothing to pay on this order now.")


def choose_store(
    *, issue: Issue, store: Store, person: Person, has_read_notice: bool = False
) -> Fulfilment:
    """Send an issue to a store: the store claims it and its review or order begins.

    That the customer read the notice about prescription medicine is kept in the audit log.

    Raises:
        NotYours: the prescription belongs to somebody else.
        StoreClosed: the place takes no orders.
        MedicineUnknown, NotSoldOnline, SplitPackNeeded: it cannot be bought here.
        AlreadyClaimed, NotActive, NotInWindow.
    Emits: PrescriptionClaimed.   Idempotent by: issue and store.   Locks: the issue.
    """
    access.require_own(viewer=person, owner=issue.prescription.person, scope="order")
    if store.kind != "store" or not store.is_open:
        raise StoreClosed(store=store.code)
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
        if has_read_notice:
            _keep_notice(opened, by)
        if steps == "authorise-first":
            place(fulfilment=opened, by=by)
    return opened


def _keep_notice(fulfilment: Fulfilment, by: str) -> None:
    audit.record(
        by=by,
        action="notice.acknowledged",
        subject=fulfilment.audit_subject,
        store=fulfilment.store.code,
        reason="prescription-medicine",
    )


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
            return _place_again(row, by)
        if row.stage in {"declined", "cancelled"}:
            return row  # it ended while this call waited for it
        ticket = claiming.ticket_of(issue=row.issue, store=row.store)
        number = ordering.new_number()
        shortage = promising.promise(row=row, owner=f"order:{number}", by=by, ttl=promising.HOLD)
        if shortage:
            return _run_out(row, by, shortage)
        failpoint("placement.reserved")
        claiming.note_reserved(ticket=ticket, by=by)
        order = ordering.write(fulfilment=row, number=number)
        return advance(row, "awaiting-payment", by=by, updates={"order": order})


def _place_again(row: Fulfilment, by: str) -> Fulfilment:
    """An order whose hold ran out gets its stock back when there is some again."""
    if row.stage != "out-of-stock" or promising.renew(row=row, by=by, ttl=promising.HOLD):
        return row
    return advance(row, "awaiting-payment", by=by)


def _run_out(row: Fulfilment, by: str, shortage: str) -> Fulfilment:
    if row.stage == "out-of-stock":
        return row
    return advance(row, "out-of-stock", by=by, reason=shortage)


def amount_due(fulfilment: Fulfilment) -> Money:
    """What the customer pays now: the order, or the balance owed after a part hand-over."""
    return ordering.value_owed(fulfilment)


def pay(
    *, fulfilment: Fulfilment, person: Person, payment_method: str, has_read_notice: bool = False
) -> Fulfilment:
    """Hold the money of an order on the customer's card; it is taken at hand-over.

    Raises:
        NotYours, NotPayable.
        SoldOut: the hold ran out and the stock is gone; nothing was asked of the bank.
        PaymentDeclined: the bank said no; the order and its stock still wait.
        PaymentUnavailable: no answer; a repeat continues the same attempt.
    Emits: PaymentAuthorised.   Idempotent by: the order and its bag.
    """
    access.require_own(viewer=person, owner=fulfilment.person, scope="pay")
    if fulfilment.stage != "awaiting-payment" or fulfilment.order is None:
        raise NotPayable(stage=fulfilment.stage)
    by = f"person:{person.external_id}"
    _hold_stock(fulfilment, by)
    if has_read_notice:
        _keep_notice(fulfilment, by)
    owner = fulfilment.payment_owner(fulfilment.next_bag)
    attempt = collection.start(
        owner=owner,
        amount=amount_due(fulfilment),
        customer=str(fulfilment.person.external_id),
        by=by,
    )
    held = collection.authorise(attempt=attempt, payment_method=payment_method)
    return note_authorised(owner=owner) if held.state == "authorised" else fulfilment


def _hold_stock(fulfilment: Fulfilment, by: str) -> None:
    """Before money is asked for: a hold that ran out is made anew, or the order says so."""
    with transaction.atomic():
        [row] = locking.rows(Fulfilment.objects.filter(pk=fulfilment.pk))
        if row.stage == "awaiting-payment" and not promising.is_open(row):
            shortage = promising.renew(row=row, by=by, ttl=promising.HOLD)
            if shortage:
                _run_out(row, by, shortage)
    if row.stage == "out-of-stock":
        raise SoldOut(fulfilment=str(row.external_id))
    if row.stage != "awaiting-payment":
        raise NotPayable(stage=row.stage)


def _row_of(owner: str) -> Fulfilment:
    """Lock the fulfilment that money was held for."""
    number = owner.split(":")[1]
    [row] = locking.rows(Fulfilment.objects.filter(order__number=number))
    return row


def note_authorised(*, owner: str) -> Fulfilment:
    """The money is held: keep the stock and let the next step begin.

    Late news of an earlier bag, or of money that was let go meanwhile, moves nothing; money
    that arrives for an order that ended goes back.
    Emits: MoneyNotNeeded.   Locks: the fulfilment, stock.   Idempotent by: the owner.
    """
    by = "system:payment"
    with transaction.atomic():
        row = _row_of(owner)
        if row.stage in {"cancelled", "declined", "out-of-stock"}:
            outbox.record(MoneyNotNeeded(owner=owner))
        if row.stage != "awaiting-payment" or not _is_held(row, owner):
            return row
        shortage = promising.keep(row=row, by=by)
        if shortage:
            outbox.record(MoneyNotNeeded(owner=owner))
            return _run_out(row, by, shortage)
        return advance(row, _after_payment(row), by=by)


def _is_held(row: Fulfilment, owner: str) -> bool:
    held = collection.status(owner=owner)
    return owner == row.payment_owner(row.next_bag) and (held is None or held.state in HELD)


def _after_payment(row: Fulfilment) -> str:
    """Where a paid order goes; the hold of one may have ended when its bag was ready."""
    if row.issue.dispenses.filter(stage="ready").exists():
        return "ready"
    return "in-preparation" if review.approval_of(row.issue) else "in-review"


def after_authorised(event: PaymentAuthorised) -> None:
    """Reaction: a payment was held, perhaps told by a webhook only."""
    if event.owner.startswith("order:"):
        note_authorised(owner=event.owner)


def after_approval(event: PrescriptionApproved) -> None:
    """Reaction: the pharmacist approved; the order may now be bought or prepared.

    An order that was cancelled meanwhile, even if another store has the issue now, waits for
    nothing. Locks: the fulfilment, so that a payment at this moment is seen.
    """
    live = Fulfilment.objects.exclude(stage__in=["declined", "cancelled"])
    mine = live.filter(issue__external_id=event.issue, store__code=event.store)
    with transaction.atomic():
        for row in locking.rows(mine):
            if review.approval_of(row.issue) is None:
                continue
            if row.order_id is None:
                place(fulfilment=row, by="system:flow")
            elif row.stage == "in-review":
                advance(row, "in-preparation", by="system:flow")


def after_released(event: PaymentReleased) -> None:
    """Reaction: the bank let the money go before the hand-over; the customer pays again."""
    if not event.owner.startswith("order:"):
        return
    with transaction.atomic():
        row = _row_of(event.owner)
        held = collection.status(owner=event.owner)
        is_paid = held is not None and held.state in HELD
        waits = row.stage in {"in-review", "in-preparation", "ready"}
        if waits and not is_paid and event.owner == row.payment_owner(row.next_bag):
            advance(row, "awaiting-payment", by="system:payment", reason="hold-ended")


def after_delivery(event: StockReceived) -> None:
    """Reaction: goods reached a store; who waits longest for stock there comes first."""
    waiting = Fulfilment.objects.filter(stage="out-of-stock", store__code=event.store)
    for row in waiting.order_by("started_at", "pk"):
        place(fulfilment=row, by="system:flow")
