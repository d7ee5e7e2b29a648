"""What the points programme tells the other parts. `member` is the account's external id."""

from __future__ import annotations

from dataclasses import dataclass

from pharmacy.core import outbox


@dataclass(frozen=True, kw_only=True)
class PointsEarned(outbox.Event):
    """A purchase gave points; `key` is the key of the purchase."""

    member: str
    points: int
    key: str


@dataclass(frozen=True, kw_only=True)
class PointsReversed(outbox.Event):
    """Points of a purchase were taken back; `points` is positive."""

    member: str
    points: int
    key: str
