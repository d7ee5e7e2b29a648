"""Pages for what Django itself refuses: they share the page of a typed refusal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from pharmacy.core.errors import Broken, Denied, Invalid, NotFound, PharmacyError


class PageMissing(NotFound):
    """No page has this address."""

    code = "page.not-found"
    sentence = _("There is no page at this address. It may have moved, or the link is old.")


class RequestUnreadable(Invalid):
    """The browser sent something that cannot be read."""

    code = "page.unreadable"
    sentence = _(
        "We could not read what your browser sent. Go back, reload the page and try again."
    )
    http_status = 400


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _page(request, RequestUnreadable())


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _page(request, Denied())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _page(request, PageMissing())


def broken(request: HttpRequest) -> HttpResponse:
    """500: a page that needs neither session nor database."""
    return render(None, "500.html", {"error": Broken()}, status=500)


def _page(request: HttpRequest, error: PharmacyError) -> HttpResponse:
    return render(request, "errors/refusal.html", {"error": error}, status=error.http_status)
