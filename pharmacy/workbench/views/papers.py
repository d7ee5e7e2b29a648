"""The papers of a bag as PDF: the label, the dispensing record, the receipt of its order."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pharmacy.fulfilment import papers
from pharmacy.workbench import selectors
from pharmacy.workbench.door import bench, note_read
from pharmacy.workbench.errors import ReceiptMissing


@require_safe
@bench
def label(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The label of a bag, one page a medicine."""
    bag = selectors.bag(store=request.store, key=key)  # type: ignore[attr-defined]
    note_read(request, bag.issue.prescription, "dispense")
    return _pdf(papers.label(bag), "label", key)


@require_safe
@bench
def record(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The dispensing record of a bag."""
    bag = selectors.bag(store=request.store, key=key)  # type: ignore[attr-defined]
    note_read(request, bag.issue.prescription, "dispense")
    return _pdf(papers.record(bag), "record", key)


@require_safe
@bench
def receipt(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The receipt of an order.

    Raises:
        ReceiptMissing: nothing was handed over yet.
    """
    row = selectors.fulfilment(store=request.store, key=key)  # type: ignore[attr-defined]
    if not row.issue.dispenses.filter(stage="handed-over").exists():
        raise ReceiptMissing
    note_read(request, row.issue.prescription, "dispense")
    return _pdf(papers.receipt(row), "receipt", key)


def _pdf(content: bytes, kind: str, key: uuid.UUID) -> HttpResponse:
    """Shown in the browser under a name that says nothing of the patient."""
    name = f"{kind}-{str(key)[:8]}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
