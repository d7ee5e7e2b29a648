"""Every piece with sample data, for staff: the place to see a change before anyone else does."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pharmacy.pieces import samples
from pharmacy.pieces.doors import staff_door


@staff_door()
def gallery(request: HttpRequest) -> HttpResponse:
    """All pieces on one page; theme, language and elder mode come from the bar on top."""
    return render(request, "gallery/gallery.html", samples.everything())
