"""Lost replies, broken answers, crashes: money moves once and the truth is found again."""

from __future__ import annotations

import datetime as dt
import logging

import pytest

from pharmacy.core import clock
from pharmacy.core.failpoints import armed
from pharmacy.demo.stripe_peer import StripePeer
from pharmacy.payment import collection, reconciliation, tasks
from pharmacy.payment.errors import (
    NotCapturable,
    PaymentBusy,
    PaymentUnavailable,
    ProviderMismatch,
)
from pharmacy.payment.models import PaymentAttempt, Refund
from tests.payment_fixtures import (
    OWNER,
    VISA,
    age,
    calls,
    fresh,
    held,
    intents,
    money,
    peer,
    started,
    taken,
    topics,
    yuan,
)

__all__ = ["peer"]
pytestmark = pytest.mark.django_db(transaction=True)


class Crash(BaseException):
    """The process dies here."""


def die() -> None:
    raise Crash


def capture(amount: int = 10_000) -> PaymentAttempt:
    return collection.capture(owner=OWNER, amount=yuan(amount), key="handover:1")


def test_a_reply_lost_after_the_effect_is_one_payment(peer: StripePeer) -> None:
    peer.fault("lost-reply", path="/v1/payment_intents")

    attempt = held()

    assert fresh(attempt).state == "authorised"
    assert calls(peer, "/v1/payment_intents") == 2
    assert len(intents(peer)) == 1


def test_replies_lost_for_longer_leave_it_unknown_until_the_provider_is_asked(
    peer: StripePeer,
) -> None:
    peer.fault("lost-reply", path="/v1/payment_intents", times=3)
    attempt = started()

    with pytest.raises(PaymentUnavailable):
        collection.authorise(attempt=attempt, payment_method=VISA)
    assert fresh(attempt).state == "unknown"
    assert topics() == []

    age(attempt)
    assert tasks.reconcile() == 1
    assert fresh(attempt).state == "authorised"
    assert len(intents(peer)) == 1
    assert topics() == ["PaymentAuthorised"]


def test_repeating_the_call_also_resolves_what_is_unknown(peer: StripePeer) -> None:
    peer.fault("lost-reply", path="/v1/payment_intents", times=3)
    attempt = started()
    with pytest.raises(PaymentUnavailable):
        collection.authorise(attempt=attempt, payment_method=VISA)

    again = collection.authorise(attempt=attempt, payment_method=VISA)

    assert again.state == "authorised"
    assert len(intents(peer)) == 1


def test_a_lost_capture_is_taken_once_when_repeated(peer: StripePeer) -> None:
    attempt = held()
    peer.fault("lost-reply", path=".*/capture", times=3)

    with pytest.raises(PaymentUnavailable):
        capture()
    assert fresh(attempt).state == "unknown"
    assert capture().state == "captured"

    assert money(attempt) == [("authorised", 10_000), ("captured", 10_000)]
    assert topics().count("PaymentCaptured") == 1


def test_another_capture_waits_while_one_is_in_doubt(peer: StripePeer) -> None:
    held()
    peer.fault("lost-reply", path=".*/capture", times=3)
    with pytest.raises(PaymentUnavailable):
        capture()
    with pytest.raises(PaymentBusy):
        collection.capture(owner=OWNER, amount=yuan(1), key="handover:2")
    with pytest.raises(PaymentBusy):
        collection.release(owner=OWNER, reason="requested-by-customer")
    assert calls(peer, "/cancel") == 0


@pytest.mark.parametrize("point", ["payment.capturing-committed", "payment.reply-received"])
def test_a_crash_around_the_call_is_found_by_reconciliation(peer: StripePeer, point: str) -> None:
    attempt = held()

    with armed(point, die), pytest.raises(Crash):
        capture()
    assert fresh(attempt).state == "capturing"

    age(attempt)
    reconciliation.reconcile()
    expected = "captured" if point == "payment.reply-received" else "authorised"
    assert fresh(attempt).state == expected
    assert capture().state == "captured"
    assert money(attempt) == [("authorised", 10_000), ("captured", 10_000)]
    assert intents(peer)[0]["amount_received"] == 10_000


def test_a_crash_before_the_reference_was_saved_is_one_payment(peer: StripePeer) -> None:
    attempt = started()
    with armed("payment.reply-received", die), pytest.raises(Crash):
        collection.authorise(attempt=attempt, payment_method=VISA)
    assert fresh(attempt).reference is None

    age(attempt)
    reconciliation.reconcile()

    assert fresh(attempt).state == "authorised"
    assert len(intents(peer)) == 1


def test_a_creation_that_never_arrived_is_repeated_with_its_key(peer: StripePeer) -> None:
    attempt = started()
    with armed("payment.authorising-committed", die), pytest.raises(Crash):
        collection.authorise(attempt=attempt, payment_method=VISA)

    age(attempt)
    reconciliation.reconcile()

    assert fresh(attempt).state == "authorised"
    assert [key for *_, key in peer.requests if key] == [f"pi:{attempt.external_id}"]


def test_after_the_life_of_the_key_an_absent_payment_ends(peer: StripePeer) -> None:
    attempt = started()
    with armed("payment.authorising-committed", die), pytest.raises(Crash):
        collection.authorise(attempt=attempt, payment_method=VISA)

    age(attempt, minutes=24 * 60)
    reconciliation.reconcile()

    assert (fresh(attempt).state, fresh(attempt).failure) == ("failed", "never-reached-provider")
    assert intents(peer) == []


def test_a_declined_repetition_fails_the_attempt(peer: StripePeer) -> None:
    attempt = started()
    with armed("payment.authorising-committed", die), pytest.raises(Crash):
        collection.authorise(attempt=attempt, payment_method="pm_card_chargeDeclined")
    age(attempt)
    reconciliation.reconcile()
    assert (fresh(attempt).state, fresh(attempt).failure) == ("failed", "generic_decline")


def test_a_saved_server_error_gets_a_new_key_after_proof_of_absence(peer: StripePeer) -> None:
    """The provider replays a 500 for its key: only a new key can take the money."""
    attempt = held()
    peer.fault("500", path=".*/capture")
    for _ in range(2):
        with pytest.raises(PaymentUnavailable):
            capture()

    age(attempt)
    reconciliation.reconcile()
    assert fresh(attempt).state == "authorised"
    assert capture().state == "captured"

    keys = {key for _m, path, _b, key in peer.requests if path.endswith("/capture")}
    assert keys == {f"cap:{attempt.external_id}:1", f"cap:{attempt.external_id}:2"}
    assert topics() == ["PaymentAuthorised", "PaymentCaptured"]


@pytest.mark.parametrize("path", ["/v1/payment_intents", "/v1/refunds", ".*/cancel"])
def test_a_saved_server_error_does_not_block_any_verb_for_ever(peer: StripePeer, path: str) -> None:
    if path == "/v1/refunds":
        taken()
    elif path == ".*/cancel":
        held()
    peer.fault("500", path=path)
    verb = {
        "/v1/payment_intents": held,
        "/v1/refunds": lambda: collection.refund(
            owner=OWNER, amount=yuan(10_000), reason="recall", key="recall:1"
        ),
        ".*/cancel": lambda: collection.release(owner=OWNER, reason="declined-by-pharmacist"),
    }[path]
    with pytest.raises(PaymentUnavailable):
        verb()

    for hours in (1, 2):
        with clock.at(clock.now() + dt.timedelta(hours=hours)):
            reconciliation.reconcile()
    done = verb()

    assert done.state in {"authorised", "succeeded", "voided"}
    assert len(intents(peer)) == 1
    assert len(peer.ledger.all("refund")) <= 1


def test_a_release_repeated_with_another_reason_keeps_the_first(peer: StripePeer) -> None:
    attempt = held()
    peer.fault("lost-reply", path=".*/cancel", times=3)
    with pytest.raises(PaymentUnavailable):
        collection.release(owner=OWNER, reason="declined-by-pharmacist")

    collection.release(owner=OWNER, reason="requested-by-customer")

    assert (fresh(attempt).state, fresh(attempt).release_reason) == (
        "voided",
        "declined-by-pharmacist",
    )


def test_news_younger_than_two_minutes_do_not_undo_a_capture_under_way(peer: StripePeer) -> None:
    attempt = held()
    with armed("payment.capturing-committed", die), pytest.raises(Crash):
        capture()

    reconciliation.follow(attempt=fresh(attempt))

    assert fresh(attempt).state == "capturing"


def test_a_lock_timeout_is_repeated_by_itself(peer: StripePeer) -> None:
    peer.fault("409", path="/v1/payment_intents")
    assert held().state == "authorised"
    assert len(intents(peer)) == 1


def test_too_many_requests_is_said_to_the_caller(peer: StripePeer) -> None:
    attempt = started()
    peer.fault("429", path="/v1/payment_intents")
    with pytest.raises(PaymentUnavailable):
        collection.authorise(attempt=attempt, payment_method=VISA)
    assert intents(peer) == []
    assert collection.authorise(attempt=attempt, payment_method=VISA).state == "authorised"


def test_nobody_answers(peer: StripePeer, settings: pytest.FixtureRequest) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    attempt = started()
    with pytest.raises(PaymentUnavailable):
        collection.authorise(attempt=attempt, payment_method=VISA)
    assert fresh(attempt).state == "unknown"


def test_a_hold_that_ran_out_is_not_captured(peer: StripePeer) -> None:
    attempt = held()
    peer.control("/_control/expire", {"payment_intent": attempt.reference})

    with pytest.raises(NotCapturable):
        capture()

    assert fresh(attempt).state == "expired"
    assert money(attempt) == [("authorised", 10_000), ("released", 10_000)]
    assert topics() == ["PaymentAuthorised", "PaymentReleased"]
    assert held().pk != attempt.pk


def test_a_rested_hold_is_looked_at_once_an_hour(peer: StripePeer) -> None:
    attempt = held()
    age(attempt)
    assert reconciliation.reconcile() == 1
    assert reconciliation.reconcile() == 0
    with clock.at(clock.now() + dt.timedelta(minutes=61)):
        assert reconciliation.reconcile() == 1
    assert fresh(attempt).state == "authorised"


def test_a_lost_refund_is_given_once(peer: StripePeer) -> None:
    attempt = taken()
    peer.fault("lost-reply", path="/v1/refunds", times=3)
    with pytest.raises(PaymentUnavailable):
        collection.refund(owner=OWNER, amount=yuan(4_000), reason="recall", key="recall:1")
    assert Refund.objects.get().state == "requested"
    assert fresh(attempt).refunded_minor == 0

    with clock.at(clock.now() + dt.timedelta(minutes=3)):
        assert reconciliation.reconcile() == 1

    assert Refund.objects.get().state == "succeeded"
    assert fresh(attempt).refunded_minor == 4_000
    assert len(peer.ledger.all("refund")) == 1


def test_an_old_lost_refund_is_looked_for_and_not_repeated(peer: StripePeer) -> None:
    attempt = taken()
    peer.fault("lost-reply", path="/v1/refunds", times=3)
    with pytest.raises(PaymentUnavailable):
        collection.refund(owner=OWNER, amount=yuan(4_000), reason="recall", key="recall:1")
    before = calls(peer, "/v1/refunds")

    with clock.at(clock.now() + dt.timedelta(days=2)):
        reconciliation.reconcile()

    assert fresh(attempt).refunded_minor == 4_000
    assert calls(peer, "/v1/refunds") == before


def test_another_amount_at_the_provider_is_not_believed(peer: StripePeer) -> None:
    attempt = held()
    intents(peer)[0]["amount"] = 9_000
    with pytest.raises(ProviderMismatch):
        reconciliation.follow(attempt=fresh(attempt))
    assert fresh(attempt).state == "authorised"


def test_one_attempt_in_trouble_does_not_hold_up_the_others(
    peer: StripePeer, caplog: pytest.LogCaptureFixture
) -> None:
    wrong, right = held(owner="order:1"), held(owner="order:2")
    peer.ledger.objects[wrong.reference or ""]["amount"] = 1
    peer.control("/_control/expire", {"payment_intent": right.reference})
    for attempt in (wrong, right):
        age(attempt)

    with caplog.at_level(logging.WARNING):
        assert reconciliation.reconcile() == 2

    assert (fresh(wrong).state, fresh(right).state) == ("authorised", "expired")
    assert "payment.provider-mismatch" in caplog.text
