"""Template context that every page needs: the room it belongs to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def room(request: HttpRequest) -> dict[str, Any]:
    """Name the room (customer, bench, headquarters) that the address belongs to."""
    match = request.resolver_match
    return {"room": (match.namespaces[0] if match and match.namespaces else "customer")}
