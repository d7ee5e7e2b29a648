"""The list of the store's work; the pane asks for itself again while the page is open."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pharmacy.workbench import queue as work
from pharmacy.workbench.door import bench
from pharmacy.workbench.views import pane


@require_safe
@bench
def queue(request: HttpRequest) -> HttpResponse:
    """The page; for htmx only the list."""
    if not request.htmx:  # type: ignore[attr-defined]
        done = work.done_today(store=request.store)  # type: ignore[attr-defined]
        return pane.page(request, "workbench/queue.html", {"done": done})
    here = request.GET.get("here", "")
    loaded = work.load(
        store=request.store,  # type: ignore[attr-defined]
        kind=request.GET.get("kind", ""),
        here=here if _is_key(here) else "",
    )
    return render(request, "workbench/queue_pane.html", {"work": loaded})


def _is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
