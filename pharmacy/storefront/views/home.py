"""Home: what needs me now, what I take, how I reach a pharmacist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pharmacy.people.models import Person
from pharmacy.storefront import needs, selectors, taking
from pharmacy.storefront.door import customer


@require_safe
@customer
def home(request: HttpRequest) -> HttpResponse:
    """The first page after the sign-in."""
    person: Person = request.person  # type: ignore[attr-defined]
    waiting, underway = needs.of(person)
    supplies = taking.supplies(person)
    context = {
        "needs": waiting,
        "underway": underway,
        "supplies": supplies,
        "due": [supply for supply in supplies if supply.is_due],
        "my_store": selectors.my_store(person),
    }
    return render(request, "storefront/home.html", context)
