"""Whether a line may earn at all: the one place where loyalty asks the law.

What the policy does not know, it denies; the reason travels to the member's receipt.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from loyalty.facts import PurchaseLine
from pharmacy import policy


@dataclass(frozen=True, kw_only=True)
class Eligibility:
    """Yes or no, and the policy's reason."""

    is_eligible: bool
    reason_code: str


def of(line: PurchaseLine, *, channel: str) -> Eligibility:
    """Ask the policy of the jurisdiction whether this line may earn points."""
    decision = policy.decide(
        jurisdiction=settings.JURISDICTION,
        supply_class=line.supply_class,
        effect="points",
        channel=channel,
        reviewed=True,
        is_fund_paid=line.is_fund_paid,
    )
    return Eligibility(is_eligible=decision.allowed, reason_code=decision.reason_code)
