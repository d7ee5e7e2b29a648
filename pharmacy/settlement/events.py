"""Facts about the books."""

from __future__ import annotations

from dataclasses import dataclass

from pharmacy.core.outbox import Event


@dataclass(frozen=True, kw_only=True)
class OrderSettled(Event):
    """What was handed over is paid, and the books say so."""

    owner: str
