"""Paying an order: what it costs, what happens to the money, one press.

The demonstration offers the cards of its own payment peer; with a publishable key the customer
types the card into the provider's own frame, and no card number ever reaches us.
"""

from __future__ import annotations

import uuid
from typing import cast

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pharmacy.core.errors import PharmacyError
from pharmacy.fulfilment import placement
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.payment.errors import PaymentDeclined, PaymentUnavailable
from pharmacy.storefront import paying, selectors, sheet
from pharmacy.storefront.door import customer, note_read
from pharmacy.storefront.errors import CardNotChosen, NotAcknowledged
from pharmacy.storefront.sheet import Sheet

PROVIDER = {
    "script-src": ["https://js.stripe.com"],
    "frame-src": ["https://js.stripe.com", "https://hooks.stripe.com"],
    "connect-src": ["https://api.stripe.com"],
}


@require_http_methods(["GET", "HEAD", "POST"])
@customer
def pay(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The amount and the ways to pay; an order that asks for nothing shows its own page."""
    row = selectors.fulfilment(viewer=request.person, key=key, scope="pay")  # type: ignore[attr-defined]
    if row.stage != "awaiting-payment":
        return redirect("customer:order", row.external_id)
    found = sheet.of(row)
    if request.method == "POST":
        return _submit(request, found)
    note_read(request, row.issue.prescription)
    return _element(request, found) if paying.is_open_in_browser(found) else _page(request, found)


def _submit(request: HttpRequest, found: Sheet) -> HttpResponse:
    """Hold the money and go on; what the bank says is read again on the page that follows."""
    try:
        paid = _hold(request, found)
    except (NotAcknowledged, CardNotChosen) as error:
        return _page(request, found, error)
    except (PaymentDeclined, PaymentUnavailable):
        return redirect("customer:pay", found.row.external_id)
    except PharmacyError as error:
        if error.http_status >= 500:
            raise
        messages.warning(request, str(error.sentence))
        return redirect("customer:pay", found.row.external_id)
    page = "customer:pay" if paid.stage == "awaiting-payment" else "customer:order"
    return redirect(page, paid.external_id)


def _hold(request: HttpRequest, found: Sheet) -> Fulfilment:
    if paying.must_acknowledge(found) and request.POST.get("acknowledged") != "yes":
        raise NotAcknowledged
    return placement.pay(
        fulfilment=found.row,
        person=request.person,  # type: ignore[attr-defined]
        payment_method=paying.chosen(request.POST.get("card", "")),
        has_read_notice=request.POST.get("acknowledged") == "yes",
    )


def _context(found: Sheet, error: PharmacyError | None = None) -> dict[str, object]:
    return {
        "sheet": found,
        "way": paying.way(),
        "cards": paying.TEST_CARDS,
        "must_acknowledge": paying.must_acknowledge(found),
        "error": error,
    }


def _page(request: HttpRequest, found: Sheet, error: PharmacyError | None = None) -> HttpResponse:
    status = error.http_status if error else 200
    return render(request, "storefront/pay.html", _context(found, error), status=status)


def _element(request: HttpRequest, found: Sheet) -> HttpResponse:
    """The page with the provider's own form; only this page may load its script."""
    context = _context(found) | {
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "client_secret": paying.client_secret(found),
    }

    @csp_update(PROVIDER)
    def shown(asked: HttpRequest) -> HttpResponse:
        return render(asked, "storefront/pay_element.html", context)

    return cast("HttpResponse", shown(request))
