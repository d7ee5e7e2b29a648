"""What the programme is told of a purchase, and what it answers: plain values, no rows.

Loyalty never sees an order; whoever sells describes the sale in these words.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PurchaseLine:
    """One line of a purchase.

    Args:
        supply_class: of the medicine, such as `rx` or `otc-b` (see the formulary).
        net_minor: what the customer paid for the line, minor units, after discounts and
            without delivery and without what the fund or points paid.
        is_fund_paid: whether a public fund paid any part of the line.
    """

    supply_class: str
    net_minor: int
    is_fund_paid: bool = False


@dataclass(frozen=True, kw_only=True)
class PurchaseFact:
    """One finished purchase of one person.

    Args:
        key: names the fact for ever, such as `order:<number>`.
        person_id: `Person.external_id`.
        lines: 1..n, in the order of the receipt; a line's number starts at 1.
        occurred_at: aware instant of the purchase.
        channel: `online` or `store`.
        is_final: False while goods can still come back: the points wait as pending.
    """

    key: str
    person_id: str
    lines: list[PurchaseLine]
    currency: str
    occurred_at: dt.datetime
    channel: str = "online"
    is_final: bool = True


@dataclass(frozen=True, kw_only=True)
class LineOutcome:
    """What one line earned and why: `reason_code` is of the policy or of the programme."""

    line: int
    points: int
    reason_code: str


@dataclass(frozen=True, kw_only=True)
class EarnOutcome:
    """What a purchase earned: whole points, with one reason a line."""

    points: int
    reasons: tuple[LineOutcome, ...]
