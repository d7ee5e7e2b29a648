"""Stock leaves to the customer: what was picked for an owner, all of it or a part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Sum

from inventory import ledger, lots, places, reservation, shelf
from inventory.errors import NotPicked, ReservationClosed, SplitPackNeeded
from inventory.events import StockIssued
from inventory.ledger import Leg
from inventory.models import Movement, Reservation, ReservationPick
from inventory.reservation import Pick
from pharmacy.core import outbox, states


@dataclass(frozen=True)
class _Taken:
    held: ReservationPick
    quantity: int


def issue(*, owner: str, by: str, key: str, picks: Sequence[Pick] | None = None) -> Movement:
    """Move what is held for an owner to the customer.

    What was reserved and is not issued stays reserved until it is issued or released.

    Args:
        picks: what leaves now; nothing: all that is held.

    Raises:
        NotPicked: nothing, or less than asked for, is held.
        LotRecalled, LotOnHold, LotExpired: a lot became unfit since the pick; pick again.
        SplitPackNeeded: a medicine would leave in part of a pack.
        ReservationUnknown, ReservationClosed: nothing is open for this owner.
        KeyReused: the key came before with another request.
    Emits: StockIssued.   Locks: owner, store, medicines.   Idempotent by: key.
    """
    parts = None if picks is None else sorted((pick.lot_id, pick.quantity) for pick in picks)
    request: list[object] = ["issue", owner, parts]
    with transaction.atomic():
        row = reservation.locked(owner)
        if done := ledger.known(key=key, request=request):
            return done
        if not row.is_open:
            raise ReservationClosed(owner=owner, stage=row.stage)
        taken = _taken(row, parts)
        _check(row, taken)
        movement = _post(row, taken, by, key, request)
        _settle(row, taken)
        _finish(row, movement, by)
    return movement


def _taken(row: Reservation, parts: list[tuple[int, int]] | None) -> list[_Taken]:
    rows = ReservationPick.objects.filter(line__reservation=row, quantity__gt=F("issued"))
    held = list(
        rows.select_related("line__medicine", "lot", "location").order_by("lot_id", "location_id")
    )
    wanted = Counter[int]()
    for lot_id, quantity in parts or []:
        wanted[lot_id] += quantity
    if parts is None:
        wanted.update({pick.lot_id: 0 for pick in held})
        for pick in held:
            wanted[pick.lot_id] += pick.held
    taken = [part for pick in held if (part := _part(pick, wanted)).quantity]
    if not taken or any(wanted.values()):
        raise NotPicked(owner=row.owner)
    return taken


def _part(pick: ReservationPick, wanted: Counter[int]) -> _Taken:
    """Take what is wanted of the pick's lot and leave in `wanted` what it cannot give."""
    quantity = max(min(pick.held, wanted[pick.lot_id]), 0)
    wanted[pick.lot_id] -= quantity
    return _Taken(pick, quantity)


def _check(row: Reservation, taken: list[_Taken]) -> None:
    for part in taken:
        lots.may_reach_a_patient(lot=part.held.lot, store=row.store)
        if part.quantity % part.held.line.medicine.pack_size:
            raise SplitPackNeeded(products=[part.held.line.medicine.code])


def _post(
    row: Reservation, taken: list[_Taken], by: str, key: str, request: list[object]
) -> Movement:
    customer = places.location(kind="customer")
    return ledger.post(
        key=key,
        request=request,
        kind="issue",
        by=by,
        source=row.owner,
        held=True,
        legs=[Leg(p.held.lot, p.held.location, customer, p.quantity) for p in taken],
    )


def _settle(row: Reservation, taken: list[_Taken]) -> None:
    packs = Counter[int]()
    medicines = {}
    for part in taken:
        medicine = part.held.line.medicine
        medicines[medicine.pk] = medicine
        packs[medicine.pk] += part.quantity // medicine.pack_size
        ReservationPick.objects.filter(pk=part.held.pk).update(issued=F("issued") + part.quantity)
    for pk in sorted(packs):
        shelf.give_back(store=row.store, medicine=medicines[pk], packs=packs[pk])


def _finish(row: Reservation, movement: Movement, by: str) -> None:
    event = StockIssued(owner=row.owner, store=row.store.code, movement=str(movement.external_id))
    promised = row.lines.aggregate(total=Sum("quantity"))["total"]
    issued = ReservationPick.objects.filter(line__reservation=row).aggregate(total=Sum("issued"))
    if issued["total"] == promised:
        states.advance(row, "issued", by=by, event=event, store=row.store.code)
    else:
        outbox.record(event)
