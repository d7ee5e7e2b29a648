"""Hospitals: who may send prescriptions, with which certificates. Read only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pharmacy.headquarters.door import headquarters
from pharmacy.headquarters.selectors import issuers as reads


@require_safe
@headquarters
def listed(request: HttpRequest) -> HttpResponse:
    """Every hospital with its certificates and their validity."""
    rows = reads.listed()
    certificates = [each for row in rows for each in row.certificates]
    context = {
        "rows": rows,
        "able": sum(row.is_able for row in rows),
        "soon": sum(each.state == "soon" for each in certificates),
    }
    return render(request, "headquarters/issuers.html", context)
