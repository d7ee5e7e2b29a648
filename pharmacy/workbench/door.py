"""Who may work at the bench, and the trace that an opened record leaves."""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from pharmacy.core import audit
from pharmacy.pieces.doors import View, staff_door
from pharmacy.workbench.errors import StoreMissing
from prescriptions.models import Prescription


def bench(view: View) -> View:
    """Open to pharmacists with their second factor shown, working at one store.

    The view reads `request.staff` and `request.store`; its answer is never kept by the browser.

    Raises:
        StoreMissing: there is no open store for this login.
    """

    @never_cache
    @staff_door("pharmacist")
    @functools.wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.store is None:  # type: ignore[attr-defined]
            raise StoreMissing
        return view(request, *args, **kwargs)

    return entered


def note_read(request: HttpRequest, prescription: Prescription, purpose: str) -> None:
    """Leave one entry that this person opened this record.

    Args:
        purpose: `review` or `dispense`.
    """
    audit.read(
        by=request.staff.actor,  # type: ignore[attr-defined]
        subject=prescription.audit_subject,
        purpose=purpose,
        store=request.store.code,  # type: ignore[attr-defined]
    )
