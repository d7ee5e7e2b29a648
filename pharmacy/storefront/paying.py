"""Which way of paying this installation offers, and what a form of it may say."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pharmacy.payment import collection
from pharmacy.payment.models import PaymentAttempt
from pharmacy.storefront.errors import CardNotChosen
from pharmacy.storefront.sheet import Sheet

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TEST_CARDS = (
    ("pm_card_visa", _("Test card that works")),
    ("pm_card_chargeDeclined", _("Test card that is declined")),
)


def way() -> str:
    """`element` with a publishable key, `demonstration` beside our own peer, else `none`."""
    if settings.STRIPE_PUBLISHABLE_KEY:
        return "element"
    host = urlsplit(settings.STRIPE_API_BASE).hostname
    return "demonstration" if host in LOOPBACK else "none"


def chosen(card: str) -> str:
    """The provider's token of a test card; empty when the customer confirms in the browser.

    Raises:
        CardNotChosen: this installation offers no such card.
    """
    offered = way()
    if offered == "element":
        return ""
    if offered == "none" or card not in dict(TEST_CARDS):
        raise CardNotChosen
    return card


def is_open_in_browser(found: Sheet) -> bool:
    """Whether the provider waits for the customer to confirm in the browser."""
    state = found.payment.state if found.payment else ""
    return way() == "element" and state == "requires-customer"


def client_secret(found: Sheet) -> str:
    """The secret of the payment that waits for its confirmation."""
    status = found.payment
    attempt = PaymentAttempt.objects.get(external_id=status.external_id)  # type: ignore[union-attr]
    return collection.client_secret(attempt=attempt)


def must_acknowledge(found: Sheet) -> bool:
    """A refill in one tap never showed the notice at the choice of a store: ask here."""
    return found.row.issue.number > 1 and not found.bags
