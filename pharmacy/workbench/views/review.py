"""Review (审方): the document and the facts, the findings, the ten checks, the decision."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pharmacy.core.errors import PharmacyError
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.workbench import forms, selectors, sheet
from pharmacy.workbench.door import bench, note_read
from pharmacy.workbench.views import pane
from prescriptions import review as reviewing


@require_http_methods(["GET", "HEAD", "POST"])
@bench
def review(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show one prescription; a POST decides, or comes back with what was typed."""
    row = selectors.fulfilment(store=request.store, key=key)  # type: ignore[attr-defined]
    if request.method != "POST":
        return _page(request, row, forms.Typed())
    typed = forms.typed(request.POST)
    if "tick" in request.POST:
        return _page(request, row, typed)
    try:
        reviewing.decide(
            issue=row.issue,
            store=request.store,  # type: ignore[attr-defined]
            reviewer=request.staff,  # type: ignore[attr-defined]
            decision=typed.decision(),
        )
    except PharmacyError as error:
        return _page(request, row, typed, error)
    messages.success(request, _said(typed.verdict))
    return pane.to_queue(request)


def _said(verdict: str) -> str:
    return {
        "approve": _("Approved. The order goes on by itself."),
        "decline": _("Declined. The customer will be told."),
        "query": _("Your question is on its way to the prescriber."),
    }[verdict]


def _page(
    request: HttpRequest, row: Fulfilment, typed: forms.Typed, error: PharmacyError | None = None
) -> HttpResponse:
    row = selectors.fulfilment(store=row.store, key=row.external_id) if error else row
    note_read(request, row.issue.prescription, "review")
    loaded = sheet.load(row)
    wants = error.code if error else ""
    missing = [q for q, yes in typed.ticked.items() if not yes] if error else []
    context = {
        "sheet": loaded,
        "row": row,
        "prescription": row.issue.prescription,
        "typed": typed,
        "questions": loaded.questions(typed.ticked, missing if wants == INCOMPLETE else []),
        "missing": [reviewing.CHECKLIST[q] for q in missing] if wants == INCOMPLETE else [],
        "findings": [
            (shown, typed.reasons.get(shown.finding.pk, ""), wants == UNRESOLVED)
            for shown in loaded.grave
        ],
        "reasons": reviewing.DECLINE_REASONS,
        "nos": [_no(verdict, typed, wants) for verdict in ("decline", "query")],
    }
    return pane.page(
        request, "workbench/review.html", context, here=str(row.external_id), error=error
    )


def _no(verdict: str, typed: forms.Typed, wants: str) -> dict[str, Any]:
    """One of the two ways to say no, as it was filled in."""
    is_mine = typed.verdict == verdict
    return {
        "verdict": verdict,
        "is_open": is_mine,
        "is_wrong": is_mine and wants == reviewing.ReasonMissing.code,
        "reason_code": typed.reason_code if is_mine else "",
        "note": typed.note if is_mine else "",
    }


INCOMPLETE = reviewing.ChecklistIncomplete.code
UNRESOLVED = reviewing.UnresolvedFinding.code
