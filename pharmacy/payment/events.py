"""Facts about collected money, for the parts above. Amounts are minor units."""

from __future__ import annotations

from dataclasses import dataclass

from pharmacy.core.outbox import Event


@dataclass(frozen=True, kw_only=True)
class PaymentAuthorised(Event):
    """The amount is held for the owner; nothing was taken yet."""

    owner: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(Event):
    """The amount was taken; a held rest was let go."""

    owner: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentReleased(Event):
    """The hold ended and nothing was taken: by us, or because it ran out (`is_expired`)."""

    owner: str
    amount_minor: int
    currency: str
    is_expired: bool = False


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(Event):
    """The attempt ended without money; `reason` is the provider's code."""

    owner: str
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(Event):
    """This much was given back (one refund, not the sum)."""

    owner: str
    amount_minor: int
    currency: str
    refund: str


@dataclass(frozen=True, kw_only=True)
class RefundFailed(Event):
    """A refund did not reach the customer: the amount is owed again."""

    owner: str
    amount_minor: int
    currency: str
    refund: str
