"""Scan anywhere: what was scanned decides which page opens."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pharmacy.workbench import forms, selectors
from pharmacy.workbench.door import bench
from pharmacy.workbench.errors import RecordMissing
from pharmacy.workbench.views import handover, pane


@require_POST
@bench
def scan(request: HttpRequest) -> HttpResponse:
    """A hand-over code opens its bag, a pack's barcode its order, a label's code its record."""
    text = request.POST.get("code", "").strip()
    if forms.digits(text):
        return handover.find(request, text)
    target = _record(request, text) or _pack(request, text)
    if target is None:
        messages.warning(request, _unknown(text))
        return pane.to_queue(request)
    return target


def _unknown(text: str) -> str:
    if not text:
        return _("Nothing was scanned. Scan a code, or type its digits.")
    return _("Nothing at your store waits for this code.")


def _record(request: HttpRequest, text: str) -> HttpResponse | None:
    """The page of a bag or an order that a label names by its id."""
    try:
        key = uuid.UUID(text)
    except ValueError:
        return None
    store = request.store  # type: ignore[attr-defined]
    for find, page in ((selectors.bag, "bench:bag"), (selectors.fulfilment, "bench:review")):
        try:
            return redirect(page, find(store=store, key=key).external_id)
        except RecordMissing:
            continue
    return None


def _pack(request: HttpRequest, text: str) -> HttpResponse | None:
    """The order that waits for a pack: one that is being picked wins, then the oldest."""
    barcode, _lot = forms.barcode(text)
    store = request.store  # type: ignore[attr-defined]
    for bag in selectors.picking_with(store=store, barcode=barcode):
        return redirect("bench:pick", selectors.fulfilment_of(bag).external_id)
    for row in selectors.wanting(store=store, barcode=barcode):
        return redirect("bench:pick", row.external_id)
    return None
