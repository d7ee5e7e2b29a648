"""Taking money for an owner: start, authorise, capture, release, refund.

Order first, then money: `start` writes the row and calls nobody. Each other verb commits
what it is about to do, calls the provider outside any transaction with the idempotency key
of the business fact, and saves the outcome (`outcome.py`). Repeating a verb with its key
answers with the first outcome; when the outcome is not known, the attempt is `unknown`
until a repetition or the reconciliation asks the provider.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from pharmacy.core.failpoints import failpoint
from pharmacy.core.money import Money
from pharmacy.payment import claims, outcome
from pharmacy.payment.errors import (
    AmountDiffers,
    AmountMustBePositive,
    NoPayment,
    NotCapturable,
    NotReleasable,
    OutOfStep,
    PaymentDeclined,
    PaymentUnavailable,
    ProviderRejected,
    RefundRefused,
)
from pharmacy.payment.methods import METHODS, PaymentMethod, RefundTruth, Truth
from pharmacy.payment.models import PaymentAttempt, Refund
from pharmacy.payment.states import TAKEN


@dataclass(frozen=True, kw_only=True)
class PaymentStatus:
    """How the money of an owner stands; amounts in one currency."""

    external_id: str
    method: str
    state: str
    amount: Money
    captured: Money
    refunded: Money
    capture_before: dt.datetime | None
    failure: str


def start(
    *, owner: str, amount: Money, customer: str = "", by: str, method: str = "stripe"
) -> PaymentAttempt:
    """Write the row of an attempt, in the caller's transaction, before any money moves.

    Args:
        owner: opaque key, such as `order:100001`; it reaches the provider as it is.
        customer: opaque key of who pays, such as `person:<uuid>`; stays here.

    Raises:
        AmountMustBePositive: nothing to collect.
        AmountDiffers: a live attempt of this owner is for another amount.
    Idempotent by: owner, while an attempt is live.
    """
    if amount.minor <= 0:
        raise AmountMustBePositive
    METHODS.get(method)
    row = claims.live(owner) or claims.insert(owner, amount, customer, by, method)
    if row.amount != amount:
        raise AmountDiffers(owner=owner)
    return row


def authorise(
    *, attempt: PaymentAttempt, payment_method: str = "", by: str = outcome.SYSTEM
) -> PaymentAttempt:
    """Hold the amount; without a payment method the customer confirms it in the browser.

    Args:
        payment_method: the provider's opaque token of a card.

    Raises:
        PaymentDeclined: the attempt is `failed`; the owner may start anew.
        PaymentUnavailable: the attempt is `unknown`; repeat or let it be reconciled.
        PaymentBusy: another card is being tried for this attempt.
        NoPayment: the attempt was voided or ran out.
    Emits: PaymentAuthorised, PaymentFailed.   Idempotent by: attempt.
    """
    row = claims.hold(attempt, payment_method, by)
    if row.state != "authorising":
        return row
    failpoint("payment.authorising-committed")
    provider, order = METHODS.get(row.method), claims.order_of(row)
    done = _perform(row, lambda: provider.authorise(order), by=by)
    if done.state == "failed":
        raise PaymentDeclined(reason=done.failure)
    return done


def capture(*, owner: str, amount: Money, key: str, by: str = outcome.SYSTEM) -> PaymentAttempt:
    """Take held money, once; what is held beyond the amount is let go.

    Raises:
        NoPayment, NotCapturable, CustomerActionNeeded, CaptureExceedsHold, AmountMustBePositive.
        PaymentKeyReused: the key came before with another amount.
        PaymentBusy: another step is under way.
        PaymentUnavailable: the outcome is not known; repeat with the same key.
    Emits: PaymentCaptured.   Idempotent by: key.   Locks: the attempt, not during the call.
    """
    row = claims.capture(owner, amount, key, by)
    if row.state in TAKEN:
        return row
    failpoint("payment.capturing-committed")
    provider = METHODS.get(row.method)
    done = _perform(
        row,
        lambda: provider.capture(
            row.reference or "",
            amount_minor=amount.minor,
            attempt=str(row.external_id),
            seq=row.seq,
        ),
        by=by,
    )
    if done.state not in TAKEN:
        raise NotCapturable(owner=owner, state=done.state)
    return done


def release(*, owner: str, reason: str, by: str = outcome.SYSTEM) -> PaymentAttempt:
    """Let go of held money, or close an attempt that never held any.

    Args:
        reason: a code, such as `declined-by-pharmacist` or `requested-by-customer`.

    Raises:
        NoPayment: the owner never had an attempt.
        NotReleasable: the money was taken.
        PaymentBusy: another step is under way, or its outcome is not known yet.
    Emits: PaymentReleased.   Idempotent by: owner.
    """
    row = claims.release(owner, reason, by)
    if row.state != "releasing":
        return row
    failpoint("payment.releasing-committed")
    provider = METHODS.get(row.method)
    done = _perform(
        row,
        lambda: provider.cancel(
            row.reference or "",
            reason=row.release_reason,
            attempt=str(row.external_id),
            seq=row.seq,
        ),
        by=by,
    )
    if done.state in TAKEN:
        raise NotReleasable(owner=owner)
    return done


def refund(*, owner: str, amount: Money, reason: str, key: str, by: str = outcome.SYSTEM) -> Refund:
    """Give captured money back.

    Raises:
        NoPayment, AmountMustBePositive.
        RefundExceedsCaptured: more than was taken and is not on its way back; nothing written.
        PaymentKeyReused: the key came before with another amount or owner.
        RefundRefused: the provider will not; the refund is `failed`.
        PaymentUnavailable: the outcome is not known; repeat with the same key.
    Emits: PaymentRefunded.   Idempotent by: key.   Locks: the attempt, not during the call.
    """
    row = claims.refund(owner, amount, reason, key, by)
    if row.state != "requested":
        return row
    failpoint("payment.refund-committed")
    return send_refund(refund=row, by=by)


def send_refund(*, refund: Refund, by: str = outcome.SYSTEM) -> Refund:
    """Ask the provider for a requested refund, as often as needed, with the same key."""
    attempt = refund.attempt
    try:
        truth = METHODS.get(attempt.method).refund(
            attempt.reference or "",
            amount_minor=refund.amount_minor,
            refund=str(refund.external_id),
            seq=refund.seq,
        )
    except (RefundRefused, ProviderRejected):
        refused = RefundTruth(reference="", standing="failed")
        outcome.apply_refund(refund=refund, truth=refused, by=by)
        raise
    return outcome.apply_refund(refund=refund, truth=truth, by=by)


def status(*, owner: str) -> PaymentStatus | None:
    """How the latest attempt of an owner stands; None when there is none."""
    row = claims.latest(owner)
    if row is None:
        return None
    return PaymentStatus(
        external_id=str(row.external_id),
        method=row.method,
        state=row.state,
        amount=row.amount,
        captured=row.captured,
        refunded=row.refunded,
        capture_before=row.capture_before,
        failure=row.failure,
    )


def client_secret(*, attempt: PaymentAttempt) -> str:
    """The secret with which the customer's browser confirms this payment; never stored.

    Raises:
        NoPayment: the provider does not know the attempt yet.
    """
    if not attempt.reference:
        raise NoPayment(owner=attempt.owner)
    return METHODS.get(attempt.method).retrieve(attempt.reference).client_secret


def _perform(row: PaymentAttempt, call: Callable[[], Truth], *, by: str) -> PaymentAttempt:
    """Make one call of a committed step and save what came of it."""
    provider = METHODS.get(row.method)
    try:
        truth = _ask(row, call, provider)
    except PaymentUnavailable:
        outcome.mark_unknown(attempt=row, by=by)
        raise
    except (PaymentDeclined, ProviderRejected) as error:
        _refused(row, error, provider, by)
        raise
    failpoint("payment.reply-received")
    return outcome.apply(attempt=row, truth=truth, by=by)


def _ask(row: PaymentAttempt, call: Callable[[], Truth], provider: PaymentMethod) -> Truth:
    try:
        return call()
    except OutOfStep:
        return provider.retrieve(row.reference or "")


def _refused(
    row: PaymentAttempt,
    error: PaymentDeclined | ProviderRejected,
    provider: PaymentMethod,
    by: str,
) -> None:
    """A refused hold ends the attempt; a refused capture or release returns to the truth."""
    if row.state == "authorising":
        reason, reference = error.facts.get("reason", ""), error.facts.get("reference", "")
        outcome.fail(attempt=row, reason=reason, reference=reference, by=by)
        return
    truth = provider.retrieve(row.reference or "")
    outcome.apply(attempt=row, truth=truth, by=by, is_proof=True)
