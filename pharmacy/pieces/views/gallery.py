"""Every piece with sample data, for staff: the place to see a change before anyone else does."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from pharmacy.pieces import navigation, samples
from pharmacy.pieces.doors import staff_door

ROOMS = ("bench", "hq")


@staff_door()
def gallery(request: HttpRequest) -> HttpResponse:
    """All pieces on one page; theme, language and elder mode come from the bar on top."""
    return render(request, "gallery/gallery.html", samples.everything())


@staff_door()
def room(request: HttpRequest, name: str) -> HttpResponse:
    """One of the staff's rooms, furnished with sample data."""
    if name not in ROOMS:
        raise Http404
    facts = samples.everything() | {"room": name, "navigation": navigation.shown(name, request)}
    return render(request, f"gallery/{name}.html", facts)
