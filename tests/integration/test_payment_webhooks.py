"""Notifications of the provider: what is not proved is refused, what comes twice acts once."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings
from django.urls import include, path

from pharmacy.core import clock
from pharmacy.demo.stripe_peer import StripePeer, signed
from pharmacy.payment import collection, webhooks
from pharmacy.payment.errors import WebhookRefused
from pharmacy.payment.models import WebhookEvent
from tests.payment_fixtures import (
    OWNER,
    SECRET,
    fresh,
    held,
    money,
    notification,
    peer,
    started,
    taken,
    topics,
    yuan,
)

__all__ = ["peer"]
pytestmark = pytest.mark.django_db(transaction=True)
urlpatterns = [path("api/webhooks/", include("pharmacy.payment.urls"))]
EVENT = {"id": "evt_1", "object": "event", "type": "payment_intent.created", "data": {"object": {}}}
BODY = json.dumps(EVENT)


def test_a_signed_notification_is_kept_encrypted_and_once() -> None:
    assert webhooks.receive(**notification(EVENT)) is True
    assert webhooks.receive(**notification(EVENT)) is False
    row = WebhookEvent.objects.get()
    assert (row.event_id, bytes(row.body), row.processed_at) == ("evt_1", BODY.encode(), None)


NOW = time.time()
REFUSALS = {
    "forged": (BODY.encode(), signed(BODY, "whsec_other"), "signature"),
    "changed": (BODY.encode() + b" ", signed(BODY, SECRET), "signature"),
    "old": (BODY.encode(), signed(BODY, SECRET, NOW - 3600), "signature"),
    "future": (BODY.encode(), signed(BODY, SECRET, NOW + 86_400), "future"),
    "no header": (BODY.encode(), "", "header"),
    "header not ascii": (BODY.encode(), "t=1,v1=\u0660", "header"),
    "header without time": (BODY.encode(), "v1=00", "signature"),
    "header of noise": (BODY.encode(), "t,v1", "signature"),
    "time of noise": (BODY.encode(), "t=soon,v1=00", "signature"),
    "not utf-8": (b"\xff\xfe{}", signed("{}", SECRET), "not-utf-8"),
    "too long": (b" " * 1_048_577, signed(BODY, SECRET), "too-long"),
    "not json": (b"hello", signed("hello", SECRET), "not-json"),
    "a list": (b"[]", signed("[]", SECRET), "not-an-event"),
    "no id": (b'{"type": "x"}', signed('{"type": "x"}', SECRET), "not-an-event"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_not_proved_is_refused_and_nothing_is_kept(case: str) -> None:
    body, header, reason = REFUSALS[case]
    with pytest.raises(WebhookRefused) as refused:
        webhooks.receive(body=body, signature_header=header)
    assert refused.value.facts["reason"] == reason
    assert not WebhookEvent.objects.exists()


def test_two_secrets_are_in_force_during_a_rotation() -> None:
    with override_settings(STRIPE_WEBHOOK_SECRETS=["whsec_new", SECRET]):
        assert webhooks.receive(**notification(EVENT))
        assert webhooks.receive(**notification(EVENT | {"id": "evt_2"}, secret="whsec_new"))
    assert WebhookEvent.objects.count() == 2


@pytest.mark.parametrize("secrets", [[], [""], [SECRET, ""]])
def test_an_empty_secret_never_proves_anything(secrets: list[str]) -> None:
    with override_settings(STRIPE_WEBHOOK_SECRETS=secrets), pytest.raises(ImproperlyConfigured):
        webhooks.receive(**notification(EVENT, secret=""))
    assert not WebhookEvent.objects.exists()


@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])
def test_the_door_answers_200_to_what_is_proved_and_400_to_the_rest() -> None:
    door = Client(enforce_csrf_checks=True)

    def post(header: str, body: bytes = BODY.encode()) -> int:
        answer = door.post(
            "/api/webhooks/stripe", body, content_type="application/json",
            headers={"Stripe-Signature": header},
        )  # fmt: skip
        return answer.status_code

    assert post(signed(BODY, SECRET)) == 200
    assert post(signed(BODY, SECRET)) == 200
    assert post(signed(BODY, "whsec_other")) == 400
    assert post(signed(BODY, SECRET), b"\xff" + BODY.encode()) == 400
    assert post(signed(BODY, SECRET), b"x" * 2_000_000) == 400
    assert door.get("/api/webhooks/stripe").status_code == 405
    assert WebhookEvent.objects.count() == 1


def deliver(peer: StripePeer, events: list[dict[str, Any]], copies: int = 1) -> None:
    for event in events:
        for _ in range(copies):
            webhooks.receive(**notification(event))
    webhooks.process()


def test_a_customer_who_confirmed_in_the_browser_is_noticed(peer: StripePeer) -> None:
    attempt = collection.authorise(attempt=started())
    peer.control("/_control/complete", {"payment_intent": attempt.reference})

    deliver(peer, peer.ledger.events)

    assert fresh(attempt).state == "authorised"
    assert topics() == ["PaymentAuthorised"]
    assert not WebhookEvent.objects.filter(processed_at=None).exists()


def test_duplicates_and_any_order_have_one_effect(peer: StripePeer) -> None:
    attempt = taken()
    before = (money(attempt), topics())

    deliver(peer, list(reversed(peer.ledger.events)), copies=3)
    deliver(peer, peer.ledger.events, copies=2)

    assert fresh(attempt).state == "captured"
    assert (money(attempt), topics()) == before


def test_a_notification_that_lies_about_the_state_is_not_believed(peer: StripePeer) -> None:
    attempt = held()
    thing = {"id": attempt.reference, "object": "payment_intent", "status": "succeeded",
             "amount_received": 10_000}  # fmt: skip
    deliver(peer, [EVENT | {"type": "payment_intent.succeeded", "data": {"object": thing}}])
    assert fresh(attempt).state == "authorised"


def test_a_notification_before_our_own_commit_finds_the_attempt_by_name(peer: StripePeer) -> None:
    attempt = held()
    type(attempt).objects.filter(pk=attempt.pk).update(reference=None, state="authorising")

    deliver(peer, peer.ledger.events)

    assert fresh(attempt).state == "authorised"
    assert fresh(attempt).reference == attempt.reference


def test_what_is_not_ours_is_tried_five_times_and_put_aside(peer: StripePeer) -> None:
    thing = {"id": "pi_strange", "object": "payment_intent", "metadata": {"attempt": "no-uuid"}}
    deliver(peer, [EVENT | {"data": {"object": thing}}])
    row = WebhookEvent.objects.get()
    assert (row.processed_at, row.attempts, row.outcome) == (None, 1, "not-ours-yet")

    for day in range(1, 5):
        with clock.at(clock.now() + dt.timedelta(days=day)):
            webhooks.process()
    row.refresh_from_db()
    assert row.attempts == 5
    assert row.processed_at is not None


def test_what_we_do_not_follow_is_kept_and_done(peer: StripePeer) -> None:
    deliver(peer, [EVENT | {"data": {"object": {"object": "payout", "id": "po_1"}}}])
    assert WebhookEvent.objects.get().outcome == "ignored"


def test_a_hold_that_ran_out_is_noticed(peer: StripePeer) -> None:
    attempt = held()
    peer.control("/_control/expire", {"payment_intent": attempt.reference})
    deliver(peer, peer.ledger.events)
    assert fresh(attempt).state == "expired"
    assert topics() == ["PaymentAuthorised", "PaymentReleased"]


def test_a_refund_that_comes_back_is_owed_again(peer: StripePeer) -> None:
    attempt = taken()
    made = collection.refund(owner=OWNER, amount=yuan(10_000), reason="recall", key="recall:1")
    assert fresh(attempt).state == "refunded"

    peer.control("/_control/fail-refund", {"refund": made.reference})
    deliver(peer, peer.ledger.events, copies=2)

    assert (fresh(attempt).state, fresh(attempt).refunded_minor) == ("captured", 0)
    assert money(attempt)[-2:] == [("refunded", 10_000), ("refund-reversed", 10_000)]
    assert topics()[-2:] == ["PaymentRefunded", "RefundFailed"]


def test_late_news_of_the_capture_do_not_undo_a_refund(peer: StripePeer) -> None:
    attempt = taken()
    collection.refund(owner=OWNER, amount=yuan(10_000), reason="recall", key="recall:1")

    deliver(peer, peer.ledger.events, copies=2)

    assert fresh(attempt).state == "refunded"
    assert topics() == ["PaymentAuthorised", "PaymentCaptured", "PaymentRefunded"]


def test_the_provider_that_does_not_answer_is_asked_later(peer: StripePeer) -> None:
    attempt = held()
    peer.fault("429", method="GET", path="/v1/payment_intents/.*", times=50)
    deliver(peer, peer.ledger.events[-1:])
    assert WebhookEvent.objects.get().outcome == "payment.unavailable"
    assert WebhookEvent.objects.get().processed_at is None
    assert fresh(attempt).state == "authorised"


@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])
def test_the_peer_itself_notifies_over_http_twice_and_signed(
    peer: StripePeer, live_server: Any
) -> None:
    peer.webhook, peer.notify, peer.copies = f"{live_server.url}/api/webhooks/stripe", True, 2
    attempt = held()

    waited = threading.Event()
    for _ in range(100):
        if WebhookEvent.objects.count() == 2 and peer._outgoing.empty():
            break
        waited.wait(0.05)

    webhooks.process()
    kinds = set(WebhookEvent.objects.values_list("kind", flat=True))
    assert kinds == {"payment_intent.created", "payment_intent.amount_capturable_updated"}
    assert fresh(attempt).state == "authorised"
    assert topics() == ["PaymentAuthorised"]
