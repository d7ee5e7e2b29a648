"""The second person's check (核对): not the picker, licensed, once."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pharmacy.core.errors import PharmacyError
from pharmacy.fulfilment import counter
from pharmacy.workbench import selectors
from pharmacy.workbench.door import bench, note_read
from pharmacy.workbench.views import pane
from prescriptions.models import Dispense


@require_http_methods(["GET", "HEAD", "POST"])
@bench
def check(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show the bag beside the prescription; a POST confirms it."""
    bag = selectors.bag(store=request.store, key=key)  # type: ignore[attr-defined]
    if request.method != "POST" or bag.checker_id == request.staff.pk:  # type: ignore[attr-defined]
        return _page(request, bag)
    try:
        counter.check(dispense=bag, checker=request.staff)  # type: ignore[attr-defined]
    except PharmacyError as error:
        return _page(request, bag, error)
    messages.success(request, _("Checked. The customer sees the code now."))
    return pane.to_queue(request)


def _page(request: HttpRequest, bag: Dispense, error: PharmacyError | None = None) -> HttpResponse:
    note_read(request, bag.issue.prescription, "dispense")
    row = selectors.fulfilment_of(bag)
    is_own = bag.picker_id == request.staff.pk  # type: ignore[attr-defined]
    context = {
        "bag": bag,
        "row": row,
        "prescription": bag.issue.prescription,
        "places": selectors.places_of(bag, owner=row.stock_owner),
        "is_own": is_own,
        "others": selectors.may_check(bag) if is_own or error else [],
    }
    return pane.page(
        request, "workbench/check.html", context, here=str(bag.external_id), error=error
    )
