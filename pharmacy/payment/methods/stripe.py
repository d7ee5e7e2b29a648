"""Cards through Stripe: hold now, capture at hand-over.

Speaks API version 2026-10-28.endive (stripe 16.1.0). Stripe learns two opaque ids and an
amount: no name, no medicine, no description. Each call carries the idempotency key of its
business fact, so repeating it after a lost reply has no second effect for 24 hours.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Iterator
from typing import Any

import stripe
from django.conf import settings

from pharmacy.payment.errors import (
    OutOfStep,
    PaymentDeclined,
    PaymentUnavailable,
    ProviderRejected,
    RefundRefused,
)
from pharmacy.payment.methods import Order, RefundTruth, Truth

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS, RETRIES = (3.05, 20), 2
STANDINGS = {
    "requires_payment_method": "requires-customer",
    "requires_confirmation": "requires-customer",
    "requires_action": "requires-customer",
    "processing": "processing",
    "requires_capture": "authorised",
    "succeeded": "captured",
    "canceled": "voided",
}
REFUND_STANDINGS = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}
OUT_OF_STEP = {"payment_intent_unexpected_state", "charge_already_captured"}
REFUND_REFUSALS = {"charge_already_refunded", "amount_too_large", "charge_disputed"}
EXPANDED = ["latest_charge"]


@functools.lru_cache(maxsize=4)
def _client(key: str, base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        max_network_retries=RETRIES,
        stripe_version=API_VERSION,
        base_addresses={"api": base},
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )


def client() -> stripe.StripeClient:
    """The client of the configured account and address."""
    return _client(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn the library's errors into ours; what proves nothing becomes `PaymentUnavailable`."""
    try:
        yield
    except stripe.CardError as error:
        raise _declined(error) from error
    except stripe.InvalidRequestError as error:
        raise _invalid(error) from error
    except (stripe.AuthenticationError, stripe.PermissionError, stripe.IdempotencyError) as error:
        raise ProviderRejected(reason=error.code or type(error).__name__) from error
    except stripe.StripeError as error:
        raise PaymentUnavailable(status=error.http_status or 0) from error


def _declined(error: stripe.CardError) -> PaymentDeclined:
    body = error.json_body if isinstance(error.json_body, dict) else {}
    details = body.get("error", {})
    reason = details.get("decline_code") or error.code or "declined"
    reference = (details.get("payment_intent") or {}).get("id", "")
    return PaymentDeclined(reason=reason, reference=reference)


def _invalid(error: stripe.InvalidRequestError) -> Exception:
    code = error.code or "invalid-request"
    if code in OUT_OF_STEP:
        return OutOfStep(reason=code)
    if code in REFUND_REFUSALS:
        return RefundRefused(reason=code)
    if error.http_status == 409:
        return PaymentUnavailable(status=409)
    return ProviderRejected(reason=code, param=error.param or "")


def _truth(intent: Any) -> Truth:
    error, charge = intent.last_payment_error, intent.latest_charge
    reason = (getattr(error, "decline_code", None) or error.code or "") if error else ""
    standing = STANDINGS.get(intent.status, "processing")
    if standing == "voided" and intent.cancellation_reason == "automatic":
        standing = "expired"
    return Truth(
        reference=intent.id,
        standing=standing,
        amount_minor=intent.amount,
        currency=intent.currency.upper(),
        captured_minor=intent.amount_received or 0,
        capture_before=_capture_before(charge),
        reason=reason,
        client_secret=intent.client_secret or "",
    )


def _capture_before(charge: Any) -> dt.datetime | None:
    """Until when the hold stands, when the charge came expanded."""
    details = getattr(charge, "payment_method_details", None)
    stamp = getattr(getattr(details, "card", None), "capture_before", None)
    return dt.datetime.fromtimestamp(stamp, tz=dt.UTC) if stamp else None


def _creation(order: Order) -> Any:
    """The body of a creation: the same for every repetition of one attempt."""
    automatic: dict[str, Any] = {"enabled": True}
    confirmation: dict[str, Any] = {}
    if order.source:
        automatic["allow_redirects"] = "never"
        confirmation = {"confirm": True, "payment_method": order.source}
    return {
        "amount": order.amount_minor,
        "currency": order.currency.lower(),
        "automatic_payment_methods": automatic,
        "payment_method_options": {
            "card": {
                "capture_method": "manual",
                "request_multicapture": "if_available",
                "request_extended_authorization": "if_available",
            }
        },
        "metadata": {"order": order.owner, "attempt": order.attempt},
        "expand": EXPANDED,
        **confirmation,
    }


def _key(kind: str, fact: str, seq: int) -> str:
    """The key of a business fact; a number only once the first one proved useless."""
    return f"{kind}:{fact}" if seq == 1 else f"{kind}:{fact}:{seq}"


class Stripe:
    """The reference adapter."""

    name = "stripe"
    can_hold = True

    def authorise(self, order: Order) -> Truth:
        """Create (and with a `source` confirm) the PaymentIntent of an attempt."""
        with _translated():
            intent = client().v1.payment_intents.create(
                _creation(order), {"idempotency_key": _key("pi", order.attempt, order.seq)}
            )
        return _truth(intent)

    def retrieve(self, reference: str) -> Truth:
        """Ask how a PaymentIntent stands."""
        with _translated():
            return _truth(client().v1.payment_intents.retrieve(reference, {"expand": EXPANDED}))

    def find(self, order: Order) -> Truth | None:
        """Look through the intents of the day of the attempt for its metadata."""
        start = int(order.created_at.timestamp()) - 300
        window: Any = {"gte": start, "lte": start + 2 * 86_400}
        with _translated():
            page = client().v1.payment_intents.list({"created": window, "limit": 100})
            for intent in page.auto_paging_iter():
                if getattr(intent.metadata, "attempt", "") == order.attempt:
                    return self.retrieve(intent.id)
        return None

    def capture(self, reference: str, *, amount_minor: int, attempt: str, seq: int) -> Truth:
        """Capture once; Stripe lets go of what is left of the hold."""
        with _translated():
            intent = client().v1.payment_intents.capture(
                reference,
                {"amount_to_capture": amount_minor, "expand": EXPANDED},
                {"idempotency_key": f"cap:{attempt}:{seq}"},
            )
        return _truth(intent)

    def cancel(self, reference: str, *, reason: str, attempt: str, seq: int) -> Truth:
        """Cancel the PaymentIntent."""
        asked = "requested_by_customer" if reason == "requested-by-customer" else "abandoned"
        with _translated():
            intent = client().v1.payment_intents.cancel(
                reference,
                {"cancellation_reason": asked, "expand": EXPANDED},
                {"idempotency_key": _key("void", attempt, seq)},
            )
        return _truth(intent)

    def refund(self, reference: str, *, amount_minor: int, refund: str, seq: int) -> RefundTruth:
        """Refund a part or all of a captured PaymentIntent."""
        body: Any = {
            "payment_intent": reference,
            "amount": amount_minor,
            "reason": "requested_by_customer",
            "metadata": {"refund": refund},
        }
        try:
            with _translated():
                options: Any = {"idempotency_key": _key("ref", refund, seq)}
                made = client().v1.refunds.create(body, options)
        except ProviderRejected as error:
            if error.facts.get("param") == "amount":
                raise RefundRefused(reason=error.facts["reason"]) from error
            raise
        return _refund_truth(made)

    def retrieve_refund(self, reference: str) -> RefundTruth:
        """Ask how a refund stands."""
        with _translated():
            return _refund_truth(client().v1.refunds.retrieve(reference))

    def find_refund(self, reference: str, *, refund: str) -> RefundTruth | None:
        """Look through the refunds of a PaymentIntent for our id."""
        with _translated():
            page = client().v1.refunds.list({"payment_intent": reference, "limit": 100})
            for made in page.auto_paging_iter():
                if getattr(made.metadata, "refund", "") == refund:
                    return _refund_truth(made)
        return None


def _refund_truth(refund: Any) -> RefundTruth:
    standing = REFUND_STANDINGS.get(refund.status or "", "pending")
    return RefundTruth(reference=refund.id, standing=standing)


method = Stripe()
