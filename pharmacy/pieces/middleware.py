"""Turns a typed refusal that a view let through into a page or fragment with a way on."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pharmacy.core.errors import PharmacyError


class TypedErrorMiddleware:
    """Answers `PharmacyError` with its status, its sentence and its code."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Render the error page of a typed refusal; leave everything else alone."""
        if not isinstance(error, PharmacyError):
            return None
        return render(request, "errors/refusal.html", {"error": error}, status=error.http_status)
