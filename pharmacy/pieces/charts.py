"""A bar chart drawn on the server: no script, prints well, and its table stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise

WIDTH, HEIGHT, GAP, WIDEST = 480, 200, 8, 56


@dataclass(frozen=True)
class Bar:
    """One bar in the units of the picture, with what it says."""

    label: str | Promise
    value: str
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        """Where its label stands."""
        return self.x + self.width // 2


def bars(points: Sequence[tuple[str | Promise, Decimal | int, str]]) -> list[Bar]:
    """Lay out (label, size, words) from left to right; the largest fills the height."""
    top = max((Decimal(size) for _label, size, _words in points), default=Decimal(0)) or Decimal(1)
    slot = WIDTH // max(1, len(points))
    laid = []
    for index, (label, size, words) in enumerate(points):
        height = int(Decimal(size) / top * HEIGHT)
        width = min(WIDEST, slot - GAP)
        left = index * slot + (slot - width) // 2
        laid.append(Bar(label, words, left, HEIGHT - height, width, height))
    return laid
