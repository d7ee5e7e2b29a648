"""A loopback Stripe for the tests that take money, and short words for what they do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from stripe._http_client import HTTPClient

from pharmacy.core.models import OutboxMessage
from pharmacy.core.money import Money
from pharmacy.demo.stripe_peer import StripePeer, signed
from pharmacy.payment import collection
from pharmacy.payment.methods import stripe as stripe_method
from pharmacy.payment.models import PaymentAttempt

OWNER = "order:100001"
BY = "system:test"
SECRET = "whsec_tests"
VISA = "pm_card_visa"


@pytest.fixture
def peer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[StripePeer]:
    """A peer of its own for each test; the client's pauses between retries are short."""
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.01)
    monkeypatch.setattr(HTTPClient, "MAX_DELAY", 0.02)
    served = StripePeer(secret=SECRET).start()
    settings.STRIPE_API_BASE = served.address
    settings.OUTBOUND_HOSTS = ["127.0.0.1"]
    yield served
    client = stripe_method.client()
    client._requestor._get_http_client().close()
    stripe_method._client.cache_clear()
    served.stop()


def yuan(minor: int) -> Money:
    """An amount in fen."""
    return Money(minor, "CNY")


def started(amount: int = 10_000, owner: str = OWNER) -> PaymentAttempt:
    """An attempt that nobody was asked about yet."""
    return collection.start(owner=owner, amount=yuan(amount), by=BY)


def held(amount: int = 10_000, owner: str = OWNER) -> PaymentAttempt:
    """An attempt whose amount is held."""
    return collection.authorise(attempt=started(amount, owner), payment_method=VISA)


def taken(amount: int = 10_000, owner: str = OWNER) -> PaymentAttempt:
    """An attempt whose amount was captured in full."""
    held(amount, owner)
    return collection.capture(owner=owner, amount=yuan(amount), key=f"handover:{owner}")


def fresh(attempt: PaymentAttempt) -> PaymentAttempt:
    """The row as the database has it."""
    return PaymentAttempt.objects.get(pk=attempt.pk)


def topics() -> list[str]:
    """The events that were announced, in order."""
    return list(OutboxMessage.objects.order_by("id").values_list("topic", flat=True))


def money(attempt: PaymentAttempt) -> list[tuple[str, int]]:
    """The money events of an attempt, in order."""
    return list(attempt.events.order_by("id").values_list("kind", "amount_minor"))


def calls(peer: StripePeer, ending: str) -> int:
    """How many changing requests the peer saw on a path."""
    return sum(1 for verb, path, *_ in peer.requests if verb == "POST" and path.endswith(ending))


def intents(peer: StripePeer) -> list[dict[str, Any]]:
    """Every PaymentIntent that the peer has."""
    return peer.ledger.all("payment_intent")


def notification(event: dict[str, Any], *, secret: str = SECRET, at: float | None = None) -> Any:
    """Body and header of a signed notification."""
    body = json.dumps(event)
    return {"body": body.encode(), "signature_header": signed(body, secret, at)}


def age(attempt: PaymentAttempt, minutes: int = 3) -> None:
    """Let an attempt look as old as this."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE collection_paymentattempt SET changed_at = changed_at - %s * interval "
            "'1 minute', created_at = created_at - %s * interval '1 minute' WHERE id = %s",
            [minutes, minutes, attempt.pk],
        )
