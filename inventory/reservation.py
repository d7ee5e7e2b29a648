"""Promising stock to an owner: soft at checkout, hard on named lots when picking starts.

The owner is an opaque key of the caller (`order:<number>`). Soft counts packs on the stock
record; hard holds base units of the lots that expire first. Medicine of the cold chain and
controlled medicine are held hard at once. Nothing leaves here: `inventory.issuing` issues.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum

from inventory import holding, locking, shelf
from inventory.errors import (
    OwnerTaken,
    QuantityInvalid,
    ReservationClosed,
    ReservationUnknown,
    SplitPackNeeded,
)
from inventory.events import StockPicked, StockReleased, StockReserved
from inventory.models import Reservation, ReservationLine, ReservationPick
from inventory.models.reservation import OPEN_STAGES
from pharmacy.core import audit, clock, outbox, states
from pharmacy.core.errors import Conflict
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Store

CONTROLLED = {"psychotropic-2", "narcotic", "toxic"}
EXPIRED = "hold-expired"


@dataclass(frozen=True)
class Want:
    """So many base units of a medicine, a whole number of packs."""

    medicine: Medicine
    quantity: int


@dataclass(frozen=True)
class Pick:
    """Base units of one lot that are held and can be issued."""

    medicine_id: int
    lot_id: int
    lot_number: str
    expiry_date: dt.date
    quantity: int


def reserve(
    *, owner: str, store: Store, lines: Sequence[Want], by: str, ttl: dt.timedelta | None = None
) -> Reservation:
    """Promise stock of one store to an owner, all lines or none.

    Args:
        ttl: how long the promise lasts unless it is kept; nothing: until released.

    Raises:
        InsufficientStock: fewer packs are free. LotRecalled: only recalled ones are left.
        SplitPackNeeded: a quantity is not a whole number of packs.
        OwnerTaken: the owner holds other goods. ReservationClosed: its promise has ended.
    Emits: StockReserved.   Locks: owner, store and medicines.   Idempotent by: owner.
    """
    wanted = _merged(lines)
    with transaction.atomic():
        medicines = [want.medicine.pk for want in wanted]
        locking.stock(stores=[store.pk], medicines=medicines, names=[f"reservation:{owner}"])
        if existing := Reservation.objects.filter(owner=owner).first():
            return _same(existing, store, wanted)
        for want in wanted:
            packs = want.quantity // want.medicine.pack_size
            shelf.promise(store=store, medicine=want.medicine, packs=packs)
        row = _write(owner, store, wanted, ttl)
        audit.record(by=by, action="reservation.soft", subject=row.audit_subject, store=store.code)
        outbox.record(StockReserved(owner=owner, store=store.code))
        if any(_is_held_at_once(want.medicine) for want in wanted):
            _harden(row, by, None)
    return row


def _merged(lines: Sequence[Want]) -> list[Want]:
    total: dict[int, Want] = {}
    for line in lines:
        before = total[line.medicine.pk].quantity if line.medicine.pk in total else 0
        total[line.medicine.pk] = Want(line.medicine, before + line.quantity)
    if not total or any(line.quantity <= 0 for line in lines):
        raise QuantityInvalid
    split = [w.medicine.code for w in total.values() if w.quantity % w.medicine.pack_size]
    if split:
        raise SplitPackNeeded(products=split)
    return [total[pk] for pk in sorted(total)]


def _same(row: Reservation, store: Store, wanted: list[Want]) -> Reservation:
    held = dict(row.lines.values_list("medicine_id", "quantity"))
    if row.store_id != store.pk or held != {w.medicine.pk: w.quantity for w in wanted}:
        raise OwnerTaken(owner=row.owner)
    if row.stage in {"released", "expired"}:
        raise ReservationClosed(owner=row.owner, stage=row.stage)
    return row


def _write(owner: str, store: Store, wanted: list[Want], ttl: dt.timedelta | None) -> Reservation:
    now = clock.now()
    row = Reservation.objects.create(
        owner=owner, store=store, recorded_at=now, expires_at=now + ttl if ttl else None
    )
    ReservationLine.objects.bulk_create(
        ReservationLine(
            reservation=row,
            medicine=want.medicine,
            quantity=want.quantity,
            packs=want.quantity // want.medicine.pack_size,
        )
        for want in wanted
    )
    return row


def _is_held_at_once(medicine: Medicine) -> bool:
    return medicine.is_cold_chain or medicine.supply_class in CONTROLLED


def locked(owner: str) -> Reservation:
    """The owner's reservation, locked with its stock.

    Raises:
        ReservationUnknown: nothing was reserved for this owner.
    """
    row = locking.reservation(owner)
    if row is None:
        raise ReservationUnknown(owner=owner)
    return row


def _open(owner: str) -> Reservation:
    row = locked(owner)
    if not row.is_open:
        raise ReservationClosed(owner=owner, stage=row.stage)
    return row


def keep(*, owner: str, by: str) -> Reservation:
    """Let the promise last until it is issued or released, because it was paid.

    Raises:
        ReservationUnknown, ReservationClosed: it had ended before.
    Idempotent by: owner.
    """
    with transaction.atomic():
        row = _open(owner)
        if row.expires_at is not None:
            row.expires_at = None
            row.save(update_fields=["expires_at"])
            audit.record(by=by, action="reservation.kept", subject=row.audit_subject)
    return row


def pick(*, owner: str, by: str, limits: Mapping[int, int] | None = None) -> list[Pick]:
    """Hold named lots, first expired first; lots unfit since an earlier pick are replaced.

    Args:
        limits: base units to hold of a medicine (by key), whole packs; others in full.
            The rest stays promised.

    Raises:
        InsufficientStock, LotRecalled: the lots hold less than was promised. Nothing changes.
        SplitPackNeeded: a limit is not a whole number of packs.
        ReservationUnknown, ReservationClosed: nothing is open for this owner.
    Emits: StockPicked.   Locks: owner, store, medicines, lots.   Idempotent by: owner.
    """
    with transaction.atomic():
        return _harden(_open(owner), by, limits)


def _harden(row: Reservation, by: str, limits: Mapping[int, int] | None) -> list[Pick]:
    for line in row.lines.select_related("medicine").order_by("medicine_id"):
        holding.let_go_of_unfit(line=line, store=row.store)
        limit = (limits or {}).get(line.medicine_id, line.quantity)
        if limit < 0 or limit % line.medicine.pack_size:
            raise SplitPackNeeded(products=[line.medicine.code])
        sums = line.picks.aggregate(quantity=Sum("quantity"), issued=Sum("issued"))
        held = (sums["quantity"] or 0) - (sums["issued"] or 0)
        missing = min(limit, line.quantity - (sums["issued"] or 0)) - held
        if missing > 0:
            holding.hold(line=line, store=row.store, quantity=missing)
    if row.stage == "soft":
        event = StockPicked(owner=row.owner, store=row.store.code)
        states.advance(row, "hard", by=by, event=event, store=row.store.code)
    return picks_of(row)


def picks_of(row: Reservation) -> list[Pick]:
    """What a reservation holds on named lots, in the order to take it from the shelf."""
    picks = (
        ReservationPick.objects.filter(line__reservation=row)
        .select_related("lot")
        .order_by("lot__medicine_id", "lot__expiry_date", "pk")
    )
    return [
        Pick(p.lot.medicine_id, p.lot_id, p.lot.number, p.lot.expiry_date, p.held)
        for p in picks
        if p.held
    ]


def release(*, owner: str, by: str, reason: str) -> Reservation:
    """End a promise and free what was not issued.

    Raises:
        ReservationUnknown: nothing was reserved. ReservationClosed: all of it was issued.
    Emits: StockReleased.   Locks: owner, store, medicines.   Idempotent by: owner.
    """
    with transaction.atomic():
        row = locked(owner)
        if row.stage in {"released", "expired"}:
            return row
        if not row.is_open:
            raise ReservationClosed(owner=owner, stage=row.stage)
        return _close(row, "released", by, reason)


def _close(row: Reservation, stage: str, by: str, reason: str) -> Reservation:
    for line in row.lines.select_related("medicine").order_by("medicine_id"):
        issued = 0
        for held in line.picks.all():
            issued += held.issued
            holding.let_go(pick=held)
        packs = (line.quantity - issued) // line.medicine.pack_size
        shelf.give_back(store=row.store, medicine=line.medicine, packs=packs)
    event = StockReleased(owner=row.owner, store=row.store.code, reason=reason)
    return states.advance(row, stage, by=by, reason=reason, event=event, store=row.store.code)


def expire_due(*, limit: int = 500) -> int:
    """End the promises whose time is over, each in its own transaction; return how many.

    Emits: StockReleased with the reason `hold-expired`.
    """
    due = Reservation.objects.filter(stage__in=OPEN_STAGES, expires_at__lte=clock.now())
    owners = list(due.order_by("expires_at", "pk").values_list("owner", flat=True)[:limit])
    return sum(_expire(owner) for owner in owners)


def _expire(owner: str) -> int:
    try:
        return _expire_if_due(owner)
    except Conflict:  # somebody works on it right now; the next sweep looks again
        return 0


def _expire_if_due(owner: str) -> int:
    with transaction.atomic():
        row = locked(owner)
        is_due = row.expires_at is not None and row.expires_at <= clock.now()
        if not (row.is_open and is_due):  # kept, released or issued meanwhile
            return 0
        _close(row, "expired", "system:inventory", EXPIRED)
    return 1
