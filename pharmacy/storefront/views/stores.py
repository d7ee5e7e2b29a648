"""Choosing the store that fills an issue; refusals are said on the same page."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pharmacy import policy
from pharmacy.core.errors import PharmacyError
from pharmacy.fulfilment import placement
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.storefront import law, selectors
from pharmacy.storefront.door import customer, note_read
from pharmacy.storefront.errors import NotAcknowledged, StoreNotChosen
from prescriptions.models import Issue, IssueLine


@require_http_methods(["GET", "HEAD", "POST"])
@customer
def choose(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show the stores; a POST sends the issue to one of them."""
    issue = selectors.issue(viewer=request.person, key=key)  # type: ignore[attr-defined]
    if request.method != "POST":
        note_read(request, issue.prescription)
        return _page(request, issue)
    try:
        row = _send(request, issue)
    except PharmacyError as error:
        if error.http_status >= 500:
            raise
        return _page(request, issue, error)
    return redirect("customer:order", row.external_id)


def _send(request: HttpRequest, issue: Issue) -> Fulfilment:
    store = selectors.store(request.POST.get("store", ""))
    if store is None:
        raise StoreNotChosen
    if request.POST.get("acknowledged") != "yes":
        raise NotAcknowledged
    return placement.choose_store(
        issue=issue,
        store=store,
        person=request.person,  # type: ignore[attr-defined]
        has_read_notice=True,
    )


def _page(request: HttpRequest, issue: Issue, error: PharmacyError | None = None) -> HttpResponse:
    lines = selectors.lines_of_issue(issue)
    offers = selectors.offers(lines)
    context = {
        "issue": issue,
        "lines": lines,
        "offers": [offer for offer in offers if offer.has_all],
        "lacking": [offer for offer in offers if not offer.has_all],
        "obstacle": _obstacle(lines),
        "is_review_first": policy.order_of_steps(settings.JURISDICTION) == "review-first",
        "chosen": request.POST.get("store", ""),
        "is_acknowledged": request.POST.get("acknowledged") == "yes",
        "is_unread": isinstance(error, NotAcknowledged),
        "error": error,
    }
    status = error.http_status if error else 200
    return render(request, "storefront/choose_store.html", context, status=status)


def _obstacle(lines: list[IssueLine]) -> type[PharmacyError] | None:
    """Why no store can be chosen at all, said before anybody tries."""
    medicines = [line.item.medicine for line in lines]
    if any(medicine is None for medicine in medicines):
        return placement.MedicineUnknown
    if not all(law.may_buy_online(medicine) for medicine in medicines if medicine):
        return placement.NotSoldOnline
    return None
