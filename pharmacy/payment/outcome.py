"""What the provider says becomes our state: monotonic, once, with its money event.

Replies to our calls, notifications and the reconciliation all end here. A row never goes
back because of news that arrives late; only the reconciliation, which asked long after our
call ended (`is_proof`), may return a capture that never happened to `authorised`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import transaction
from django.db.models import Sum

from pharmacy.core import clock, locking, outbox
from pharmacy.core.states import advance
from pharmacy.payment.errors import ProviderMismatch
from pharmacy.payment.events import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentFailed,
    PaymentRefunded,
    PaymentReleased,
    RefundFailed,
)
from pharmacy.payment.methods import RefundTruth, Truth
from pharmacy.payment.models import MoneyEvent, PaymentAttempt, Refund
from pharmacy.payment.states import ATTEMPT, CLOSED, REFUND, TAKEN

log = logging.getLogger(__name__)
SYSTEM = "system:payment"
Step = Callable[[PaymentAttempt, Truth, str], None]
BACKWARD = {
    ("capturing", "authorised"),
    ("releasing", "authorised"),
    ("releasing", "requires-customer"),
}


def apply(
    *, attempt: PaymentAttempt, truth: Truth, by: str = SYSTEM, is_proof: bool = False
) -> PaymentAttempt:
    """Move an attempt to where the provider says it stands; late or repeated news do nothing.

    Args:
        is_proof: the provider was asked after our own call had surely ended. It proves
            nothing any more when the row moved on since `attempt` was read.

    Raises:
        ProviderMismatch: the provider's amount or currency is not ours.
    Emits: PaymentAuthorised, PaymentCaptured, PaymentReleased, PaymentFailed.
    Locks: the attempt.   Idempotent by: the provider's reference.
    """
    with transaction.atomic():
        row = lock(attempt)
        if (truth.amount_minor, truth.currency) != (row.amount_minor, row.currency):
            raise ProviderMismatch(attempt=str(row.external_id))
        _remember(row, truth)
        target = _target(row, truth)
        is_proof = is_proof and row.changed_at == attempt.changed_at
        if _is_step(row, target, is_proof):
            _STEPS[target](row, truth, by)
    return row


def lock(attempt: PaymentAttempt) -> PaymentAttempt:
    """Lock one attempt and return it fresh."""
    return locking.rows(PaymentAttempt.objects.filter(pk=attempt.pk))[0]


def refreshed(attempt: PaymentAttempt) -> PaymentAttempt:
    """The attempt as it stands now, without a lock."""
    return PaymentAttempt.objects.get(pk=attempt.pk)


def fail(*, attempt: PaymentAttempt, reason: str, reference: str = "", by: str = SYSTEM) -> None:
    """Close an attempt that the provider refused, unless it stands further already.

    Emits: PaymentFailed.   Locks: the attempt.
    """
    with transaction.atomic():
        row = lock(attempt)
        if not ATTEMPT.allows(row.state, "failed"):
            return
        row.reference = row.reference or reference or None
        row.save(update_fields=["reference"])
        _failed(row, reason, by)


def mark_unknown(*, attempt: PaymentAttempt, by: str = SYSTEM) -> None:
    """Note that a call was made and its outcome is not known.   Locks: the attempt."""
    with transaction.atomic():
        row = lock(attempt)
        if row.state in {"authorising", "capturing", "releasing"}:
            advance(row, "unknown", by=by, field="state", updates={"changed_at": clock.now()})


def apply_refund(*, refund: Refund, truth: RefundTruth, by: str = SYSTEM) -> Refund:
    """Move a refund to where the provider says it stands, with its money event.

    Emits: PaymentRefunded, RefundFailed.   Locks: the attempt, then the refund.
    """
    with transaction.atomic():
        attempt = lock(refund.attempt)
        row = locking.rows(Refund.objects.filter(pk=refund.pk))[0]
        if not REFUND.allows(row.state, truth.standing):
            return row
        origin = row.state
        updates = {"reference": truth.reference or row.reference, "changed_at": clock.now()}
        advance(row, truth.standing, by=by, field="state", updates=updates)
        _book_refund(attempt, row, origin, by)
    return row


def _book_refund(attempt: PaymentAttempt, refund: Refund, origin: str, by: str) -> None:
    """Book money that left with the first good news, and its return with a later bad one."""
    amount = refund.amount_minor
    event: type[PaymentRefunded | RefundFailed]
    if origin == "requested" and refund.state != "failed":
        kind, event = "refunded", PaymentRefunded
    elif origin != "requested" and refund.state == "failed":
        kind, event = "refund-reversed", RefundFailed
    else:
        return
    _record(attempt, kind, amount, f"{kind}:{refund.external_id}", refund.reference or "")
    outbox.record(
        event(
            owner=attempt.owner,
            amount_minor=amount,
            currency=attempt.currency,
            refund=str(refund.external_id),
        )
    )
    attempt.refunded_minor = _sum(attempt, "refunded") - _sum(attempt, "refund-reversed")
    attempt.save(update_fields=["refunded_minor"])
    is_all_back = attempt.refunded_minor == attempt.captured_minor
    target = "refunded" if is_all_back else "captured"
    if ATTEMPT.allows(attempt.state, target):
        advance(attempt, target, by=by, field="state", updates={"changed_at": clock.now()})


def _remember(row: PaymentAttempt, truth: Truth) -> None:
    row.reference = row.reference or truth.reference
    row.capture_before = truth.capture_before or row.capture_before
    row.save(update_fields=["reference", "capture_before"])


def _target(row: PaymentAttempt, truth: Truth) -> str:
    """A refused payment that we confirmed ourselves has no customer who could try again."""
    if truth.standing == "requires-customer" and truth.reason and row.source:
        return "failed"
    return truth.standing


def _is_step(row: PaymentAttempt, target: str, is_proof: bool) -> bool:
    if row.state in CLOSED and target in {"authorised", "captured"}:
        log.error("payment %s is %s here and %s there", row.external_id, row.state, target)
    is_backward = (row.state, target) in BACKWARD and not is_proof
    if is_backward or row.state in TAKEN:
        return False
    return target in _STEPS and ATTEMPT.allows(row.state, target)


def _record(row: PaymentAttempt, kind: str, amount: int, key: str, reference: str) -> bool:
    """Append a money event once; say whether it is new."""
    _event, is_new = MoneyEvent.objects.get_or_create(
        key=key,
        defaults={
            "attempt": row,
            "kind": kind,
            "amount_minor": amount,
            "reference": reference,
            "recorded_at": clock.now(),
        },
    )
    return is_new


def _sum(row: PaymentAttempt, kind: str) -> int:
    return row.events.filter(kind=kind).aggregate(sum=Sum("amount_minor"))["sum"] or 0


def _authorised(row: PaymentAttempt, truth: Truth, by: str) -> None:
    is_new = _record(
        row, "authorised", row.amount_minor, f"authorised:{truth.reference}", truth.reference
    )
    event = PaymentAuthorised(owner=row.owner, amount_minor=row.amount_minor, currency=row.currency)
    updates = _anew(row) | {"changed_at": clock.now()}
    advance(
        row, "authorised", by=by, field="state", event=event if is_new else None, updates=updates
    )


def _anew(row: PaymentAttempt) -> dict[str, object]:
    """A capture or release that never happened leaves no claim; the next has a new key."""
    was_asked = bool(row.capture_key or row.release_reason)
    seq = row.seq + 1 if was_asked else row.seq
    return {"capture_key": "", "capture_minor": None, "release_reason": "", "seq": seq}


def _captured(row: PaymentAttempt, truth: Truth, by: str) -> None:
    reference, taken = truth.reference, truth.captured_minor
    _record(row, "captured", taken, f"captured:{reference}", reference)
    if taken < row.amount_minor:
        _record(row, "released", row.amount_minor - taken, f"released:{reference}", reference)
    event = PaymentCaptured(owner=row.owner, amount_minor=taken, currency=row.currency)
    updates = {"captured_minor": _sum(row, "captured"), "changed_at": clock.now()}
    advance(row, "captured", by=by, field="state", event=event, updates=updates)


def _ended(state: str) -> Step:
    def step(row: PaymentAttempt, truth: Truth, by: str) -> None:
        let_go(row, state, by=by, reference=truth.reference)

    return step


def let_go(
    row: PaymentAttempt, state: str, *, by: str, reference: str = "", reason: str = ""
) -> None:
    """Close a locked attempt without money taken; say how much was held."""
    held = _sum(row, "authorised")
    if held:
        _record(row, "released", held, f"released:{reference}", reference)
    event = PaymentReleased(
        owner=row.owner, amount_minor=held, currency=row.currency, is_expired=state == "expired"
    )
    updates = {"changed_at": clock.now()}
    advance(row, state, by=by, field="state", reason=reason, event=event, updates=updates)


def _failed(row: PaymentAttempt, reason: str, by: str) -> None:
    event = PaymentFailed(
        owner=row.owner, amount_minor=row.amount_minor, currency=row.currency, reason=reason
    )
    updates = {"failure": reason[:80], "changed_at": clock.now()}
    advance(row, "failed", by=by, field="state", event=event, updates=updates)


def _requires_customer(row: PaymentAttempt, _truth: Truth, by: str) -> None:
    updates = _anew(row) | {"changed_at": clock.now()}
    advance(row, "requires-customer", by=by, field="state", updates=updates)


_STEPS: dict[str, Step] = {
    "authorised": _authorised,
    "captured": _captured,
    "requires-customer": _requires_customer,
    "voided": _ended("voided"),
    "expired": _ended("expired"),
    "failed": lambda row, truth, by: _failed(row, truth.reason or "failed", by),
}
