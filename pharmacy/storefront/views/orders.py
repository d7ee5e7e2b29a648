"""Following an order: its page, the part that refreshes itself, the way out, the receipt."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from pharmacy.core.errors import PharmacyError
from pharmacy.fulfilment import cancellation, papers
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.storefront import progress, selectors, sheet
from pharmacy.storefront.door import customer, note_read
from pharmacy.storefront.errors import RecordMissing


@require_safe
@customer
def listed(request: HttpRequest) -> HttpResponse:
    """What is on its way, then what is over."""
    rows = [
        progress.of_order(row)
        for row in selectors.orders(request.person)  # type: ignore[attr-defined]
    ]
    context = {
        "live": [row for row in rows if row.fulfilment.stage not in progress.ENDED],  # type: ignore[union-attr]
        "over": [row for row in rows if row.fulfilment.stage in progress.ENDED],  # type: ignore[union-attr]
    }
    return render(request, "storefront/orders.html", context)


@require_safe
@customer
def detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Where the order is, what it costs, when and where it is collected."""
    row = _own(request, key)
    note_read(request, row.issue.prescription)
    return render(request, "storefront/order.html", {"sheet": sheet.of(row)})


@require_safe
@customer
def state(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The part that changes; nothing (204) while the reader has seen it all."""
    found = sheet.of(_own(request, key))
    if request.GET.get("seen") == found.version:
        return HttpResponse(status=204)
    return render(request, "storefront/order_state.html", {"sheet": found, "is_news": True})


@require_http_methods(["GET", "HEAD", "POST"])
@customer
def cancel(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Ask once more; a POST cancels."""
    row = _own(request, key, scope="order")
    error = None
    if request.method == "POST":
        try:
            cancellation.cancel(fulfilment=row, person=request.person)  # type: ignore[attr-defined]
        except PharmacyError as refused:
            if refused.http_status >= 500:
                raise
            error = refused
        else:
            return redirect("customer:order", row.external_id)
    context = {"row": row, "error": error}
    status = error.http_status if error else 200
    return render(request, "storefront/cancel.html", context, status=status)


@require_safe
@customer
def receipt(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The receipt as PDF, once something was handed over.

    Raises:
        RecordMissing: nothing was handed over yet.
    """
    row = _own(request, key)
    if row.order is None or row.next_bag == 1:
        raise RecordMissing
    note_read(request, row.issue.prescription)
    name = f'inline; filename="receipt-{row.order.number}.pdf"'
    return HttpResponse(
        papers.receipt(row),
        content_type="application/pdf",
        headers={"Content-Disposition": name},
    )


def _own(request: HttpRequest, key: uuid.UUID, scope: str = "view") -> Fulfilment:
    return selectors.fulfilment(viewer=request.person, key=key, scope=scope)  # type: ignore[attr-defined]
