"""What stock tells the rest: opaque owners, codes of stores, ids of movements and lots."""

from __future__ import annotations

from dataclasses import dataclass

from pharmacy.core.outbox import Event


@dataclass(frozen=True, kw_only=True)
class StockReceived(Event):
    """Goods arrived at a store."""

    store: str
    movement: str


@dataclass(frozen=True, kw_only=True)
class StockReserved(Event):
    """An owner was promised stock of a store."""

    owner: str
    store: str


@dataclass(frozen=True, kw_only=True)
class StockPicked(Event):
    """Named lots are held for an owner."""

    owner: str
    store: str


@dataclass(frozen=True, kw_only=True)
class StockReleased(Event):
    """An owner's promise ended and the stock is free again."""

    owner: str
    store: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StockIssued(Event):
    """Stock left to the customer."""

    owner: str
    store: str
    movement: str


@dataclass(frozen=True, kw_only=True)
class StockAdjusted(Event):
    """Somebody corrected, wrote off or moved stock by hand."""

    store: str
    movement: str


@dataclass(frozen=True, kw_only=True)
class LotStatusChanged(Event):
    """A lot was released, put in quarantine or recalled, all over the chain."""

    lot: str
    status: str
