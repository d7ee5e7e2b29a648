"""Real threads on a real database: whoever repeats or competes, money moves once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from pharmacy.demo.stripe_peer import StripePeer
from pharmacy.payment import collection, webhooks
from pharmacy.payment.errors import (
    NotCapturable,
    NotReleasable,
    PaymentBusy,
    RefundExceedsCaptured,
)
from pharmacy.payment.models import PaymentAttempt, Refund
from tests.payment_fixtures import (
    OWNER,
    VISA,
    fresh,
    held,
    intents,
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
THREADS = 8


def together(*works: Callable[[], Any]) -> list[Any]:
    """Run all at once, each on its own connection; answers and errors in order."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[place] = work()
        except Exception as error:  # noqa: BLE001 - the assertions look at it
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def states(results: list[Any]) -> set[str]:
    assert not [error for error in results if isinstance(error, Exception)], results
    return {row.state for row in results}


def test_eight_starts_are_one_attempt() -> None:
    results = together(*[started] * THREADS)
    assert len({row.pk for row in results}) == 1
    assert PaymentAttempt.objects.count() == 1


def test_eight_authorisations_are_one_hold(peer: StripePeer) -> None:
    attempt = started()

    results = together(
        *[
            lambda: collection.authorise(attempt=fresh(attempt), payment_method=VISA)
        ] * THREADS
    )  # fmt: skip

    assert states(results) == {"authorised"}
    assert len(intents(peer)) == 1
    assert money(attempt) == [("authorised", 10_000)]
    assert topics() == ["PaymentAuthorised"]


def test_eight_captures_of_one_key_are_one_capture(peer: StripePeer) -> None:
    attempt = held()

    results = together(
        *[
            lambda: collection.capture(owner=OWNER, amount=yuan(10_000), key="handover:1")
        ] * THREADS
    )  # fmt: skip

    assert states(results) == {"captured"}
    assert money(attempt) == [("authorised", 10_000), ("captured", 10_000)]
    assert topics() == ["PaymentAuthorised", "PaymentCaptured"]
    assert intents(peer)[0]["amount_received"] == 10_000
    assert [e["type"] for e in peer.ledger.events].count("charge.captured") == 1


def test_eight_captures_of_eight_keys_are_one_capture(peer: StripePeer) -> None:
    attempt = held()

    def capture(number: int) -> Callable[[], Any]:
        return lambda: collection.capture(owner=OWNER, amount=yuan(1_000), key=f"key:{number}")

    results = together(*[capture(number) for number in range(THREADS)])

    refused = [error for error in results if isinstance(error, Exception)]
    assert len(refused) == THREADS - 1
    assert all(isinstance(error, PaymentBusy | NotCapturable) for error in refused), refused
    assert fresh(attempt).captured_minor == 1_000
    assert topics().count("PaymentCaptured") == 1


@pytest.mark.parametrize("round_", range(3))
def test_capture_against_release_has_one_winner(peer: StripePeer, round_: int) -> None:
    attempt = held()

    together(
        lambda: collection.capture(owner=OWNER, amount=yuan(10_000), key="handover:1"),
        lambda: collection.release(owner=OWNER, reason="requested-by-customer"),
    )

    ours, theirs = fresh(attempt), intents(peer)[0]
    assert (ours.state, theirs["status"]) in {("captured", "succeeded"), ("voided", "canceled")}
    ended = [name for name in topics() if name in {"PaymentCaptured", "PaymentReleased"}]
    assert len(ended) == 1


def test_the_loser_is_told_why(peer: StripePeer) -> None:
    held()
    results = together(
        lambda: collection.capture(owner=OWNER, amount=yuan(10_000), key="handover:1"),
        lambda: collection.release(owner=OWNER, reason="requested-by-customer"),
    )
    errors = [error for error in results if isinstance(error, Exception)]
    assert len(errors) == 1
    # The released owner has no live attempt left: the capture may also learn that.
    assert errors[0].code in {
        NotCapturable.code, NotReleasable.code, PaymentBusy.code, "payment.none",
    }  # fmt: skip


def test_eight_refunds_of_one_key_are_one_refund(peer: StripePeer) -> None:
    attempt = taken()

    results = together(
        *[
            lambda: collection.refund(owner=OWNER, amount=yuan(4_000), reason="recall", key="r:1")
        ] * THREADS
    )  # fmt: skip

    assert states(results) == {"succeeded"}
    assert Refund.objects.count() == 1
    assert fresh(attempt).refunded_minor == 4_000
    assert len(peer.ledger.all("refund")) == 1


def test_eight_refunds_never_give_back_more_than_was_taken(peer: StripePeer) -> None:
    attempt = taken(10_000)

    def refund(number: int) -> Callable[[], Any]:
        return lambda: collection.refund(
            owner=OWNER, amount=yuan(3_000), reason="recall", key=f"recall:{number}"
        )

    results = together(*[refund(number) for number in range(THREADS)])

    refused = [error for error in results if isinstance(error, Exception)]
    assert len(refused) == THREADS - 3
    assert all(isinstance(error, RefundExceedsCaptured) for error in refused), refused
    assert Refund.objects.count() == 3
    assert fresh(attempt).refunded_minor == 9_000


def test_notifications_race_with_the_reply_and_with_each_other(peer: StripePeer) -> None:
    attempt = held()

    def tell() -> int:
        for event in list(peer.ledger.events):
            webhooks.receive(**notification(event))
        return webhooks.process()

    together(
        lambda: collection.capture(owner=OWNER, amount=yuan(10_000), key="handover:1"),
        *[tell] * 4,
    )
    tell()

    assert fresh(attempt).state == "captured"
    assert money(attempt) == [("authorised", 10_000), ("captured", 10_000)]
    assert topics() == ["PaymentAuthorised", "PaymentCaptured"]
