"""The loopback peer keeps Stripe's promises, and its contract is the library's own."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator

import pytest
import stripe
from stripe import _request_options, params
from stripe._http_client import HTTPClient

from pharmacy.demo.stripe_contract import CONTRACT
from pharmacy.demo.stripe_peer import StripePeer, nested, signed
from pharmacy.payment.methods.stripe import API_VERSION

OPTIONS = set(_request_options.RequestOptions.__annotations__)
HOLD = {
    "amount": 5_000,
    "currency": "cny",
    "confirm": True,
    "payment_method": "pm_card_visa",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    "payment_method_options": {"card": {"capture_method": "manual"}},
}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[StripePeer]:
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.01)
    peer = StripePeer().start()
    yield peer
    peer.stop()


@pytest.fixture
def client(served: StripePeer) -> Iterator[stripe.StripeClient]:
    http = stripe.RequestsClient(timeout=5)
    yield stripe.StripeClient(
        "sk_test_peer", base_addresses={"api": served.address}, http_client=http,
        max_network_retries=2, stripe_version=API_VERSION,
    )  # fmt: skip
    http.close()


@pytest.mark.parametrize("name", CONTRACT)
def test_every_parameter_is_one_of_the_library(name: str) -> None:
    theirs = set(getattr(params, name).__annotations__) - OPTIONS
    assert CONTRACT[name] <= theirs


def test_the_library_speaks_the_version_we_ask_for() -> None:
    assert stripe.api_version == API_VERSION


def test_it_listens_on_the_loopback_only(served: StripePeer) -> None:
    assert served._server.server_address[0] == "127.0.0.1"
    with urllib.request.urlopen(f"{served.address}/healthz") as reply:
        assert json.load(reply) == {"ok": True}


def test_a_form_becomes_a_tree() -> None:
    assert nested("a[b][c]=1&expand[0]=x&expand[1]=y&d=") == {
        "a": {"b": {"c": "1"}},
        "expand": ["x", "y"],
        "d": "",
    }


def test_its_signature_is_the_librarys() -> None:
    assert stripe.WebhookSignature.verify_header("{}", signed("{}", "whsec_x"), "whsec_x", 300)


def test_payment_method_types_are_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(HOLD | {"payment_method_types": ["card"]})  # type: ignore[arg-type]
    assert refused.value.code == "payment_method_types_no_longer_supported"


def test_an_unknown_parameter_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(HOLD | {"colour": "green"})  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.param) == ("parameter_unknown", "colour")


def test_one_key_creates_once_and_another_body_is_refused(
    client: stripe.StripeClient, served: StripePeer
) -> None:
    options = {"idempotency_key": "pi:1"}
    first = client.v1.payment_intents.create(HOLD, options)  # type: ignore[arg-type]
    again = client.v1.payment_intents.create(HOLD, options)  # type: ignore[arg-type]
    assert first.id == again.id
    with pytest.raises(stripe.IdempotencyError):
        client.v1.payment_intents.create(HOLD | {"amount": 1}, options)  # type: ignore[arg-type]
    assert len(served.ledger.all("payment_intent")) == 1


def test_a_hold_is_captured_once_and_not_beyond(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(HOLD)  # type: ignore[arg-type]
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 5_000)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 5_001})
    client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 4_000})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 1_000})
    assert refused.value.code == "payment_intent_unexpected_state"


def test_an_over_refund_is_refused(client: stripe.StripeClient, served: StripePeer) -> None:
    intent = client.v1.payment_intents.create(HOLD)  # type: ignore[arg-type]
    client.v1.payment_intents.capture(intent.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 5_001})
    assert refused.value.param == "amount"
    assert served.ledger.all("refund") == []


def test_the_charge_is_an_id_unless_expanded(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(HOLD)  # type: ignore[arg-type]
    assert isinstance(intent.latest_charge, str)
    full = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert full.latest_charge.payment_method_details.card.capture_before > intent.created  # type: ignore[union-attr]


def test_a_customer_keeps_a_card_and_an_absent_owner_is_asked(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"metadata": {"member": "opaque"}})
    kept = client.v1.payment_methods.attach(
        "pm_card_authenticationRequired", {"customer": customer.id}
    )
    with pytest.raises(stripe.CardError) as declined:
        client.v1.payment_intents.create(
            HOLD | {"payment_method": kept.id, "customer": customer.id, "off_session": True}  # type: ignore[arg-type]
        )
    assert declined.value.code == "authentication_required"


def test_lists_are_paged(client: stripe.StripeClient) -> None:
    made = [client.v1.payment_intents.create(HOLD).id for _ in range(3)]  # type: ignore[arg-type]
    page = client.v1.payment_intents.list({"limit": 2})
    assert page.has_more
    assert [intent.id for intent in page.auto_paging_iter()] == list(reversed(made))


def test_faults_are_armed_over_http(client: stripe.StripeClient, served: StripePeer) -> None:
    body = json.dumps({"kind": "lost-reply", "path": "/v1/payment_intents"}).encode()
    with urllib.request.urlopen(f"{served.address}/_control/faults", body) as reply:
        assert reply.status == 200
    client.v1.payment_intents.create(HOLD)  # type: ignore[arg-type]
    assert len(served.ledger.all("payment_intent")) == 1
    assert len(served.requests) == 2


def test_without_a_key_nobody_is_served(served: StripePeer) -> None:
    request = urllib.request.Request(f"{served.address}/v1/payment_intents", b"amount=1")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 401
    refused.value.close()
    assert served.requests == []


def test_a_notification_is_sent_again_until_it_is_taken(served: StripePeer) -> None:
    served.webhook = "http://127.0.0.1:9/"
    served.secret = "whsec_x"
    tried, done = [], threading.Event()

    def send(body: str) -> bool:
        tried.append(body)
        if len(tried) == 2:
            done.set()
        return len(tried) == 2

    served._send = send  # type: ignore[method-assign]
    served.notify = True
    served.ledger._tell("payment_intent.created", {"id": "pi_1"})
    served._queue_events()

    assert done.wait(5)
    assert tried[0] == tried[1]
