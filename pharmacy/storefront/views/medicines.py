"""What I take, how, how long it lasts; the next fill in one tap."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from pharmacy.core.errors import PharmacyError
from pharmacy.fulfilment import reorder
from pharmacy.storefront import selectors, taking
from pharmacy.storefront.door import customer


@require_safe
@customer
def listed(request: HttpRequest) -> HttpResponse:
    """All medicines in use, what runs out first comes first."""
    return _page(request)


@require_http_methods(["GET", "HEAD", "POST"])
@customer
def again(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Order the next fill of a prescription where the last one was filled.

    Whoever comes back to the address of a refusal (with another language, say) reads the list.
    """
    if request.method != "POST":
        return redirect("customer:medicines")
    person = request.person  # type: ignore[attr-defined]
    row = selectors.prescription(viewer=person, key=key, scope="order")
    try:
        ordered = reorder.reorder(prescription=row, person=person)
    except PharmacyError as error:
        if error.http_status >= 500:
            raise
        return _page(request, error)
    return redirect("customer:order", ordered.external_id)


def _page(request: HttpRequest, error: PharmacyError | None = None) -> HttpResponse:
    person = request.person  # type: ignore[attr-defined]
    context = {
        "supplies": taking.supplies(person),
        "my_store": selectors.my_store(person),
        "error": error,
        "opens_on": _day(error.facts.get("opens_on")) if error else None,
    }
    status = error.http_status if error else 200
    return render(request, "storefront/medicines.html", context, status=status)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
