"""A lot is put in quarantine, released or recalled, over the whole chain at once."""

from __future__ import annotations

from django.db import transaction

from inventory import locking, shelf
from inventory.errors import ReasonMissing
from inventory.events import LotStatusChanged
from inventory.models import Lot, ReservationPick
from pharmacy.core import states
from pharmacy.people.models import Store


def change_status(*, lot: Lot, to: str, by: str, reason: str) -> Lot:
    """Set a lot to `released`, `quarantine` or `recalled` and recount every shelf it lies on.

    Promises stay; the next pick replaces the lot or tells that it cannot.

    Raises:
        ReasonMissing: nobody said why. TransitionRefused: a recalled lot never comes back.
    Emits: LotStatusChanged.   Locks: the stores that hold the lot, the lot.
    """
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        stores = list(
            Store.objects.filter(stock_locations__balances__lot=lot).distinct().order_by("pk")
        )
        locking.stock(stores=[store.pk for store in stores], medicines=[lot.medicine_id])
        event = LotStatusChanged(lot=str(lot.external_id), status=to)
        states.advance(lot, to, by=by, field="status", reason=reason, event=event)
        for store in stores:
            shelf.refresh(store=store, medicine=lot.medicine)
    return lot


def owners_of(*, lot: Lot) -> list[str]:
    """Whoever holds units of the lot or was issued some: the people to call after a recall."""
    picks = ReservationPick.objects.filter(lot=lot)
    owners = picks.values_list("line__reservation__owner", flat=True)
    return list(owners.distinct().order_by("line__reservation__owner"))
