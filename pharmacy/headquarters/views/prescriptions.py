"""Prescriptions: the funnel, the rows behind it, and one of them without its patient."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from pharmacy.core import clock
from pharmacy.headquarters import csvs, listing, words
from pharmacy.headquarters.door import headquarters, note_read
from pharmacy.headquarters.selectors import prescriptions as reads
from pharmacy.headquarters.selectors import record
from pharmacy.pieces import words as said
from pharmacy.pieces.tables import Column, Table

DAYS = 30
WAY = "on-the-way"


def _asked(request: HttpRequest) -> tuple[Any, list[Any]]:
    """The rows that the address asks for, and the filters as they stand."""
    stage = listing.choice(request, "stage", [WAY, *words.STAGES])
    store = listing.store(request, request.stores)  # type: ignore[attr-defined]
    hospitals = reads.issuers()
    issuer = listing.choice(request, "issuer", [each.code for each in hospitals])
    text = request.GET.get("q", "").strip()[:60]
    found = reads.wanted(stage=stage, store=store, issuer=issuer, text=text)
    stages = [("", _("All stages")), (WAY, _("On the way")), *words.STAGES.items()]
    filters = [
        listing.Filter("q", _("Search"), text, hint=_("Order or prescription number")),
        listing.Filter("stage", _("Stage"), stage, stages),
        listing.stores_menu(request.stores, store.code if store else ""),  # type: ignore[attr-defined]
        listing.Filter(
            "issuer",
            _("Hospital"),
            issuer,
            [("", _("All hospitals")), *[(each.code, each.name) for each in hospitals]],
        ),
    ]
    return found, filters


@require_safe
@headquarters
def listed(request: HttpRequest) -> HttpResponse:
    """Where all of them stand, how long each stage takes, and the rows."""
    found, filters = _asked(request)
    sort, order = listing.sorting(request, reads.SORTS, "-received")
    counts = reads.counted(reads.fills())
    number = listing.page_number(request, sort)
    page = listing.window(found.order_by(order, "-pk"), found.count(), number)
    items = reads.with_items(page.rows)
    stores = {store.code: said.localized(store) for store in request.stores}  # type: ignore[attr-defined]
    for row in page.rows:
        row.items = items.get(row.prescription_id, 0)
        row.store_name = stores.get(row.store_code, row.store_code)
    table = Table(
        _("Prescriptions"),
        [
            Column(_("Prescription")),
            Column(_("Stage"), "stage"),
            Column(_("Store"), "store"),
            Column(_("Hospital"), "hospital"),
            Column(_("Medicines"), "", True),
            Column(_("Received"), "received"),
            Column(_("At the store since")),
        ],
        sort=sort,
        export_url=listing.export_url(request, "hq:prescriptions-csv"),
        url=reverse("hq:prescriptions"),
        empty_title=_("No prescription matches"),
        empty_text=_("Clear the filters to see all of them."),
    )
    context = {
        "way": sum(counts.get(stage, 0) for stage in reads.ON_THE_WAY),
        "counts": counts,
        "funnel": reads.funnel(counts, reads.times(since=clock.now() - dt.timedelta(days=DAYS))),
        "days": DAYS,
        "page": page,
        "table": table,
        "filters": filters,
    }
    return render(request, "headquarters/prescriptions.html", context)


@require_safe
@headquarters
def listed_csv(request: HttpRequest) -> HttpResponse:
    """The same rows as a file; nothing in it leads to a patient."""
    found, _filters = _asked(request)
    _sort, order = listing.sorting(request, reads.SORTS, "-received")
    heads = [
        _("Prescription"), pgettext_lazy("hq", "Fill"), _("Stage"), _("Store"), _("Hospital"), _("Order"),
        _("Received"), _("At the store since"),
    ]  # fmt: skip
    rows = found.order_by(order, "-pk")[: csvs.MOST + 1]
    return csvs.export("prescriptions", heads, (_line(row) for row in rows))


def _line(row: Any) -> list[Any]:
    since = row.at_store_since
    return [
        row.prescription.external_id, row.number, words.STAGES[row.stage], row.store_code,
        row.prescription.issuer.name, row.order_number or "",
        row.prescription.received_at.isoformat(timespec="seconds"),
        since.isoformat(timespec="seconds") if since else "",
    ]  # fmt: skip


@require_safe
@headquarters
def detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One prescription; opening it leaves a trace."""
    found = record.find(key)
    note_read(request, found.audit_subject)
    loaded = record.load(found)
    context = {"record": loaded, "prescription": found, "back": reverse("hq:prescriptions")}
    return render(request, "headquarters/prescription.html", context)
