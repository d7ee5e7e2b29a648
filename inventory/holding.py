"""Holding base units of named lots for a reservation line, and letting them go.

Callers hold the locks of `inventory.locking`; `inventory.reservation` decides when.
"""

from __future__ import annotations

from django.db.models import F

from inventory import fefo, locking, shelf
from inventory.fefo import Candidate
from inventory.models import Lot, LotBalance, ReservationLine, ReservationPick
from pharmacy.people.models import Store


def hold(*, line: ReservationLine, store: Store, quantity: int, lot: Lot | None = None) -> None:
    """Hold whole packs of the lots that expire first.

    Args:
        lot: hold this one only, because a person chose it.

    Raises:
        InsufficientStock, LotRecalled: the lots do not hold as much. Nothing is held.
    """
    medicine = line.medicine
    limit = fefo.expiry_from(store.time_zone)
    rows = locking.balances(store=store, medicine_id=medicine.pk, expiry_from=limit)
    candidates = [_candidate(row) for row in rows if lot is None or row.lot_id == lot.pk]
    takes = fefo.choose(candidates, quantity=quantity, pack_size=medicine.pack_size)
    if sum(take.quantity for take in takes) < quantity:
        packs = quantity // medicine.pack_size
        raise shelf.shortage(store=store, medicine=medicine, packs=packs, own=packs)
    for take in takes:
        _reserve(line, take)


def _candidate(row: LotBalance) -> Candidate:
    return Candidate(
        key=row.pk,
        lot_id=row.lot_id,
        location_id=row.location_id,
        expiry_date=row.lot.expiry_date,
        received_at=row.received_at,
        free=row.free,
    )


def _reserve(line: ReservationLine, take: fefo.Take) -> None:
    LotBalance.objects.filter(pk=take.candidate.key).update(reserved=F("reserved") + take.quantity)
    pick, _ = ReservationPick.objects.get_or_create(
        line=line,
        lot_id=take.candidate.lot_id,
        location_id=take.candidate.location_id,
        defaults={"quantity": 0},
    )
    ReservationPick.objects.filter(pk=pick.pk).update(quantity=F("quantity") + take.quantity)


def let_go(*, pick: ReservationPick) -> None:
    """Free what a pick still holds; what was issued stays on record."""
    if not pick.held:
        return
    LotBalance.objects.filter(lot=pick.lot_id, location=pick.location_id).update(
        reserved=F("reserved") - pick.held
    )
    if pick.issued:
        ReservationPick.objects.filter(pk=pick.pk).update(quantity=pick.issued)
    else:
        pick.delete()


def let_go_of_unfit(*, line: ReservationLine, store: Store) -> None:
    """Free held units of lots that were recalled, put on hold or expired since the pick."""
    limit = fefo.expiry_from(store.time_zone)
    for pick in line.picks.select_related("lot"):
        if pick.lot.status != "released" or pick.lot.expiry_date < limit:
            let_go(pick=pick)
