"""Who may open a page of the customer's door, and the trace that an opened record leaves."""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from pharmacy.core import audit
from pharmacy.pieces.doors import View, customer_door
from prescriptions.models import Prescription


def customer(view: View) -> View:
    """Open to a signed-in person (`request.person`); the browser keeps no copy of the page."""

    @never_cache
    @customer_door
    @functools.wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return entered


def note_read(request: HttpRequest, prescription: Prescription) -> None:
    """Leave one entry that this person opened this record, for themselves or for another."""
    person = request.person  # type: ignore[attr-defined]
    purpose = "own" if prescription.person_id == person.pk else "granted"
    audit.read(
        by=f"person:{person.external_id}", subject=prescription.audit_subject, purpose=purpose
    )
