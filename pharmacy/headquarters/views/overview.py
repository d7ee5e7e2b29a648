"""The first page: one true sentence, figures with their change, pictures with their tables."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pharmacy.headquarters.door import headquarters
from pharmacy.headquarters.selectors import health, prescriptions, stock
from pharmacy.headquarters.selectors import overview as reads


@require_safe
@headquarters
def overview(request: HttpRequest) -> HttpResponse:
    """What is true at this moment; every figure leads to its rows."""
    counts = prescriptions.counted(prescriptions.fills())
    came, refused = reads.received()
    context = {
        "way": sum(counts.get(stage, 0) for stage in prescriptions.ON_THE_WAY),
        "short": counts.get("out-of-stock", 0),
        "funnel": prescriptions.funnel(counts, {}),
        "expiring": stock.expiring_totals(stock.expiring(days=stock.SOON_DAYS)),
        "came": came,
        "refused": refused,
        "handed_over": reads.handed_over(),
        "bars": reads.a_day(),
        "health": health.counts(),
    }
    return render(request, "headquarters/overview.html", context)
