"""Lots that no patient may get go to the scrap, back to the supplier, or into quarantine."""

from __future__ import annotations

from inventory import corrections, places
from inventory.errors import QuantityInvalid
from inventory.ledger import Leg
from inventory.models import Lot, Movement
from pharmacy.people.models import Store


def dispose(
    *,
    store: Store,
    lot: Lot,
    quantity: int,
    to: str,
    by: str,
    key: str,
    reason: str,
    origin: str = "",
) -> Movement:
    """Take free units of a lot off sale; expired and recalled lots are welcome here.

    Args:
        to: `scrap`, `supplier` or `quarantine`.
        origin: kind of location in the store; nothing: where the medicine is kept for sale.

    Raises:
        QuantityInvalid: no quantity above zero, or no such target.
        ReasonMissing: nobody said why. InsufficientStock: less is free there.
    Emits: StockAdjusted.   Idempotent by: key.
    """
    if quantity <= 0 or to not in {"scrap", "supplier", "quarantine"}:
        raise QuantityInvalid
    home = places.home_of(medicine=lot.medicine, store=store)
    here = places.location(kind=origin, store=store) if origin else home
    target = places.location(kind=to, store=store if to == "quarantine" else None)
    return corrections.move(
        key=key,
        kind="quarantine" if to == "quarantine" else "disposal",
        by=by,
        reason=reason,
        stores=[store],
        legs=[Leg(lot, here, target, quantity)],
    )
