"""One point for each whole yuan that a line cost; what is left below a yuan earns nothing."""

from __future__ import annotations

from dataclasses import dataclass

from loyalty.facts import PurchaseLine

FEN_IN_A_YUAN = 100


@dataclass(frozen=True)
class PointAYuan:
    """Rounds down line by line, so that taking lines back adds up to the whole."""

    version: str = "point-a-yuan:1"

    def points(self, line: PurchaseLine, *, currency: str) -> int | None:
        """One point a yuan; None for another currency."""
        return max(line.net_minor, 0) // FEN_IN_A_YUAN if currency == "CNY" else None


RULE = PointAYuan()
