"""What counting, disposal and transfer share: one movement of free stock, made by hand.

Held stock is never touched: release it first. Expired and recalled lots move freely here;
the rule about patients looks at where goods go, not at the lot.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from inventory import ledger, locking, places, shelf
from inventory.errors import ReasonMissing
from inventory.events import StockAdjusted
from inventory.ledger import Leg
from inventory.models import Movement
from pharmacy.core import outbox
from pharmacy.people.models import Store


def move(
    *,
    key: str,
    kind: str,
    by: str,
    reason: str,
    stores: Sequence[Store],
    legs: Sequence[Leg],
    keep_promises: Sequence[Store] = (),
) -> Movement:
    """Post the legs and recount the shelves of the stores.

    Args:
        keep_promises: stores whose promises to customers must stay covered.

    Raises:
        ReasonMissing: nobody said why.
        InsufficientStock: less is free. KeyReused: the key came with another request.
    Emits: StockAdjusted for each store.   Locks: stores and medicines.   Idempotent by: key.
    """
    if not reason.strip():
        raise ReasonMissing
    request = [kind, sorted(
        (leg.lot.pk, leg.origin.pk, leg.target.pk, leg.quantity) for leg in legs)]  # fmt: skip
    medicines = {leg.lot.medicine_id: leg.lot.medicine for leg in legs}
    with transaction.atomic():
        keys = [store.pk for store in stores]
        locking.stock(stores=keys, medicines=medicines, names=[f"movement:{key}"])
        if done := ledger.known(key=key, request=request):
            return done
        movement = ledger.post(key=key, request=request, kind=kind, by=by, legs=legs, reason=reason)
        for store in stores:
            for pk in sorted(medicines):
                places.list_product(store=store, medicine=medicines[pk])
                shelf.refresh(
                    store=store, medicine=medicines[pk], keep_promises=store in keep_promises
                )
            outbox.record(StockAdjusted(store=store.code, movement=str(movement.external_id)))
    return movement
