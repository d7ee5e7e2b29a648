"""Me: how the pages look, my points, who read my record, the way out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from loyalty import balance, membership
from pharmacy.storefront import readers
from pharmacy.storefront.door import customer


@require_safe
@customer
def me(request: HttpRequest) -> HttpResponse:
    """One page of settings and of what the pharmacy knows of me."""
    person = request.person  # type: ignore[attr-defined]
    context = {
        "is_member": membership.is_member(person=person),
        "points": balance.of(person),
        "readings": readers.of(person),
    }
    return render(request, "storefront/me.html", context)
