"""Notifications of the provider: proved, kept, answered at once, processed later.

A notification only says "look again": its content is never trusted for a state, because
notifications come twice, late and in any order. The wrapper closes what the library leaves
open (bodies that are not UTF-8, headers that are not ASCII, times in the future).
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from typing import Any

import stripe
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from pharmacy.core import clock
from pharmacy.core.errors import PharmacyError
from pharmacy.payment import outcome, reconciliation
from pharmacy.payment.errors import WebhookRefused
from pharmacy.payment.methods import METHODS
from pharmacy.payment.models import PaymentAttempt, Refund, WebhookEvent

log = logging.getLogger(__name__)
MAX_BYTES, TOLERANCE_SECONDS, MAX_TRIES = 1_048_576, 300, 5
BATCH = 200


def receive(*, body: bytes, signature_header: str) -> bool:
    """Keep a proved notification once; return whether it is new.

    Raises:
        WebhookRefused: too long, not UTF-8, not signed with one of our secrets, too old or
            from the future, or not an event. Nothing is kept.
    Idempotent by: the provider's event id.
    """
    text = _proved(body, signature_header)
    event = _parsed(text)
    now = clock.now()
    row = WebhookEvent(
        event_id=event["id"], kind=event["type"], body=body, received_at=now, next_at=now
    )
    with transaction.atomic():
        is_new = not WebhookEvent.objects.filter(pk=row.pk).exists()
        if is_new:
            WebhookEvent.objects.bulk_create([row], ignore_conflicts=True)
            transaction.on_commit(_wake, robust=True)
    return is_new


def process() -> int:
    """Look again at what each unprocessed notification speaks of; return how many were done.

    The provider is asked outside any transaction. What is not ours yet (our own commit may
    come later) is tried five times and then put aside.
    """
    due = WebhookEvent.objects.filter(processed_at__isnull=True, next_at__lte=clock.now())
    done = 0
    for row in due.order_by("received_at", "pk")[:BATCH]:
        done += _process(row)
    return done


def _wake() -> None:
    from pharmacy.payment.tasks import process_webhooks

    process_webhooks.delay()


def _proved(body: bytes, header: str) -> str:
    """The body as text, once one of our secrets proves that the provider wrote it now."""
    if len(body) > MAX_BYTES:
        raise WebhookRefused(reason="too-long")
    if not header or not header.isascii():
        raise WebhookRefused(reason="header")
    try:
        text = body.decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        raise WebhookRefused(reason="not-utf-8") from error
    if not any(_is_signed(text, header, secret) for secret in _secrets()):
        raise WebhookRefused(reason="signature")
    if _timestamp(header) > clock.now().timestamp() + TOLERANCE_SECONDS:
        raise WebhookRefused(reason="future")
    return text


def _secrets() -> list[str]:
    """The secrets in force: two during a rotation, never none and never an empty one."""
    secrets = list(settings.STRIPE_WEBHOOK_SECRETS)
    if not secrets or not all(secrets):
        raise ImproperlyConfigured("STRIPE_WEBHOOK_SECRETS must hold non-empty secrets")
    return secrets


def _is_signed(text: str, header: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(text, header, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def _timestamp(header: str) -> int:
    """The signed time; the library has read it before, so it is there."""
    return int(next(part.split("=")[1] for part in header.split(",") if part.startswith("t=")))


def _parsed(text: str) -> dict[str, Any]:
    try:
        event = json.loads(text)
    except ValueError as error:
        raise WebhookRefused(reason="not-json") from error
    names = (event.get("id"), event.get("type")) if isinstance(event, dict) else ()
    if not names or not all(isinstance(name, str) and 0 < len(name) <= 120 for name in names):
        raise WebhookRefused(reason="not-an-event")
    return event


def _process(row: WebhookEvent) -> int:
    try:
        verdict = _follow(json.loads(bytes(row.body)))
    except PharmacyError as error:
        return _later(row, error.code)
    if not verdict:
        return _later(row, "not-ours-yet")
    WebhookEvent.objects.filter(pk=row.pk).update(processed_at=clock.now(), outcome=verdict)
    return 1


def _later(row: WebhookEvent, why: str) -> int:
    """Try again with growing pauses; after the last try, put aside and say so."""
    tries = row.attempts + 1
    changes: dict[str, Any] = {"attempts": tries, "outcome": why[:80]}
    if tries >= MAX_TRIES:
        log.warning("webhook %s put aside: %s", row.pk, why)
        changes["processed_at"] = clock.now()
    else:
        changes["next_at"] = clock.now() + dt.timedelta(seconds=15 * 4**tries)
    WebhookEvent.objects.filter(pk=row.pk).update(**changes)
    return 0


def _follow(event: dict[str, Any]) -> str:
    """Ask the provider about the object of an event; empty when we do not know it."""
    thing = event.get("data", {}).get("object", {})
    kind = thing.get("object", "")
    if kind == "refund":
        return _follow_refund(thing)
    if kind == "payment_intent":
        return _follow_intent(thing.get("id", ""), thing.get("metadata") or {})
    if kind == "charge" and thing.get("payment_intent"):
        return _follow_intent(thing["payment_intent"], {})
    return "ignored"


def _follow_intent(reference: str, metadata: dict[str, str]) -> str:
    attempt = PaymentAttempt.objects.filter(reference=reference).first()
    if attempt is None:
        unheard = PaymentAttempt.objects.filter(reference=None)
        attempt = unheard.filter(external_id__in=_uuids(metadata.get("attempt", ""))).first()
    if attempt is None:
        return ""
    truth = METHODS.get(attempt.method).retrieve(reference)
    outcome.apply(attempt=attempt, truth=truth, by="system:webhook")
    return "followed"


def _follow_refund(thing: dict[str, Any]) -> str:
    named = _uuids((thing.get("metadata") or {}).get("refund", ""))
    refund = Refund.objects.select_related("attempt").filter(external_id__in=named).first()
    if refund is None:
        return ""
    refund.reference = refund.reference or thing.get("id")
    reconciliation.follow_refund(refund=refund, by="system:webhook")
    return "followed"


def _uuids(text: str) -> list[uuid.UUID]:
    """The id of ours, or nothing for anything else that stands there."""
    try:
        return [uuid.UUID(text)]
    except (ValueError, AttributeError, TypeError):
        return []
