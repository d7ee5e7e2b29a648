"""Health: what waits, what was put aside, what nobody confirmed, and whether the books add up."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pharmacy.core import audit, outbox
from pharmacy.headquarters.door import headquarters
from pharmacy.headquarters.selectors import health as reads


@require_safe
@headquarters
def health(request: HttpRequest) -> HttpResponse:
    """Everything that may have got stuck."""
    return _page(request)


@require_POST
@headquarters
def retry(request: HttpRequest) -> HttpResponse:
    """Take an event up again that was put aside."""
    found = reads.find_dead(
        event=request.POST.get("event", ""), reaction=request.POST.get("reaction", "")
    )
    outbox.retry(delivery=found, by=request.staff.actor)  # type: ignore[attr-defined]
    messages.success(request, _("It is tried again now. Reload in a moment to see how it went."))
    return redirect("hq:health")


@require_POST
@headquarters
def verify(request: HttpRequest) -> HttpResponse:
    """Recompute the chain of the audit log and say what was found."""
    return _page(request, verdict=audit.verify())


def _page(request: HttpRequest, verdict: audit.Verdict | None = None) -> HttpResponse:
    context = {
        "counts": reads.counts(),
        "dead": reads.dead(),
        "payments": reads.payments(),
        "reports": reads.reports(),
        "differences": reads.differences(),
        "books": reads.books(),
        "verdict": verdict,
    }
    return render(request, "headquarters/health.html", context)
