"""A count found more or less than the books say."""

from __future__ import annotations

from inventory import corrections, places
from inventory.errors import QuantityInvalid
from inventory.ledger import Leg
from inventory.models import Lot, Movement
from pharmacy.people.models import Store


def adjust(
    *, store: Store, lot: Lot, change: int, by: str, key: str, reason: str, kind: str = ""
) -> Movement:
    """Correct what is on hand of a lot.

    Args:
        change: base units, above zero for what was found, below for what is missing.
        kind: the location in the store; nothing: where the medicine is kept for sale.

    Raises:
        QuantityInvalid: no change. ReasonMissing: nobody said why.
        InsufficientStock: more is missing than is free; release the reservation first.
    Emits: StockAdjusted.   Idempotent by: key.
    """
    if change == 0:
        raise QuantityInvalid
    home = places.home_of(medicine=lot.medicine, store=store)
    here = places.location(kind=kind, store=store) if kind else home
    beyond = places.location(kind="count-difference")
    ends = (beyond, here) if change > 0 else (here, beyond)
    return corrections.move(
        key=key,
        kind="adjustment",
        by=by,
        reason=reason,
        stores=[store],
        legs=[Leg(lot, *ends, abs(change))],
    )
