"""What we are not sure of is asked from the provider, until every attempt has one truth.

A reply may be lost, a worker may die, a notification may never come. Every few minutes the
attempts and refunds that stand between two states for longer than two minutes are looked
up at the provider and follow what it says.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db.models import F, Q

from pharmacy.core import clock
from pharmacy.core.errors import PharmacyError
from pharmacy.payment import claims, collection, outcome
from pharmacy.payment.errors import PaymentDeclined, PaymentUnavailable, ProviderRejected
from pharmacy.payment.methods import METHODS, PaymentMethod
from pharmacy.payment.models import PaymentAttempt, Refund

log = logging.getLogger(__name__)
DOUBTFUL = ("authorising", "capturing", "releasing", "unknown")
RESTING = ("requires-customer", "authorised")
DOUBT_AFTER, REST_CHECK = dt.timedelta(minutes=2), dt.timedelta(hours=1)
# Stripe forgets idempotency keys after 24 hours at the earliest; one hour is our margin.
KEY_LIFETIME = dt.timedelta(hours=23)
BATCH = 100


def reconcile() -> int:
    """Ask the provider about every attempt and refund in doubt; return how many were asked.

    One that fails is logged and does not keep the others from their turn.
    """
    now = clock.now()
    attempts, refunds = _attempts(now), _refunds(now)
    for attempt in attempts:
        PaymentAttempt.objects.filter(pk=attempt.pk).update(checked_at=now)
        try:
            follow(attempt=attempt)
        except PharmacyError as error:
            log.warning("payment %s not reconciled: %s", attempt.external_id, error.code)
    for refund in refunds:
        try:
            follow_refund(refund=refund)
        except PharmacyError as error:
            log.warning("refund %s not reconciled: %s", refund.external_id, error.code)
    return len(attempts) + len(refunds)


def follow(*, attempt: PaymentAttempt, by: str = "system:reconciliation") -> PaymentAttempt:
    """Bring one attempt to where the provider says it stands.

    Raises:
        PaymentUnavailable: the provider does not answer.
    """
    provider = METHODS.get(attempt.method)
    if not attempt.reference:
        return _follow_unheard(attempt, by)
    truth = provider.retrieve(attempt.reference)
    is_proof = clock.now() - attempt.changed_at >= DOUBT_AFTER
    return outcome.apply(attempt=attempt, truth=truth, by=by, is_proof=is_proof)


def follow_refund(*, refund: Refund, by: str = "system:reconciliation") -> Refund:
    """Bring one refund to where the provider says it stands.

    Within the life of its key a refund is asked for again; later it is only looked for.
    """
    provider = METHODS.get(refund.attempt.method)
    if refund.reference:
        truth = provider.retrieve_refund(refund.reference)
        return outcome.apply_refund(refund=refund, truth=truth, by=by)
    if clock.now() - refund.created_at < KEY_LIFETIME:
        return _repeat_refund(refund, provider, by)
    found = provider.find_refund(refund.attempt.reference or "", refund=str(refund.external_id))
    if found is None:
        log.error("refund %s never reached the provider", refund.external_id)
        return refund
    return outcome.apply_refund(refund=refund, truth=found, by=by)


def _attempts(now: dt.datetime) -> list[PaymentAttempt]:
    doubtful = Q(state__in=DOUBTFUL, changed_at__lt=now - DOUBT_AFTER)
    never_looked = Q(checked_at__isnull=True) | Q(checked_at__lt=now - REST_CHECK)
    resting = Q(state__in=RESTING, changed_at__lt=now - DOUBT_AFTER) & never_looked
    order = F("checked_at").asc(nulls_first=True)
    return list(PaymentAttempt.objects.filter(doubtful | resting).order_by(order, "pk")[:BATCH])


def _refunds(now: dt.datetime) -> list[Refund]:
    open_refunds = Refund.objects.filter(
        state__in=("requested", "pending"), changed_at__lt=now - DOUBT_AFTER
    )
    return list(open_refunds.select_related("attempt").order_by("changed_at", "pk")[:BATCH])


def _is_saved_failure(error: PaymentUnavailable) -> bool:
    """The provider answered 500 and will answer so for this key, whatever we do."""
    return error.facts.get("status") == 500


def _repeat_refund(refund: Refund, provider: PaymentMethod, by: str) -> Refund:
    """Ask again; when the key is spent and the refund provably absent, the next key is new."""
    try:
        return collection.send_refund(refund=refund, by=by)
    except PaymentUnavailable as error:
        reference, name = refund.attempt.reference or "", str(refund.external_id)
        if _is_saved_failure(error) and provider.find_refund(reference, refund=name) is None:
            Refund.objects.filter(pk=refund.pk, seq=refund.seq).update(seq=refund.seq + 1)
        raise


def _follow_unheard(attempt: PaymentAttempt, by: str) -> PaymentAttempt:
    """The creation was never answered: look for it, else repeat it with the same key.

    After the life of the key a repetition could hold the money twice, so absence ends it.
    """
    provider, order = METHODS.get(attempt.method), claims.order_of(attempt)
    truth = provider.find(order)
    if truth is None and clock.now() - attempt.created_at < KEY_LIFETIME:
        try:
            truth = provider.authorise(order)
        except PaymentUnavailable as error:
            if _is_saved_failure(error) and provider.find(order) is None:
                spent = PaymentAttempt.objects.filter(pk=attempt.pk, seq=order.seq)
                spent.update(seq=order.seq + 1)
            raise
        except (PaymentDeclined, ProviderRejected) as error:
            facts = error.facts
            outcome.fail(
                attempt=attempt,
                reason=facts.get("reason", ""),
                reference=facts.get("reference", ""),
                by=by,
            )
            return outcome.refreshed(attempt)
    if truth is None:
        outcome.fail(attempt=attempt, reason="never-reached-provider", by=by)
        return outcome.refreshed(attempt)
    return outcome.apply(attempt=attempt, truth=truth, by=by, is_proof=True)
