"""Who may enter a view: `customer_door` and `staff_door`, used by every view of the doors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from pharmacy.core import clock
from pharmacy.people import sign_in
from pharmacy.people.models import Store

View = Callable[..., HttpResponse]
STORE_KEY = "store"
SEEN_KEY = "staff_seen_at"


def customer_door(view: View) -> View:
    """Open to a signed-in person; the view reads `request.person`.

    Raises:
        NotCustomer: the login belongs to nobody who is a customer.
    """

    @functools.wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        person = sign_in.person_of(request.user)
        if person is None:
            raise sign_in.NotCustomer
        request.person = person  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return entered


def staff_door(*roles: str) -> Callable[[View], View]:
    """Open to staff who hold one of the roles and have shown their second factor.

    The view reads `request.staff`, `request.store` (the chosen one, else the first by code; for
    headquarters None until one is chosen) and `request.stores`.

    Raises:
        NotStaff, RoleMissing: see `people/sign_in.py`.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            staff = sign_in.staff_of(request.user)
            if staff is None:
                raise sign_in.NotStaff
            if not request.user.is_verified():  # type: ignore[union-attr,attr-defined]
                return to_sign_in(request, page="sign-in-code")
            stores = sign_in.stores_of(staff=staff, roles=roles)
            request.session.setdefault(SEEN_KEY, clock.now().timestamp())
            request.staff, request.stores = staff, stores  # type: ignore[attr-defined]
            request.store = chosen(request, stores, roles)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return entered

    return decorate


def chosen(request: HttpRequest, stores: list[Store], roles: tuple[str, ...]) -> Store | None:
    """The store of the session when it is one of these; else the first, or none for headquarters."""
    wanted = request.session.get(STORE_KEY)
    for store in stores:
        if str(store.external_id) == wanted:
            return store
    return stores[0] if stores and "headquarters" not in roles else None


def to_sign_in(request: HttpRequest, *, page: str = "sign-in") -> HttpResponse:
    """Send to the sign-in and back here afterwards; a fragment makes its whole page go."""
    htmx = getattr(request, "htmx", None)
    here = (htmx.current_url_abs_path if htmx else request.get_full_path()) or "/"
    if request.method != "GET" and not htmx:
        here = "/"
    address = f"{reverse(page)}?{urlencode({'next': here})}"
    if htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
