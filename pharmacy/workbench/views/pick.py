"""Picking (调配): start, scan each lot that the list names, finish."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pharmacy.core.errors import PharmacyError
from pharmacy.fulfilment import counter
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.workbench import forms, selectors
from pharmacy.workbench.door import bench, note_read
from pharmacy.workbench.errors import CodeMissing
from pharmacy.workbench.views import pane
from prescriptions import dispensing
from prescriptions.models import Dispense


@require_http_methods(["GET", "HEAD", "POST"])
@bench
def pick(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What an order needs and, once begun, the lots to fetch; a POST begins."""
    row = selectors.fulfilment(store=request.store, key=key)  # type: ignore[attr-defined]
    if request.method != "POST":
        return _page(request, row)
    try:
        limits = forms.limits(request.POST, selectors.lines_of_issue(row.issue))
        counter.start(fulfilment=row, picker=request.staff, limits=limits)  # type: ignore[attr-defined]
    except PharmacyError as error:
        return _page(request, row, error)
    return _back(request, row)


@require_POST
@bench
def scan(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take one scanned pack; htmx gets the list, a browser without it the page."""
    bag = selectors.bag(store=request.store, key=key)  # type: ignore[attr-defined]
    row = selectors.fulfilment_of(bag)
    text = request.POST.get("code", "")
    try:
        line = _take(request, bag, text)
    except PharmacyError as error:
        if request.htmx:  # type: ignore[attr-defined]
            shown = {**_work(row, bag), "scan_error": error, "scanned_text": text}
            return render(request, "workbench/pick_work.html", shown)
        return _page(request, row, error, text)
    if not request.htmx:  # type: ignore[attr-defined]
        return _back(request, row)
    return render(request, "workbench/pick_work.html", {**_work(row, bag), "scanned": line})


def _take(request: HttpRequest, bag: Dispense, text: str) -> object:
    if not text.strip():
        raise CodeMissing
    barcode, lot = forms.barcode(text)
    return dispensing.scan(dispense=bag, barcode=barcode, by=request.staff, lot_number=lot)  # type: ignore[attr-defined]


@require_POST
@bench
def finish(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Close the picking; doing it twice changes nothing."""
    bag = selectors.bag(store=request.store, key=key)  # type: ignore[attr-defined]
    row = selectors.fulfilment_of(bag)
    if bag.stage == "picking":
        try:
            dispensing.finish_picking(dispense=bag, by=request.staff)  # type: ignore[attr-defined]
        except PharmacyError as error:
            return _page(request, row, error)
    return _back(request, row)


def _back(request: HttpRequest, row: Fulfilment) -> HttpResponse:
    return redirect(reverse("bench:pick", args=[row.external_id]) + pane.query(request))


def _work(row: Fulfilment, bag: Dispense | None) -> dict[str, object]:
    """The list of lots and how far it is."""
    places = selectors.places_of(bag, owner=row.stock_owner) if bag else []
    done = sum(1 for place in places if place.line.scanned_at)
    return {"row": row, "bag": bag, "places": places, "done": done, "left": len(places) - done}


def _page(
    request: HttpRequest, row: Fulfilment, error: PharmacyError | None = None, text: str = ""
) -> HttpResponse:
    note_read(request, row.issue.prescription, "dispense")
    bag = selectors.open_bag(row.issue)
    is_scan = bool(bag and bag.stage == "picking" and error)
    lines = selectors.lines_of_issue(row.issue)
    context = {
        **_work(row, bag),
        "prescription": row.issue.prescription,
        "lines": [(line, request.POST.get(f"packs-{line.pk}", "")) for line in lines],
        "balance": selectors.balance_after(bag) if bag else [],
        "scan_error": error if is_scan else None,
        "scanned_text": text,
    }
    return pane.page(
        request, "workbench/pick.html", context, here=str(row.external_id), error=error
    )
