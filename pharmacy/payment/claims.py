"""What may be begun on an attempt: each claim is checked and committed before the call.

A claim locks the attempt, checks its state, key and amount, and writes the step that is
about to happen. It insists on committing (`durable`): a claim inside somebody's transaction
could be rolled back after the provider acted on it.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from pharmacy.core import audit, clock, locking
from pharmacy.core.money import Money
from pharmacy.core.states import advance
from pharmacy.payment import outcome
from pharmacy.payment.errors import (
    AmountMustBePositive,
    CaptureExceedsHold,
    CustomerActionNeeded,
    NoPayment,
    NotCapturable,
    NotReleasable,
    PaymentBusy,
    PaymentDeclined,
    PaymentKeyReused,
    RefundExceedsCaptured,
)
from pharmacy.payment.methods import Order
from pharmacy.payment.models import PaymentAttempt, Refund
from pharmacy.payment.states import CLOSED, TAKEN


def order_of(row: PaymentAttempt) -> Order:
    """What a provider may know of an attempt."""
    return Order(
        attempt=str(row.external_id),
        owner=row.owner,
        amount_minor=row.amount_minor,
        currency=row.currency,
        source=row.source,
        seq=row.seq,
        created_at=row.created_at,
    )


def latest(owner: str) -> PaymentAttempt | None:
    """The newest attempt of an owner, closed or not."""
    return PaymentAttempt.objects.filter(owner=owner).order_by("-pk").first()


def live(owner: str) -> PaymentAttempt | None:
    """The attempt of an owner that holds, took or may still take money."""
    return PaymentAttempt.objects.filter(owner=owner).exclude(state__in=CLOSED).first()


def insert(owner: str, amount: Money, customer: str, by: str, method: str) -> PaymentAttempt:
    """Insert, or return the row of whoever was faster."""
    now = clock.now()
    try:
        with transaction.atomic():
            row = PaymentAttempt.objects.create(
                owner=owner,
                customer=customer,
                method=method,
                currency=amount.currency,
                amount_minor=amount.minor,
                created_by=by,
                created_at=now,
                changed_at=now,
            )
            audit.record(by=by, action="payment-attempt.created", subject=row.audit_subject)
    except IntegrityError as error:
        found = live(owner)
        if found is None:
            raise PaymentBusy(owner=owner) from error
        return found
    return row


def _locked(owner: str) -> PaymentAttempt:
    """Lock the live attempt of an owner."""
    live = PaymentAttempt.objects.filter(owner=owner).exclude(state__in=CLOSED)
    found = locking.rows(live)
    if not found:
        raise NoPayment(owner=owner)
    return found[0]


def _step(
    row: PaymentAttempt, to: str, by: str, *, reason: str = "", **updates: Any
) -> PaymentAttempt:
    updates["changed_at"] = clock.now()
    return advance(row, to, by=by, field="state", reason=reason, updates=updates)


def hold(attempt: PaymentAttempt, source: str, by: str) -> PaymentAttempt:
    """Commit `authorising`, or return the row as it stands when there is nothing to do."""
    with transaction.atomic(durable=True):
        row = outcome.lock(attempt)
        if row.state == "failed":
            raise PaymentDeclined(reason=row.failure)
        if row.state in CLOSED:
            raise NoPayment(owner=row.owner)
        if row.state == "created":
            return _step(row, "authorising", by, source=source)
        is_resumed = row.state == "authorising" or (
            row.state == "unknown" and not row.capture_key and row.reference is None
        )
        if not is_resumed:
            return row
        if row.source != source:
            raise PaymentBusy(owner=row.owner)
        return row if row.state == "authorising" else _step(row, "authorising", by)


def capture(owner: str, amount: Money, key: str, by: str) -> PaymentAttempt:
    """Commit `capturing` under a key; a repetition of the key resumes or is done."""
    if amount.minor <= 0:
        raise AmountMustBePositive
    with transaction.atomic(durable=True):
        row = _locked(owner)
        if row.capture_key == key and row.capture_key:
            return _repeated_capture(row, amount, by)
        _check_capturable(row)
        if amount.currency != row.currency or amount.minor > row.amount_minor:
            raise CaptureExceedsHold(owner=owner, held=row.amount_minor)
        return _step(row, "capturing", by, capture_key=key, capture_minor=amount.minor)


def _repeated_capture(row: PaymentAttempt, amount: Money, by: str) -> PaymentAttempt:
    if (row.capture_minor, row.currency) != (amount.minor, amount.currency):
        raise PaymentKeyReused(owner=row.owner)
    return _step(row, "capturing", by) if row.state == "unknown" else row


def _check_capturable(row: PaymentAttempt) -> None:
    if row.state == "authorised":
        return
    if row.state == "requires-customer":
        raise CustomerActionNeeded(owner=row.owner)
    if row.state == "created" or row.state in TAKEN:
        raise NotCapturable(owner=row.owner, state=row.state)
    raise PaymentBusy(owner=row.owner, state=row.state)


def release(owner: str, reason: str, by: str) -> PaymentAttempt:
    """Commit `releasing`; close what no provider knows; return what is closed already."""
    with transaction.atomic(durable=True):
        try:
            row = _locked(owner)
        except NoPayment:
            closed = latest(owner)
            if closed is None:
                raise
            return closed
        if row.state in TAKEN:
            raise NotReleasable(owner=owner)
        if row.state == "created":
            outcome.let_go(row, "voided", by=by, reason=reason)
        elif row.state in {"authorised", "requires-customer"} or _is_lost_release(row):
            kept = row.release_reason or reason[:80]
            _step(row, "releasing", by, reason=reason, release_reason=kept)
        elif row.state != "releasing":
            raise PaymentBusy(owner=owner, state=row.state)
        return row


def _is_lost_release(row: PaymentAttempt) -> bool:
    """The provider knows the payment and no capture is in doubt."""
    return row.state == "unknown" and bool(row.reference) and not row.capture_key


def refund(owner: str, amount: Money, reason: str, key: str, by: str) -> Refund:
    """Commit a requested refund within what was taken, or return the one of this key."""
    if amount.minor <= 0:
        raise AmountMustBePositive
    with transaction.atomic(durable=True):
        attempt = _locked(owner)
        known = Refund.objects.filter(key=key).first()
        if known is not None:
            if (known.attempt_id, known.amount_minor) != (attempt.pk, amount.minor):
                raise PaymentKeyReused(owner=owner)
            return known
        asked = attempt.refunds.exclude(state="failed").aggregate(sum=Sum("amount_minor"))["sum"]
        left = attempt.captured_minor - (asked or 0)
        if amount.currency != attempt.currency or amount.minor > left:
            raise RefundExceedsCaptured(owner=owner, left=left)
        row = Refund.objects.create(
            attempt=attempt,
            key=key,
            amount_minor=amount.minor,
            reason=reason,
            created_by=by,
            created_at=clock.now(),
            changed_at=clock.now(),
        )
        audit.record(by=by, action="refund.requested", subject=row.audit_subject, reason=reason)
        return row
