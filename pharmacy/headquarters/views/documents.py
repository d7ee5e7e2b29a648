"""Documents that did not become a prescription, each with its coded reason in words."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pharmacy.headquarters import csvs, listing, words
from pharmacy.headquarters.door import headquarters, note_read
from pharmacy.headquarters.selectors import documents as reads
from pharmacy.headquarters.selectors import record
from pharmacy.headquarters.selectors.prescriptions import issuers
from pharmacy.pieces.tables import Column, Table


def _asked(request: HttpRequest) -> tuple[Any, list[Any], dict[str, int]]:
    stage = listing.choice(request, "stage", reads.OPEN_STAGES)
    reasons = reads.reasons()
    hospitals = issuers()
    issuer = listing.choice(request, "issuer", [each.code for each in hospitals])
    refusal = request.GET.get("reason", "") if request.GET.get("reason") in reasons else ""
    stages = [(code, words.DOCUMENT_STAGES[code]) for code in reads.OPEN_STAGES]
    filters = [
        listing.Filter("stage", _("Stage"), stage, [("", _("All stages")), *stages]),
        listing.Filter(
            "reason",
            _("Reason"),
            refusal,
            [("", _("All reasons")), *[(code, words.refusal(code)) for code in reasons]],
        ),
        listing.Filter(
            "issuer",
            _("Hospital"),
            issuer,
            [("", _("All hospitals")), *[(each.code, each.name) for each in hospitals]],
        ),
    ]
    return reads.wanted(stage=stage, refusal=refusal, issuer=issuer), filters, reasons


@require_safe
@headquarters
def listed(request: HttpRequest) -> HttpResponse:
    """What was refused or put aside, and why."""
    found, filters, reasons = _asked(request)
    sort, order = listing.sorting(request, reads.SORTS, "-received")
    page = listing.window(
        found.order_by(order, "-pk"), found.count(), listing.page_number(request, sort)
    )
    table = Table(
        _("Documents that did not become a prescription"),
        [
            Column(_("Document")),
            Column(_("Stage"), "stage"),
            Column(_("Reason"), "reason"),
            Column(_("Hospital"), "hospital"),
            Column(_("Way in")),
            Column(_("Received"), "received"),
        ],
        sort=sort,
        export_url=listing.export_url(request, "hq:documents-csv"),
        url=reverse("hq:documents"),
        empty_title=_("No document stands here"),
        empty_text=_("Every document that came was found genuine, or the filters hide the others."),
    )
    context = {
        "stages": reads.stages(),
        "reasons": [(code, n, words.refusal(code)) for code, n in reasons.items()][:5],
        "page": page,
        "table": table,
        "filters": filters,
    }
    return render(request, "headquarters/documents.html", context)


@require_safe
@headquarters
def listed_csv(request: HttpRequest) -> HttpResponse:
    """The same rows as a file."""
    found, _filters, _reasons = _asked(request)
    _sort, order = listing.sorting(request, reads.SORTS, "-received")
    heads = [
        _("Document"), _("Stage"), _("Code"), _("Reason"), _("Hospital"), _("Way in"), _("Format"),
        _("Received"),
    ]  # fmt: skip
    rows = found.order_by(order, "-pk")[: csvs.MOST + 1]
    return csvs.export("documents", heads, (_line(row) for row in rows))


def _line(row: Any) -> list[Any]:
    return [
        row.external_id, words.DOCUMENT_STAGES[row.stage], row.refusal,
        words.refusal(row.refusal) if row.refusal else "", row.issuer.name if row.issuer else "",
        words.CHANNELS.get(row.channel, row.channel), row.format,
        row.received_at.isoformat(timespec="seconds"),
    ]  # fmt: skip


@require_safe
@headquarters
def detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One document: every check with its answer; opening it leaves a trace."""
    found = record.find_document(key)
    note_read(request, found.audit_subject)
    context = {
        "document": found,
        "evidence": record.evidence(found),
        "entries": record.entries({found.audit_subject: ""}),
        "back": reverse("hq:documents"),
    }
    return render(request, "headquarters/document.html", context)
