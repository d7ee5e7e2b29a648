"""My prescriptions: the list, and one of them with what happens next."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pharmacy.storefront import selectors
from pharmacy.storefront.door import customer, note_read


@require_safe
@customer
def listed(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first."""
    cards = selectors.cards(request.person)  # type: ignore[attr-defined]
    return render(request, "storefront/prescriptions.html", {"cards": cards})


@require_safe
@customer
def detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One prescription; usage text appears once a pharmacist has agreed."""
    row = selectors.prescription(viewer=request.person, key=key)  # type: ignore[attr-defined]
    note_read(request, row)
    context = {"card": selectors.card(row), "lines": selectors.lines(row)}
    return render(request, "storefront/prescription.html", context)
