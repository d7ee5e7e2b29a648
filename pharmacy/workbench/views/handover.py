"""The hand-over (核销): the customer's code opens the bag, identity is confirmed, it is given."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pharmacy.core.errors import PharmacyError
from pharmacy.fulfilment import counter
from pharmacy.workbench import forms, selectors, words
from pharmacy.workbench.door import bench, note_read
from pharmacy.workbench.errors import CodeMissing, IdentityNotConfirmed, PutBackReasonMissing
from pharmacy.workbench.views import pane
from prescriptions import dispensing, guessing
from prescriptions.models import Dispense


@require_http_methods(["GET", "HEAD", "POST"])
@bench
def handover(request: HttpRequest) -> HttpResponse:
    """One field for the code; then the bag to confirm; then it is given."""
    if request.method != "POST":
        return ask(request)
    if "give" in request.POST:
        return _give(request)
    return find(request, request.POST.get("code", ""))


def ask(request: HttpRequest, error: PharmacyError | None = None, code: str = "") -> HttpResponse:
    """The empty field, or the field with what was typed and why it did not work."""
    return pane.page(request, "workbench/handover.html", {"code": code}, error=error)


def find(request: HttpRequest, text: str) -> HttpResponse:
    """The bag that a code opens at this store, to be confirmed. Changes nothing."""
    code = forms.digits(text)
    if not code:
        return ask(request, CodeMissing() if not text.strip() else _invalid(request), text)
    try:
        bag = _look_up(request, code)
    except guessing.TooManyCodes as error:
        return ask(request, error, text)
    if bag is None:
        return ask(request, _invalid(request), text)
    found = selectors.bag(store=request.store, key=bag.external_id)  # type: ignore[attr-defined]
    return _bag_page(request, found, code=code)


def _look_up(request: HttpRequest, code: str) -> Dispense | None:
    """The waiting bag of a code; a miss is counted.

    Raises:
        TooManyCodes: this person has to wait.
    """
    staff, store = request.staff, request.store  # type: ignore[attr-defined]
    guessing.require_patience(by=staff)
    bag = dispensing.find_by_code(store_code=store.code, code=code)
    if bag is None:
        guessing.note_miss(by=staff, store=store)
    return bag


def _invalid(request: HttpRequest) -> PharmacyError:
    return dispensing.HandoverCodeInvalid(store=request.store.code)  # type: ignore[attr-defined]


def _give(request: HttpRequest) -> HttpResponse:
    """Hand over the bag that the code opens; a repeat finds it handed over."""
    code = forms.digits(request.POST.get("code", ""))
    try:
        known = _look_up(request, code)
    except guessing.TooManyCodes as error:
        return ask(request, error, request.POST.get("code", ""))
    if known is not None and not request.POST.get("identity"):
        bag = selectors.bag(store=request.store, key=known.external_id)  # type: ignore[attr-defined]
        return _bag_page(request, bag, code=code, error=IdentityNotConfirmed())
    try:
        given = counter.hand_over(store=request.store, code=code, by=request.staff)  # type: ignore[attr-defined]
    except PharmacyError as error:
        return ask(request, error, request.POST.get("code", ""))
    return _done(request, given)


@require_http_methods(["GET", "HEAD", "POST"])
@bench
def bag(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One bag: what is in it, who worked on it, its papers; a POST hands it over by its code."""
    shown = selectors.bag(store=request.store, key=key)  # type: ignore[attr-defined]
    if request.method != "POST" or shown.stage == "handed-over":
        return _bag_page(request, shown)
    text = request.POST.get("code", "")
    try:
        if not text.strip():
            raise CodeMissing
        if not request.POST.get("identity"):
            raise IdentityNotConfirmed
        given = counter.hand_over_bag(
            dispense=shown,
            code=forms.digits(text) or text,
            by=request.staff,  # type: ignore[attr-defined]
        )
    except PharmacyError as error:
        return _bag_page(request, shown, typed=text, error=error)
    return _done(request, given)


@require_POST
@bench
def renew(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A manager gives the bag a new code; the customer sees it on the order's page."""
    shown = selectors.bag(store=request.store, key=key)  # type: ignore[attr-defined]
    try:
        dispensing.renew_code(dispense=shown, by=request.staff)  # type: ignore[attr-defined]
    except PharmacyError as error:
        return _bag_page(request, shown, error=error)
    messages.success(request, _("A new code is on the customer's page."))
    return redirect(reverse("bench:bag", args=[key]) + pane.query(request))


@require_POST
@bench
def put_back(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give up a bag before it is handed over; the order may be picked anew."""
    shown = selectors.bag(store=request.store, key=key)  # type: ignore[attr-defined]
    reason = request.POST.get("reason", "")
    try:
        if reason not in words.PUT_BACK:
            raise PutBackReasonMissing
        counter.put_back(dispense=shown, by=request.staff, reason=reason)  # type: ignore[attr-defined]
    except PharmacyError as error:
        return _bag_page(request, shown, error=error)
    messages.success(request, _("The bag is put back. The order waits to be picked."))
    return pane.to_queue(request)


def _done(request: HttpRequest, given: Dispense) -> HttpResponse:
    messages.success(request, _("Handed over."))
    return redirect(reverse("bench:bag", args=[given.external_id]) + pane.query(request))


def _bag_page(
    request: HttpRequest,
    bag: Dispense,
    *,
    code: str = "",
    typed: str = "",
    error: PharmacyError | None = None,
) -> HttpResponse:
    """A bag; with a `code` that opened it, only the identity is still to be confirmed."""
    note_read(request, bag.issue.prescription, "dispense")
    row = selectors.fulfilment_of(bag)
    context: dict[str, Any] = {
        "bag": bag,
        "row": row,
        "prescription": bag.issue.prescription,
        "places": selectors.places_of(bag, owner=row.stock_owner),
        "balance": selectors.balance_after(bag),
        "code": code,
        "typed": typed,
        "is_manager": request.staff.has_role("manager", bag.store),  # type: ignore[attr-defined]
        "is_identity_wrong": isinstance(error, IdentityNotConfirmed),
        "put_back_reasons": words.PUT_BACK,
        "is_put_back_wrong": isinstance(error, PutBackReasonMissing),
        "is_locked": isinstance(error, dispensing.HandoverLocked),
    }
    return pane.page(request, "workbench/bag.html", context, here=str(bag.external_id), error=error)
