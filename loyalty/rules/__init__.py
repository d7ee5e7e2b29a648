"""Earning rules: how many points an eligible line gives.

A new rule is one file with a `RULE` and one line in `RULES`. Every rule in the table adds to
each line; the versions that took part are stored with the points.
"""

from __future__ import annotations

from typing import Protocol

from loyalty.facts import PurchaseLine
from pharmacy.core.registry import Registry


class EarningRule(Protocol):
    """A pure function with a version: change what it answers and you change its version."""

    version: str

    def points(self, line: PurchaseLine, *, currency: str) -> int | None:
        """Whole points of one eligible line, never negative; None when the currency is foreign."""
        ...


RULES: Registry[EarningRule] = Registry(
    "earning rule",
    {
        "point-a-yuan": "loyalty.rules.point_a_yuan.RULE",
    },
)


def version() -> str:
    """Versions of all rules in force, in the order of the table."""
    return "+".join(rule.version for _, rule in RULES)
