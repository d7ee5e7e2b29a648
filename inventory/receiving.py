"""Goods arrive: from the supplier to the shelf or the fridge, with lot and expiry date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from inventory import ledger, locking, lots, places, shelf
from inventory.errors import LotExpired, QuantityInvalid
from inventory.events import StockReceived
from inventory.ledger import Leg
from inventory.models import Movement
from pharmacy.core import clock, outbox
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Store


@dataclass(frozen=True, kw_only=True)
class ReceivedLine:
    """So many base units of one lot, as the delivery note and the packs say."""

    medicine: Medicine
    lot_number: str
    expiry_date: dt.date
    quantity: int
    manufacturer: str = ""


def receive(*, store: Store, lines: Sequence[ReceivedLine], by: str, key: str) -> Movement:
    """Put a delivery into stock.

    Rule: what arrives expired is refused at the door.

    Raises:
        QuantityInvalid: no line, or one without a quantity above zero.
        LotExpired, LotDiffers: see the pack.
        KeyReused: the key came before with another delivery.
    Emits: StockReceived.   Locks: store and medicines.   Idempotent by: key.
    """
    _check(store, lines)
    request = ["receipt", store.code, sorted(
        (line.medicine.code, line.lot_number, line.manufacturer, line.expiry_date.isoformat(),
         line.quantity) for line in lines)]  # fmt: skip
    medicines = {line.medicine.pk: line.medicine for line in lines}
    with transaction.atomic():
        locking.stock(stores=[store.pk], medicines=medicines, names=[f"movement:{key}"])
        if done := ledger.known(key=key, request=request):
            return done
        for medicine in medicines.values():
            places.list_product(store=store, medicine=medicine)
        legs = [_leg(store, line) for line in lines]
        movement = ledger.post(key=key, request=request, kind="receipt", by=by, legs=legs)
        for medicine in medicines.values():
            shelf.refresh(store=store, medicine=medicine)
        outbox.record(StockReceived(store=store.code, movement=str(movement.external_id)))
    return movement


def _check(store: Store, lines: Sequence[ReceivedLine]) -> None:
    if not lines or any(line.quantity <= 0 for line in lines):
        raise QuantityInvalid
    today = clock.today(store.time_zone)
    expired = [line.lot_number for line in lines if line.expiry_date < today]
    if expired:
        raise LotExpired(lots=expired)


def _leg(store: Store, line: ReceivedLine) -> Leg:
    lot = lots.record(
        medicine=line.medicine,
        number=line.lot_number,
        expiry_date=line.expiry_date,
        manufacturer=line.manufacturer,
    )
    return Leg(
        lot=lot,
        origin=places.location(kind="supplier"),
        target=places.home_of(medicine=line.medicine, store=store),
        quantity=line.quantity,
    )
