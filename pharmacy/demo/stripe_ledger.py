"""The money side of the loopback peer of Stripe: intents, charges, refunds, events.

Kept in memory, one lock, no network here. Every verb answers the object or raises `Problem`
with the status and the error body that the real service gives.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from pharmacy.demo.stripe_contract import CANCELLATION_REASONS, CARDS, REFUND_REASONS

HOLD_SECONDS = 7 * 86_400
Fields = dict[str, Any]
OPEN = {"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"}


class Problem(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, kind: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **details}}


def invalid(message: str, *, param: str = "", code: str = "", status: int = 400) -> Problem:
    """An invalid_request_error."""
    details = {key: value for key, value in (("param", param), ("code", code)) if value}
    return Problem(status, "invalid_request_error", message, **details)


def _id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def _whole(fields: Fields, name: str, default: int | None = None) -> int:
    value = fields.get(name, default)
    try:
        number = int(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise invalid(f"Invalid integer: {value}", param=name) from error
    if number <= 0:
        raise invalid("This value must be greater than or equal to 1.", param=name)
    return number


class Ledger:
    """All objects of one account, and the events they gave rise to."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.objects: dict[str, Fields] = {}
        self.events: list[Fields] = []

    def get(self, kind: str, key: str) -> Fields:
        """One object of a kind."""
        found = self.objects.get(key)
        if found is None or found["object"] != kind:
            raise invalid(
                f"No such {kind}: '{key}'", param="id", code="resource_missing", status=404
            )
        return found

    def all(self, kind: str) -> list[Fields]:
        """Every object of a kind, the newest first."""
        return [thing for thing in reversed(self.objects.values()) if thing["object"] == kind]

    def create_intent(self, fields: Fields) -> Fields:
        """Create a PaymentIntent and confirm it when asked to."""
        amount = _whole(fields, "amount")
        if len(str(fields.get("currency", ""))) != 3:
            raise invalid("Missing or invalid currency.", param="currency")
        card = fields.get("payment_method_options", {}).get("card", {})
        key = _id("pi")
        intent = self._add(
            key, "payment_intent", amount=amount, amount_capturable=0, amount_received=0,
            currency=fields["currency"].lower(), customer=fields.get("customer"),
            status="requires_payment_method", metadata=fields.get("metadata", {}),
            capture_method=card.get("capture_method") or fields.get("capture_method", "automatic"),
            client_secret=f"{key}_secret_{secrets.token_hex(8)}", latest_charge=None,
            last_payment_error=None, cancellation_reason=None, canceled_at=None,
            payment_method=fields.get("payment_method"), payment_method_types=["card"],
            automatic_payment_methods=fields.get("automatic_payment_methods"),
        )  # fmt: skip
        self._tell("payment_intent.created", intent)
        if fields.get("confirm") == "true":
            self._confirm(intent, fields)
        elif intent["payment_method"]:
            intent["status"] = "requires_confirmation"
        return intent

    def confirm_intent(self, key: str, fields: Fields) -> Fields:
        """Confirm with a test card."""
        intent = self.get("payment_intent", key)
        self._must_be(intent, {"requires_payment_method", "requires_confirmation"})
        intent["payment_method"] = fields.get("payment_method") or intent["payment_method"]
        self._confirm(intent, fields)
        return intent

    def complete_action(self, key: str) -> Fields:
        """The customer proves who they are (there is no such call at the real service)."""
        intent = self.get("payment_intent", key)
        self._must_be(intent, {"requires_action", "requires_payment_method"})
        self._hold(intent)
        return intent

    def capture_intent(self, key: str, fields: Fields) -> Fields:
        """Take held money; what is left of the hold is let go."""
        intent = self.get("payment_intent", key)
        self._must_be(intent, {"requires_capture"})
        amount = _whole(fields, "amount_to_capture", intent["amount_capturable"])
        if amount > intent["amount_capturable"]:
            raise invalid(
                "amount_to_capture is more than the amount that can be captured.",
                param="amount_to_capture", code="amount_too_large",
            )  # fmt: skip
        charge = self.objects[intent["latest_charge"]]
        charge.update(captured=True, amount_captured=amount)
        intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
        self._tell("charge.captured", charge)
        self._tell("payment_intent.succeeded", intent)
        return intent

    def cancel_intent(self, key: str, fields: Fields) -> Fields:
        """Let go of what is held."""
        reason = fields.get("cancellation_reason")
        if reason not in CANCELLATION_REASONS | {None}:
            raise invalid("Invalid cancellation_reason.", param="cancellation_reason")
        intent = self.get("payment_intent", key)
        self._must_be(intent, OPEN)
        return self._end(intent, reason)

    def expire(self, key: str) -> Fields:
        """The hold runs out, as after seven days."""
        intent = self.get("payment_intent", key)
        self._must_be(intent, {"requires_capture"})
        self._tell("charge.expired", self.objects[intent["latest_charge"]])
        return self._end(intent, "automatic")

    def create_refund(self, fields: Fields) -> Fields:
        """Give captured money back, never more than was taken."""
        intent = self.get("payment_intent", fields.get("payment_intent", ""))
        self._must_be(intent, {"succeeded"})
        if fields.get("reason") not in REFUND_REASONS | {None}:
            raise invalid("Invalid reason.", param="reason")
        charge = self.objects[intent["latest_charge"]]
        left = charge["amount_captured"] - charge["amount_refunded"]
        if left == 0:
            raise invalid("The charge was refunded.", code="charge_already_refunded")
        amount = _whole(fields, "amount", left)
        if amount > left:
            raise invalid(
                f"Refund amount ({amount}) is greater than unrefunded amount ({left}).",
                param="amount",
            )
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        refund = self._add(
            _id("re"), "refund", amount=amount, currency=intent["currency"], charge=charge["id"],
            payment_intent=intent["id"], reason=fields.get("reason"), status="succeeded",
            metadata=fields.get("metadata", {}),
        )  # fmt: skip
        self._tell("refund.created", refund)
        self._tell("charge.refunded", charge)
        return refund

    def fail_refund(self, key: str) -> Fields:
        """The bank sends the money back (there is no such call at the real service)."""
        refund = self.get("refund", key)
        refund["status"] = "failed"
        self.objects[refund["charge"]]["amount_refunded"] -= refund["amount"]
        self._tell("refund.failed", refund)
        return refund

    def create_customer(self, fields: Fields) -> Fields:
        """Create a customer."""
        return self._add(_id("cus"), "customer", metadata=fields.get("metadata", {}))

    def attach_method(self, key: str, fields: Fields) -> Fields:
        """Keep a card for a customer."""
        customer = self.get("customer", fields.get("customer", ""))
        self._card(key)
        return self._add(
            _id("pm"), "payment_method", type="card", customer=customer["id"], card_token=key
        )

    def rendered(self, thing: Fields, expand: list[str]) -> Fields:
        """An object as it goes out, with the charge in place of its id when asked for."""
        copy = dict(thing)
        if "latest_charge" in expand and copy.get("latest_charge"):
            copy["latest_charge"] = dict(self.objects[copy["latest_charge"]])
        return copy

    def _add(self, key: str, kind: str, **fields: Any) -> Fields:
        thing = {"id": key, "object": kind, "created": int(self.clock()), "livemode": False}
        self.objects[key] = thing | fields
        return self.objects[key]

    def _tell(self, kind: str, thing: Fields) -> None:
        self.events.append({
            "id": _id("evt"), "object": "event", "api_version": "2026-10-28.endive",
            "created": int(self.clock()), "type": kind, "livemode": False,
            "data": {"object": dict(thing)},
        })  # fmt: skip

    def _must_be(self, intent: Fields, allowed: set[str]) -> None:
        if intent["status"] not in allowed:
            raise invalid(
                f"This PaymentIntent has a status of {intent['status']}.",
                code="payment_intent_unexpected_state",
            )

    def _card(self, key: str) -> str:
        """What a card does when it is charged; empty when it works."""
        kept = self.objects.get(key, {}).get("card_token", key)
        if kept not in CARDS:
            raise invalid(
                f"No such PaymentMethod: '{key}'", param="payment_method", code="resource_missing"
            )
        return CARDS[kept]

    def _confirm(self, intent: Fields, fields: Fields) -> None:
        if not intent["payment_method"]:
            raise invalid("You must provide a payment method.", param="payment_method")
        trouble = self._card(intent["payment_method"])
        if trouble == "authentication_required" and fields.get("off_session") != "true":
            intent["status"] = "requires_action"
            self._tell("payment_intent.requires_action", intent)
        elif trouble:
            self._decline(intent, trouble)
        else:
            self._hold(intent)

    def _decline(self, intent: Fields, reason: str) -> None:
        asks = reason == "authentication_required"
        code = reason if asks else "card_declined"
        error = {"code": code, "decline_code": reason, "type": "card_error"}
        intent.update(status="requires_payment_method", last_payment_error=error)
        intent["payment_method"] = None
        self._tell("payment_intent.payment_failed", intent)
        raise Problem(
            402, "card_error", "Your card was declined.", code=code, decline_code=reason,
            payment_intent=dict(intent),
        )  # fmt: skip

    def _hold(self, intent: Fields) -> None:
        is_manual = intent["capture_method"] == "manual"
        charge = self._add(
            _id("ch"), "charge", amount=intent["amount"], amount_captured=0, amount_refunded=0,
            captured=False, refunded=False, currency=intent["currency"],
            payment_intent=intent["id"], status="succeeded", metadata=intent["metadata"],
            payment_method_details={
                "type": "card",
                "card": {"capture_before": int(self.clock()) + HOLD_SECONDS},
            },
        )  # fmt: skip
        intent.update(
            status="requires_capture", latest_charge=charge["id"], last_payment_error=None,
            amount_capturable=intent["amount"],
        )  # fmt: skip
        if is_manual:
            self._tell("payment_intent.amount_capturable_updated", intent)
        else:
            self.capture_intent(intent["id"], {})

    def _end(self, intent: Fields, reason: str | None) -> Fields:
        intent.update(
            status="canceled", cancellation_reason=reason, canceled_at=int(self.clock()),
            amount_capturable=0,
        )  # fmt: skip
        self._tell("payment_intent.canceled", intent)
        return intent
