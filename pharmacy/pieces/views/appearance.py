"""Theme and elder mode: a form, one press, back to the page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from pharmacy.pieces import appearance
from pharmacy.pieces.views.ways import onward


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember the choice and go back."""
    response = redirect(onward(request))
    elder = request.POST.get("elder")
    appearance.choose(
        response, theme=request.POST.get("theme"), elder=None if elder is None else elder == "1"
    )
    return response
