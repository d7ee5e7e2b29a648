"""Template context that every page needs: its room, the room's links, the reader's appearance."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pharmacy.pieces import appearance, navigation

# What a refusal's page stands in: the bench's three panes hold no single message.
REFUSAL_FRAME = {"customer": "rooms/customer.html", "hq": "rooms/headquarters.html"}
ROOM_OF_NAMESPACE = {"customer": "customer", "bench": "bench", "hq": "hq"}


def room_of(request: HttpRequest) -> str:
    """The room that the address belongs to; pages outside every door are the customer's."""
    match = request.resolver_match
    names = match.namespaces if match else []
    return next(
        (ROOM_OF_NAMESPACE[name] for name in names if name in ROOM_OF_NAMESPACE), "customer"
    )


def room(request: HttpRequest) -> dict[str, Any]:
    """Names for `base.html`; `store` and `stores` come from the staff door."""
    name = room_of(request)
    return {
        "room": name,
        "refusal_frame": REFUSAL_FRAME.get(name, "base.html"),
        "navigation": SimpleLazyObject(lambda: list(navigation.shown(name, request))),
        "theme": appearance.theme(request),
        "is_elder": appearance.is_elder(request),
        "staff": getattr(request, "staff", None),
        "store": getattr(request, "store", None),
        "stores": getattr(request, "stores", []),
        "person": getattr(request, "person", None),
    }
