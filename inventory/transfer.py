"""Stock goes from one store of the chain to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory import corrections, lots, places
from inventory.errors import QuantityInvalid
from inventory.ledger import Leg
from inventory.models import Lot, Movement
from pharmacy.people.models import Store


@dataclass(frozen=True)
class TransferLine:
    """So many base units of a lot."""

    lot: Lot
    quantity: int


def move(
    *,
    source: Store,
    target: Store,
    lines: Sequence[TransferLine],
    by: str,
    key: str,
    reason: str,
) -> Movement:
    """Move free stock that nobody was promised to another store.

    Raises:
        QuantityInvalid: no line, no quantity above zero, or twice the same store.
        LotRecalled, LotOnHold, LotExpired: what may not be sold is not passed on.
        InsufficientStock: the source lacks it, or needs it for its promises.
    Emits: StockAdjusted for both stores.   Idempotent by: key.
    """
    if not lines or source == target or any(line.quantity <= 0 for line in lines):
        raise QuantityInvalid
    for line in lines:
        lots.may_reach_a_patient(lot=line.lot, store=source)
    places.open_stock(store=target)
    return corrections.move(
        key=key,
        kind="transfer",
        by=by,
        reason=reason,
        stores=[source, target],
        legs=[_leg(source, target, line) for line in lines],
        keep_promises=[source],
    )


def _leg(source: Store, target: Store, line: TransferLine) -> Leg:
    return Leg(
        line.lot,
        places.home_of(medicine=line.lot.medicine, store=source),
        places.home_of(medicine=line.lot.medicine, store=target),
        line.quantity,
    )
