"""The links of each room's navigation. A door adds its own; a link without a page is not shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Link:
    """One entry: its words, its icon, the page it leads to and the job it belongs to."""

    label: str | Promise
    icon: str
    url_name: str
    group: str | Promise = ""


@dataclass(frozen=True)
class Shown:
    """A link whose page exists, as the template prints it."""

    label: str | Promise
    icon: str
    href: str
    group: str | Promise
    is_current: bool


ROOMS: dict[str, list[Link]] = {
    "customer": [
        Link(_("Home"), "house", "customer:home"),
        Link(_("Medicines"), "pill", "customer:medicines"),
        Link(_("Scan"), "scan-line", "customer:scan"),
        Link(_("Orders"), "package", "customer:orders"),
        Link(_("Me"), "user-round", "customer:me"),
    ],
    "bench": [Link(_("Queue"), "inbox", "bench:queue")],
    "hq": [Link(_("Overview"), "layout-dashboard", "hq:overview")],
}


def register(room: str, *links: Link) -> None:
    """Add a door's links after those that stand; a known page keeps its place.

    Args:
        room: `customer`, `bench` or `hq`.
    """
    known = {link.url_name for link in ROOMS[room]}
    ROOMS[room].extend(link for link in links if link.url_name not in known)


def address(url_name: str) -> str:
    """The page's address, or nothing while the page does not exist."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def shown(room: str, request: HttpRequest) -> Iterator[Shown]:
    """The links of a room whose pages exist; the one we are on is marked.

    The current one is the link with the longest address that the present one begins with.
    """
    found = [(link, href) for link in ROOMS.get(room, []) if (href := address(link.url_name))]
    match = request.resolver_match
    exact = [href for link, href in found if match and match.view_name == link.url_name]
    within = [href for _link, href in found if href != "/" and request.path.startswith(href)]
    current = exact[0] if exact else max(within, key=len, default="")
    for link, href in found:
        yield Shown(link.label, link.icon, href, link.group, href == current)
