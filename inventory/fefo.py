"""Which lots go first: first expired, first out. Pure: no database.

Rule: of what may go to a patient, the earliest expiry goes first; among equals what arrived
first, then the lower key, so that two runs choose alike. A pack comes out of one lot, so a
lot gives whole packs only; loose units stay for a count or a write-off.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from pharmacy.core import clock


@dataclass(frozen=True)
class Candidate:
    """Free base units of a lot at a location."""

    key: int
    lot_id: int
    location_id: int
    expiry_date: dt.date
    received_at: dt.datetime
    free: int


@dataclass(frozen=True)
class Take:
    """So many base units out of a candidate."""

    candidate: Candidate
    quantity: int


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Sort first expired first, ties by arrival and key."""
    return sorted(candidates, key=lambda c: (c.expiry_date, c.received_at, c.key))


def choose(candidates: Iterable[Candidate], *, quantity: int, pack_size: int) -> list[Take]:
    """Take whole packs from the first lots until the quantity is met or all are used.

    Returns:
        takes in FEFO order; their sum is below `quantity` when there is not enough.
    """
    takes, missing = [], quantity
    for candidate in in_order(candidates):
        whole = min(candidate.free, missing) // pack_size * pack_size
        if whole > 0:
            takes.append(Take(candidate, whole))
            missing -= whole
    return takes


def min_remaining_days() -> int:
    """Days a pack must still be good for when it is sold; a decision of the chain."""
    return getattr(settings, "STOCK_MIN_REMAINING_DAYS", 0)


def expiry_from(time_zone: str) -> dt.date:
    """The earliest expiry date that may still go to a patient, on the store's calendar."""
    return clock.today(time_zone) + dt.timedelta(days=min_remaining_days())
