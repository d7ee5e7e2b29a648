"""Home: what needs me now, what I take, how I reach a pharmacist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people.models import Person, Store
from pharmacy.storefront import needs, taking
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
        "my_store": my_store(person),
    }
    return render(request, "storefront/home.html", context)


def my_store(person: Person) -> Store | None:
    """The store that knows this person: the one of the latest order, else the first that is open."""
    latest = Fulfilment.objects.filter(person=person).select_related("store")
    row = latest.order_by("-started_at").first()
    if row is not None:
        return row.store
    return (
        Store.objects.filter(kind="store", is_open=True).exclude(phone="").order_by("code").first()
    )
