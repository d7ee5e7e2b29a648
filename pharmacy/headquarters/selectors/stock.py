"""Stock over all stores: medicines by store, one medicine in full, lots that expire soon.

Quantities are base units, worth is minor units at the selling price. What is reserved counts
every open promise, also one that names no lot yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Cast, Coalesce

from inventory.models import LotBalance, ReservationLine, ReservationPick
from inventory.models.reservation import OPEN_STAGES
from pharmacy.core import clock
from pharmacy.formulary import search
from pharmacy.formulary.models import Medicine
from pharmacy.headquarters import listing
from pharmacy.people.models import Store

SOON_DAYS = 90
MOST_FOUND = 500
SORTS = {
    "name": "name_en",
    "units": "units",
    "held": "held",
    "worth": "worth",
    "expiry": "nearest",
}
SHOWN = ("", "out", "expiring")
LOT_SORTS = {
    "expiry": "lot__expiry_date",
    "medicine": "lot__medicine__name_en",
    "store": "location__store__code",
    "units": "on_hand",
    "worth": "worth",
}


def _whole(expression: Any) -> ExpressionWrapper:
    return ExpressionWrapper(expression, output_field=BigIntegerField())


@dataclass(frozen=True)
class Cell:
    """One medicine at one store."""

    units: int = 0
    held: int = 0
    nearest: dt.date | None = None


@dataclass(frozen=True)
class MedicineRow:
    """One medicine over the chosen stores, with a cell for each."""

    medicine: Medicine
    units: int
    held: int
    worth: int
    nearest: dt.date | None
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True)
class Totals:
    """What the sentence above the grid says."""

    medicines: int
    worth: int
    out: int
    expiring: int


def soon() -> dt.date:
    """The last day that counts as soon."""
    return clock.today() + dt.timedelta(days=SOON_DAYS)


def medicines(*, stores: Sequence[Store], text: str = "", shown: str = "") -> QuerySet[Medicine]:
    """Medicines with their sums over some stores; one that is nowhere is there with zero.

    Args:
        text: a name in either language, pinyin, initials, code or barcode.
        shown: all, `out` (nothing left) or `expiring` (a lot with stock expires soon).
    """
    here = Q(lots__balances__location__store__in=stores)
    units = Coalesce(Sum("lots__balances__on_hand", filter=here), 0)
    found = Medicine.objects.annotate(
        units=_whole(units),
        nearest=Cast(  # without a store there is only a NULL, which needs to be told its type
            Min("lots__expiry_date", filter=here & Q(lots__balances__on_hand__gt=0)), DateField()
        ),
        held=_held(stores),
    ).annotate(worth=_whole(F("units") * F("price_minor") / F("pack_size")))
    if text:
        keys = search.search(text, limit=MOST_FOUND).values_list("pk", flat=True)
        found = found.filter(pk__in=list(keys))
    if shown == "out":
        found = found.filter(units=0)
    return found.filter(nearest__lte=soon()) if shown == "expiring" else found


def _held(stores: Sequence[Store]) -> Any:
    """Base units that open reservations still want of a medicine."""
    at = {"reservation__stage__in": OPEN_STAGES, "reservation__store__in": stores}
    lines = ReservationLine.objects.filter(medicine=OuterRef("pk"), **at).annotate(left=_left())
    total = lines.order_by().values("medicine").annotate(n=Sum("left")).values("n")
    return _whole(Coalesce(Subquery(total), 0))


def _left() -> Any:
    """What a reservation line still wants: asked minus issued."""
    gone = ReservationPick.objects.filter(line=OuterRef("pk")).order_by().values("line")
    issued = Subquery(gone.annotate(n=Sum("issued")).values("n"), output_field=BigIntegerField())
    return _whole(F("quantity") - Coalesce(issued, 0))


def totals(found: QuerySet[Medicine]) -> Totals:
    """Count and worth of what was found; one query."""
    sums = found.aggregate(
        medicines=Count("pk"),
        total=Coalesce(Sum("worth"), 0),
        out=Count("pk", filter=Q(units=0)),
        expiring=Count("pk", filter=Q(nearest__lte=soon())),
    )
    return Totals(sums["medicines"], sums["total"], sums["out"], sums["expiring"])


def grid(
    *, found: QuerySet[Medicine], order: str, stores: Sequence[Store], total: int, number: int
) -> listing.Page:
    """One page of medicines with a cell for each store; three queries at any size."""
    page = listing.window(found.order_by(_nulls(order), "code"), total, number)
    rows = with_cells(page.rows, stores)
    return listing.Page(rows, page.total, page.number)


def _nulls(order: str) -> Any:
    """Order by a field; rows without a value come last either way."""
    name = order.removeprefix("-")
    by = F(name)
    return by.desc(nulls_last=True) if order.startswith("-") else by.asc(nulls_last=True)


def with_cells(found: Sequence[Any], stores: Sequence[Store]) -> list[MedicineRow]:
    """Each medicine with what every store has of it; two queries."""
    keys = [medicine.pk for medicine in found]
    there = (
        LotBalance.objects.filter(lot__medicine__in=keys, location__store__in=stores, on_hand__gt=0)
        .values("lot__medicine_id", "location__store_id")
        .annotate(units=Sum("on_hand"), nearest=Min("lot__expiry_date"))
    )
    wanted = (
        ReservationLine.objects.filter(
            medicine__in=keys, reservation__store__in=stores, reservation__stage__in=OPEN_STAGES
        )
        .annotate(left=_left())
        .values("medicine_id", "reservation__store_id")
        .annotate(held=Sum("left"))
    )
    lies = {(row["lot__medicine_id"], row["location__store_id"]): row for row in there}
    held = {(row["medicine_id"], row["reservation__store_id"]): row["held"] for row in wanted}

    def cell(key: tuple[int, int]) -> Cell:
        row: Any = lies.get(key, {"units": 0, "nearest": None})
        return Cell(row["units"], held.get(key, 0), row["nearest"])

    return [
        MedicineRow(
            each, each.units, each.held, each.worth, each.nearest,
            [cell((each.pk, store.pk)) for store in stores],
        )
        for each in found
    ]  # fmt: skip


def wishes(*, medicine: Medicine) -> list[ReservationLine]:
    """Who holds a medicine: open reservations, oldest first, by opaque owner; one query."""
    lines = ReservationLine.objects.filter(medicine=medicine, reservation__stage__in=OPEN_STAGES)
    held = lines.annotate(left=_left()).filter(left__gt=0)
    return list(held.select_related("reservation__store").order_by("reservation__recorded_at"))


def expiring(*, days: int, store: Store | None = None) -> QuerySet[LotBalance]:
    """Balances with stock whose lot expires within so many days, or has, with their worth."""
    limit = clock.today() + dt.timedelta(days=days)
    found = LotBalance.objects.filter(
        on_hand__gt=0, location__store__isnull=False, lot__expiry_date__lte=limit
    )
    if store is not None:
        found = found.filter(location__store=store)
    price, pack = F("lot__medicine__price_minor"), F("lot__medicine__pack_size")
    worth = _whole(F("on_hand") * price / pack)
    return found.annotate(worth=worth).select_related("lot__medicine", "location__store")


def expiring_totals(found: QuerySet[LotBalance]) -> dict[str, int]:
    """`lots` and `worth` of what was found, and how much of it is `past`; one query."""
    return found.aggregate(
        lots=Count("lot_id", distinct=True),
        rows=Count("pk"),
        total=Coalesce(Sum("worth"), 0),
        past=Count("lot_id", distinct=True, filter=Q(lot__expiry_date__lt=clock.today())),
    )
