"""Ways to take money: the port and the table of its adapters.

An adapter speaks to one provider and knows nothing of our tables. It answers with `Truth`
(what the provider says now) or raises one of the typed errors; it never guesses. A new
method is one file here and one line in `METHODS`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from pharmacy.core.registry import Registry


@dataclass(frozen=True, kw_only=True)
class Order:
    """What an adapter may know: opaque ids and an amount in minor units."""

    attempt: str
    owner: str
    amount_minor: int
    currency: str
    source: str
    seq: int
    created_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What the provider says about a payment now.

    `standing` is one of requires-customer, authorised, captured, voided, expired, failed or
    processing (nothing to conclude yet).
    """

    reference: str
    standing: str
    amount_minor: int
    currency: str
    captured_minor: int = 0
    capture_before: dt.datetime | None = None
    reason: str = ""
    client_secret: str = ""


@dataclass(frozen=True, kw_only=True)
class RefundTruth:
    """What the provider says about a refund: pending, succeeded or failed."""

    reference: str
    standing: str


class PaymentMethod(Protocol):
    """One way to take money. Every call carries the idempotency key of its business fact.

    `seq` is part of the key: the same number repeats a call, a new one makes another.

    Raises, in every call:
        PaymentUnavailable: no answer, or none that proves what happened.
        OutOfStep: the payment is in another state than the call needs.
        ProviderRejected: our request or our credentials are wrong.
    """

    name: str
    can_hold: bool

    def authorise(self, order: Order) -> Truth:
        """Hold the amount; without a `source` the customer confirms later.

        Raises:
            PaymentDeclined: the provider said no; `reference` and `reason` tell more.
        """

    def retrieve(self, reference: str) -> Truth:
        """Ask how a payment stands."""

    def find(self, order: Order) -> Truth | None:
        """Look for a payment whose creation we never heard back from; None proves absence."""

    def capture(self, reference: str, *, amount_minor: int, attempt: str, seq: int) -> Truth:
        """Take held money once; the rest of the hold is let go."""

    def cancel(self, reference: str, *, reason: str, attempt: str, seq: int) -> Truth:
        """Let go of held money."""

    def refund(self, reference: str, *, amount_minor: int, refund: str, seq: int) -> RefundTruth:
        """Give captured money back.

        Raises:
            RefundRefused: the provider will not.
        """

    def retrieve_refund(self, reference: str) -> RefundTruth:
        """Ask how a refund stands."""

    def find_refund(self, reference: str, *, refund: str) -> RefundTruth | None:
        """Look for a refund whose creation we never heard back from; None proves absence."""


METHODS: Registry[PaymentMethod] = Registry(
    "payment-method", {"stripe": "pharmacy.payment.methods.stripe.method"}
)
