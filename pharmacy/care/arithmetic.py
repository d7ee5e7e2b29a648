"""The days of a supply: when it starts, when it runs out, when to speak of the next one. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

LEAD_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Supply:
    """First and last day with medicine, and the day on which the next supply is due."""

    starts_date: dt.date
    runs_out_date: dt.date
    next_due_date: dt.date


def supply(
    *,
    handed_over_date: dt.date,
    days_supply: int,
    carried_until: dt.date | None = None,
    lead_days: int = LEAD_DAYS,
) -> Supply:
    """Lay a supply after what is left of the one before.

    Rule: an early refill of the same medicine starts on the day after the supply before it
        ends (PQA, proportion of days covered); it runs out on start + days - 1; the next one is
        due at the later of start and hand-over, + days - lead days.

    Args:
        carried_until: last day of the same medicine's earlier supply; None when there is none.
    """
    start = handed_over_date
    if carried_until is not None and carried_until >= handed_over_date:
        start = carried_until + dt.timedelta(days=1)
    after = start + dt.timedelta(days=days_supply)
    due = max(after - dt.timedelta(days=lead_days), handed_over_date)
    return Supply(starts_date=start, runs_out_date=after - dt.timedelta(days=1), next_due_date=due)
