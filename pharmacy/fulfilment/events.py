"""What happened to an order, in the past tense. Ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass

from pharmacy.core.outbox import Event


@dataclass(frozen=True, kw_only=True)
class MoneyNotNeeded(Event):
    """The order ended or its stock is gone: nothing may stay held for this owner."""

    owner: str
