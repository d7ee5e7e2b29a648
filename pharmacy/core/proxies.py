"""Whose address a request has: ours to know, not the caller's to say.

Guessing is counted by name and address. Behind proxies everybody has the proxy's address, so
that a stranger could lock a name for everyone; each proxy of ours adds one entry at the end of
X-Forwarded-For, and only those entries are believed.
"""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that the outermost of our `PROXY_COUNT` proxies saw."""
    direct: str = request.META.get("REMOTE_ADDR", "")
    seen = request.headers.get("X-Forwarded-For", "").split(",")
    if not 0 < settings.PROXY_COUNT <= len(seen):
        return direct
    try:
        return str(ipaddress.ip_address(seen[-settings.PROXY_COUNT].strip()))
    except ValueError:
        return direct
