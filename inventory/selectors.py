"""Reading stock: overview for headquarters, lots with the reason why one is not offered,
movements, and what expires soon.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Min, Q, QuerySet, Sum

from inventory import fefo
from inventory.models import Location, LotBalance, Movement, MovementLine
from inventory.models.place import SELLABLE_KINDS
from pharmacy.core import clock
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Store


@dataclass(frozen=True)
class StockRow:
    """One medicine at one store, in base units; `reserved` is held on named lots."""

    medicine: Medicine
    store: Store
    on_hand: int
    reserved: int
    nearest_expiry: dt.date | None


@dataclass(frozen=True)
class StockPage:
    """One page of the overview and how many rows there are in all."""

    rows: list[StockRow]
    total: int
    page: int
    size: int


@dataclass(frozen=True)
class LotRow:
    """A lot at a location; `excluded` says why it is not offered to patients, or is empty."""

    balance: LotBalance
    excluded: str

    @property
    def free(self) -> int:
        """Base units that nobody holds."""
        return self.balance.free


def stock_overview(
    *, store: Store | None = None, search: str = "", page: int = 1, size: int = 50
) -> StockPage:
    """What lies where, per medicine and store: four queries at any size.

    Args:
        search: part of a name (English, Chinese, pinyin, initials) or code.
        page: from 1. size: rows of a page, 200 at most.
    """
    size, page = min(max(size, 1), 200), max(page, 1)
    groups = (
        _kept(store, search)
        .values("lot__medicine_id", "location__store_id")
        .annotate(
            there=Sum("on_hand"),
            held=Sum("reserved"),
            nearest=Min("lot__expiry_date", filter=Q(on_hand__gt=0)),
        )
        .order_by("lot__medicine__code", "location__store__code")
    )
    found = list(groups[(page - 1) * size : page * size])
    medicines = Medicine.objects.in_bulk({row["lot__medicine_id"] for row in found})
    stores = Store.objects.in_bulk({row["location__store_id"] for row in found})
    rows = [
        StockRow(
            medicines[row["lot__medicine_id"]],
            stores[row["location__store_id"]],
            row["there"],
            row["held"],
            row["nearest"],
        )
        for row in found
    ]
    return StockPage(rows, groups.count(), page, size)


def _kept(store: Store | None, search: str) -> QuerySet[LotBalance]:
    balances = LotBalance.objects.filter(location__store__isnull=False)
    if store is not None:
        balances = balances.filter(location__store=store)
    if search:
        fields = ("code", "name_en", "name_zh", "pinyin", "initials")
        match = Q()
        for field in fields:
            match |= Q(**{f"lot__medicine__{field}__icontains": search})
        balances = balances.filter(match)
    return balances


def lots_of(*, medicine: Medicine, store: Store | None = None) -> list[LotRow]:
    """Every lot of a medicine that lies somewhere, first expired first; two queries at most."""
    balances = LotBalance.objects.filter(lot__medicine=medicine, on_hand__gt=0)
    if store is not None:
        balances = balances.filter(location__store=store)
    rows = balances.select_related("lot", "location__store")
    ordered = rows.order_by("lot__expiry_date", "received_at", "id")
    return [LotRow(balance, why_excluded(balance)) for balance in ordered]


def why_excluded(balance: LotBalance) -> str:
    """Code of the reason why a patient is not offered this balance; empty when it is offered.

    One of `recalled`, `quarantine`, `not-for-sale` (its place), `expired`, `reserved`.
    """
    lot, place = balance.lot, balance.location
    if lot.status != "released":
        return lot.status
    if place.store is None or place.kind not in SELLABLE_KINDS:
        return "not-for-sale"
    if lot.expiry_date < fefo.expiry_from(place.store.time_zone):
        return "expired"
    return "" if balance.free > 0 else "reserved"


def movements_of(
    *,
    medicine: Medicine | None = None,
    store: Store | None = None,
    lot: Any = None,
    limit: int = 100,
) -> list[MovementLine]:
    """The latest lines of the ledger with movement, lot and both ends; one query."""
    lines = MovementLine.objects.all()
    if medicine is not None:
        lines = lines.filter(lot__medicine=medicine)
    if lot is not None:
        lines = lines.filter(lot=lot)
    if store is not None:
        places = Location.objects.filter(store=store).values("pk")
        lines = lines.filter(Q(from_location__in=places) | Q(to_location__in=places))
    related = lines.select_related(
        "movement", "lot__medicine", "from_location__store", "to_location__store"
    )
    return list(related.order_by("-pk")[:limit])


def movement_of(*, owner: str) -> list[Movement]:
    """What was issued to an owner, oldest first."""
    return list(Movement.objects.filter(source=owner).order_by("pk"))


def nearly_expired(*, days: int, store: Store | None = None) -> list[LotBalance]:
    """Balances with stock whose lot expires within so many days, or has; soonest first."""
    balances = LotBalance.objects.filter(on_hand__gt=0, location__store__isnull=False)
    if store is not None:
        balances = balances.filter(location__store=store)
    limit = clock.today() + dt.timedelta(days=days)
    soon = balances.filter(lot__expiry_date__lte=limit)
    return list(
        soon.select_related("lot__medicine", "location__store").order_by(
            F("lot__expiry_date"), "id"
        )
    )
