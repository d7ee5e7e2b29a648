"""Who may enter headquarters, and the trace that an opened record leaves."""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from pharmacy.core import audit
from pharmacy.pieces.doors import View, staff_door

PURPOSE = "oversight"


def headquarters(view: View) -> View:
    """Open to the headquarters role with the second factor shown; nothing stays in the browser."""

    @never_cache
    @staff_door("headquarters")
    @functools.wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return entered


def note_read(request: HttpRequest, subject: str) -> None:
    """Leave one entry that this person opened this record to oversee it."""
    audit.read(by=request.staff.actor, subject=subject, purpose=PURPOSE)  # type: ignore[attr-defined]
