"""What an address asks of a list: how it is sorted, which page of it, which choices are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pharmacy.headquarters.errors import FilterUnknown
from pharmacy.people.models import Store
from pharmacy.pieces import words

SIZE = 50


@dataclass(frozen=True)
class Page:
    """One page of rows and where it lies in the whole."""

    rows: Sequence[Any]
    total: int
    number: int
    size: int = SIZE

    @property
    def last(self) -> int:
        """Number of the last page."""
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        """From 1; 0 when there is none."""
        return min(self.total, (self.number - 1) * self.size + 1)

    @property
    def last_row(self) -> int:
        """Number of the last row shown."""
        return min(self.total, self.number * self.size)


def sorting(request: HttpRequest, allowed: Mapping[str, str], default: str) -> tuple[str, str]:
    """The value of `?sort=` and the field to order by; anything else is the default.

    Args:
        allowed: key of the address to field; a leading `-` turns it around.
    """
    wanted = request.GET.get("sort", "")
    key = wanted if wanted.removeprefix("-") in allowed else default
    sign = "-" if key.startswith("-") else ""
    return key, sign + allowed[key.removeprefix("-")]


def page_number(request: HttpRequest, sort: str) -> int:
    """The page asked for; a list that was sorted anew begins at its first."""
    text = request.GET.get("page", "")
    is_same_order = request.GET.get("by", sort) == sort
    return (
        int(text) if text.isdecimal() and 0 < len(text) < 7 and int(text) and is_same_order else 1
    )


def window(rows: Any, total: int, number: int) -> Page:
    """The rows of a page; a page beyond the last is the last."""
    found = Page([], total, number)
    number = min(number, found.last)
    return Page(list(rows[(number - 1) * SIZE : number * SIZE]), total, number)


def choice(request: HttpRequest, name: str, known: Iterable[str]) -> str:
    """The value of a filter, or nothing.

    Raises:
        FilterUnknown: it is none of those known.
    """
    wanted = request.GET.get(name, "")
    if wanted and wanted not in known:
        raise FilterUnknown(filter=name)
    return wanted


def store(request: HttpRequest, stores: Iterable[Store]) -> Store | None:
    """The store of the filter, by code.

    Raises:
        FilterUnknown: there is no such store.
    """
    by_code = {each.code: each for each in stores}
    wanted = choice(request, "store", by_code)
    return by_code[wanted] if wanted else None


def export_url(request: HttpRequest, name: str) -> str:
    """The address of the same rows as a file: the filters go with it, the page does not."""
    query = request.GET.copy()
    for each in ("page", "by"):
        query.pop(each, None)
    tail = query.urlencode()
    return reverse(name) + (f"?{tail}" if tail else "")


@dataclass(frozen=True)
class Filter:
    """One choice above a list: a search field without options, else a menu."""

    name: str
    label: Any
    value: str
    options: Sequence[tuple[str, Any]] = ()
    hint: Any = ""


def stores_menu(stores: Iterable[Store], value: str) -> Filter:
    """The menu of stores, in the reader's language."""
    options = [(each.code, words.localized(each)) for each in stores]
    return Filter("store", _("Store"), value, [("", _("All stores")), *options])
