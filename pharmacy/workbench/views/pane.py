"""What every page of the bench shows beside its own: the queue, and where to go after."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pharmacy.core.errors import PharmacyError
from pharmacy.workbench import queue


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    here: str = "",
    error: PharmacyError | None = None,
) -> HttpResponse:
    """A page with the queue pane; a refusal keeps its status and stands in its place."""
    work = queue.load(
        store=request.store,  # type: ignore[attr-defined]
        kind=request.GET.get("kind", ""),
        here=here,
    )
    shown = {
        "work": work,
        "next": work.next_after(here),
        "error": error,
        "kind_query": f"?kind={work.kind}" if work.kind else "",
        **context,
    }
    return render(request, template, shown, status=error.http_status if error else 200)


def to_queue(request: HttpRequest) -> HttpResponse:
    """Back to the list, with the filter that was chosen."""
    return redirect(reverse("bench:queue") + query(request))


def query(request: HttpRequest) -> str:
    """The chosen filter as the tail of an address."""
    kind = request.GET.get("kind", "")
    return f"?kind={kind}" if kind in queue.KINDS else ""
