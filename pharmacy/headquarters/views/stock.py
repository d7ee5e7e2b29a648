"""Stock: medicines by store, one medicine with its lots and movements, lots that expire soon."""

from __future__ import annotations

import itertools
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from inventory import selectors as inventory
from inventory.models import MovementLine
from pharmacy.core.money import Money
from pharmacy.formulary.models import Medicine
from pharmacy.headquarters import csvs, listing, people, words
from pharmacy.headquarters.door import headquarters
from pharmacy.headquarters.errors import RecordMissing
from pharmacy.headquarters.selectors import stock as reads
from pharmacy.people.models import Store
from pharmacy.pieces import words as said
from pharmacy.pieces.tables import Column, Table

MOVEMENTS = 40
MOST_COLUMNS = 8  # more stores than this: only sums, until one is chosen
DAYS = ("90", "30", "180", "365")


def _asked(request: HttpRequest) -> tuple[list[Store], Any, str, str]:
    """The stores, the medicines, the search and the choice that the address asks for."""
    stores: list[Store] = request.stores  # type: ignore[attr-defined]
    chosen = listing.store(request, stores)
    text = request.GET.get("q", "").strip()
    shown = listing.choice(request, "show", reads.SHOWN)
    places = [chosen] if chosen else stores
    return places, reads.medicines(stores=places, text=text, shown=shown), text, shown


@require_safe
@headquarters
def stock(request: HttpRequest) -> HttpResponse:
    """The grid of medicines and stores."""
    places, found, text, shown = _asked(request)
    sort, order = listing.sorting(request, reads.SORTS, "name")
    totals = reads.totals(found)
    number = listing.page_number(request, sort)
    columns = places if len(places) <= MOST_COLUMNS else []
    page = reads.grid(
        found=found, order=order, stores=columns, total=totals.medicines, number=number
    )
    context = {
        "totals": totals,
        "page": page,
        "table": _grid_table(request, sort, columns),
        "filters": _grid_filters(request, text, shown),
    }
    return render(request, "headquarters/stock.html", context)


def _grid_table(request: HttpRequest, sort: str, columns: list[Store]) -> Table:
    return Table(
        _("Medicines by store"),
        [
            Column(_("Medicine"), "name"),
            Column(_("Packs"), "units", True),
            Column(_("Reserved"), "held", True),
            Column(_("Worth"), "worth", True),
            Column(_("Nearest expiry"), "expiry"),
            *[Column(said.localized(store), "", True) for store in columns],
        ],
        sort=sort,
        export_url=listing.export_url(request, "hq:stock-csv"),
        url=reverse("hq:stock"),
        empty_title=_("No medicine matches"),
        empty_text=_("Try a shorter name, pinyin or a barcode, or clear the filters."),
    )


def _grid_filters(request: HttpRequest, text: str, shown: str) -> list[listing.Filter]:
    options = [
        ("", _("Everything")),
        ("expiring", _("Expiring within 90 days")),
        ("out", _("Out of stock")),
    ]
    return [
        listing.Filter("q", _("Search"), text, hint=_("Name, pinyin or barcode")),
        listing.stores_menu(request.stores, request.GET.get("store", "")),  # type: ignore[attr-defined]
        listing.Filter("show", pgettext_lazy("hq", "Show"), shown, options),
    ]


@require_safe
@headquarters
def stock_csv(request: HttpRequest) -> HttpResponse:
    """The same medicines as a file, a line for each store."""
    places, found, _text, _shown = _asked(request)
    _sort, order = listing.sorting(request, reads.SORTS, "name")
    rows = reads.with_cells(list(found.order_by(order, "code")[: csvs.MOST + 1]), places)
    heads = [
        _("Code"), _("English name"), _("Chinese name"), _("Strength"), _("Store"), _("Unit"),
        _("On hand"), _("Reserved"), _("Packs"), _("Worth"), _("Nearest expiry"),
    ]  # fmt: skip
    lines = (
        (row, store, cell) for row in rows for store, cell in zip(places, row.cells, strict=True)
    )
    return csvs.export("stock", heads, (_line(*each) for each in lines))


def _line(row: reads.MedicineRow, store: Store, cell: reads.Cell) -> list[Any]:
    medicine = row.medicine
    return [
        medicine.code, medicine.name_en, medicine.name_zh, medicine.strength, store.code,
        medicine.base_unit, cell.units, cell.held, cell.units // medicine.pack_size,
        Money(cell.units * medicine.price_minor // medicine.pack_size).amount, cell.nearest,
    ]  # fmt: skip


@require_safe
@headquarters
def medicine(request: HttpRequest, code: str) -> HttpResponse:
    """One medicine: its lots by store, its movements, who waits for it."""
    found = Medicine.objects.filter(code=code).first()
    if found is None:
        raise RecordMissing(code=code)
    lots = [row for row in inventory.lots_of(medicine=found) if row.balance.location.store]
    wishes = reads.wishes(medicine=found)
    lines = inventory.movements_of(medicine=found, limit=MOVEMENTS + 1)
    stores = _by_store(found, lots)
    context = {
        "medicine": found,
        "stores": stores,
        "total": sum(each["units"] for each in stores),
        "worth": sum(each["worth"] for each in stores),
        "held": sum(line.left for line in wishes),  # type: ignore[attr-defined]
        "wishes": wishes,
        "movements": _movements(lines[:MOVEMENTS]),
        "is_cut": len(lines) > MOVEMENTS,
        "back": reverse("hq:stock"),
    }
    return render(request, "headquarters/medicine.html", context)


def _by_store(medicine: Medicine, lots: list[inventory.LotRow]) -> list[dict[str, Any]]:
    def code(row: inventory.LotRow) -> str:
        return row.balance.location.store.code  # type: ignore[union-attr]

    shown = []
    for _code, group in itertools.groupby(sorted(lots, key=code), key=code):
        rows = list(group)
        units = sum(row.balance.on_hand for row in rows)
        worth = units * medicine.price_minor // medicine.pack_size
        place = rows[0].balance.location.store
        shown.append({"store": place, "lots": rows, "units": units, "worth": worth})
    return shown


def _movements(lines: list[MovementLine]) -> list[dict[str, Any]]:
    """Lines of the ledger in words: from, to, how much, who, why."""
    who = people.names(line.movement.actor for line in lines)
    return [
        {
            "origin": _end(line.from_location),
            "target": _end(line.to_location),
            "quantity": said.quantity(line.quantity, line.lot.medicine.base_unit),
            "who": who[line.movement.actor],
            "why": _why(line),
            "at": line.movement.recorded_at,
        }
        for line in lines
    ]


def _end(location: Any) -> str:
    kind = str(words.PLACES.get(location.kind, location.kind))
    return f"{said.localized(location.store)} · {kind}" if location.store else kind


def _why(line: MovementLine) -> str:
    move = line.movement
    parts = [str(words.MOVEMENTS.get(move.kind, move.kind)), line.lot.number]
    if move.source.startswith("order:"):
        parts.append(words.owner(move.source))
    if move.kind != "issue" and move.reason:
        parts.append(move.reason)
    return " · ".join(parts)


def _lots(request: HttpRequest) -> tuple[Any, str, str]:
    days = listing.choice(request, "days", DAYS) or DAYS[0]
    chosen = listing.store(request, request.stores)  # type: ignore[attr-defined]
    return reads.expiring(days=int(days), store=chosen), days, chosen.code if chosen else ""


@require_safe
@headquarters
def expiring(request: HttpRequest) -> HttpResponse:
    """Lots that expire soon or have, with what they are worth."""
    found, days, store = _lots(request)
    sort, order = listing.sorting(request, reads.LOT_SORTS, "expiry")
    totals = reads.expiring_totals(found)
    rows = found.order_by(order, "pk")
    page = listing.window(rows, totals["rows"], listing.page_number(request, sort))
    table = Table(
        _("Lots that expire soon"),
        [
            Column(_("Lot"), "expiry"),
            Column(_("Medicine"), "medicine"),
            Column(_("Store"), "store"),
            Column(_("Packs"), "units", True),
            Column(_("Worth"), "worth", True),
        ],
        sort=sort,
        export_url=listing.export_url(request, "hq:expiring-csv"),
        url=reverse("hq:expiring"),
        empty_title=_("Nothing expires in this time"),
        empty_text=_("Look further ahead, or choose another store."),
    )
    options = [(each, _("%(n)s days") % {"n": each}) for each in sorted(DAYS, key=int)]
    filters = [
        listing.Filter("days", _("Expires within"), days, options),
        listing.stores_menu(request.stores, store),  # type: ignore[attr-defined]
    ]
    context = {"totals": totals, "days": days, "page": page, "table": table, "filters": filters}
    return render(request, "headquarters/expiring.html", context)


@require_safe
@headquarters
def expiring_csv(request: HttpRequest) -> HttpResponse:
    """The same lots as a file."""
    found, _days, _store = _lots(request)
    heads = [
        _("Lot"), _("Expires"), _("Code"), _("English name"), _("Chinese name"), _("Store"),
        _("Place"), _("Unit"), _("On hand"), _("Worth"),
    ]  # fmt: skip
    rows = found.order_by("lot__expiry_date", "pk")[: csvs.MOST + 1]
    return csvs.export("expiring-lots", heads, (_lot_line(row) for row in rows))


def _lot_line(row: Any) -> list[Any]:
    medicine = row.lot.medicine
    return [
        row.lot.number, row.lot.expiry_date, medicine.code, medicine.name_en, medicine.name_zh,
        row.location.store.code, words.PLACES.get(row.location.kind, row.location.kind),
        medicine.base_unit, row.on_hand, Money(row.worth).amount,
    ]  # fmt: skip
