"""The label and the dispensing record of a bag."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pharmacy.workbench import papers, selectors
from pharmacy.workbench.door import bench, note_read


@require_safe
@bench
def label(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The label of a bag, one page a medicine."""
    return _paper(request, key, "label")


@require_safe
@bench
def record(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The dispensing record of a bag."""
    return _paper(request, key, "record")


def _paper(request: HttpRequest, key: uuid.UUID, kind: str) -> HttpResponse:
    bag = selectors.bag(store=request.store, key=key)  # type: ignore[attr-defined]
    printed = papers.pdf(kind, bag)
    note_read(request, bag.issue.prescription, "dispense")
    return printed
