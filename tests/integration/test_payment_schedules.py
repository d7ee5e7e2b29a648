"""Random schedules of faults and crashes: nothing is lost, nothing is taken twice.

Each schedule runs the life of one order with a repetition after every trouble, lets time
pass, reconciles, and compares our books with what the provider says it did.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

import pytest

from pharmacy.core import clock
from pharmacy.core.errors import PharmacyError
from pharmacy.core.failpoints import armed
from pharmacy.demo.stripe_peer import StripePeer
from pharmacy.payment import collection, reconciliation, webhooks
from pharmacy.payment.models import PaymentAttempt, Refund
from tests.payment_fixtures import BY, OWNER, VISA, intents, notification, peer, yuan

__all__ = ["peer"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
POINTS = [
    "payment.authorising-committed",
    "payment.capturing-committed",
    "payment.releasing-committed",
    "payment.refund-committed",
    "payment.reply-received",
]
FAULTS = ["lost-reply", "409", "429", "500"]


class Crash(BaseException):
    """The process dies here."""


def steps(chance: random.Random) -> list[Callable[[], object]]:
    """What a shop may ask for, in an order that need not make sense."""
    amount = yuan(chance.choice([4_000, 10_000]))

    def authorise() -> object:
        attempt = collection.start(owner=OWNER, amount=yuan(10_000), by=BY)
        return collection.authorise(attempt=attempt, payment_method=VISA)

    def capture() -> object:
        return collection.capture(owner=OWNER, amount=amount, key="handover:1")

    def release() -> object:
        return collection.release(
            owner=OWNER, reason=chance.choice(["stale", "requested-by-customer"])
        )

    def refund() -> object:
        number = chance.randint(1, 2)
        return collection.refund(
            owner=OWNER, amount=yuan(2_000 * number), reason="recall", key=f"recall:{number}"
        )

    later = [capture, capture, release, refund, refund]
    chance.shuffle(later)
    return [authorise, authorise, *later]


def trouble(peer: StripePeer, chance: random.Random) -> str:
    """Arm a fault for the next calls, or choose a point to die at."""
    kind = chance.choice([*FAULTS, *POINTS, "", "", ""])
    if kind in FAULTS:
        peer.fault(kind, times=chance.randint(1, 3))
    return kind if kind in POINTS else ""


def live(peer: StripePeer, chance: random.Random) -> None:
    """Run every step with its trouble; crashes and refusals are part of life."""

    def die() -> None:
        raise Crash

    now = clock.now()
    for number, step in enumerate(steps(chance)):
        point = trouble(peer, chance)
        with clock.at(now + dt.timedelta(minutes=5 * number)):
            try:
                with armed(point or "never", die):
                    step()
            except (Crash, PharmacyError):
                pass
            peer.faults.clear()
            if chance.random() < 0.4:
                reconciliation.reconcile()
            if chance.random() < 0.3:
                notify(peer, chance)


def notify(peer: StripePeer, chance: random.Random) -> None:
    """Notifications come late, twice and in any order."""
    events = list(peer.ledger.events)
    for event in chance.sample(events, len(events)):
        webhooks.receive(**notification(event, at=clock.now().timestamp()))
    webhooks.process()


@pytest.mark.parametrize("seed", range(40))
def test_our_books_are_the_providers_after_any_schedule(
    peer: StripePeer, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr("stripe._webhook.time.time", lambda: clock.now().timestamp())

    live(peer, chance)
    for hours in (2, 4, 6):
        with clock.at(clock.now() + dt.timedelta(hours=hours)):
            reconciliation.reconcile()
            notify(peer, chance)

    ours = {row.reference: row for row in PaymentAttempt.objects.exclude(reference=None)}
    theirs = {intent["id"]: intent for intent in intents(peer)}
    assert set(ours) == set(theirs)
    expected = {"requires_capture": "authorised", "canceled": "voided", "succeeded": "captured"}
    for reference, intent in theirs.items():
        row = ours[reference]
        state = "captured" if row.state == "refunded" else row.state
        assert state == expected[intent["status"]]
        assert row.captured_minor == intent["amount_received"]
        made = [r for r in peer.ledger.all("refund") if r["payment_intent"] == reference]
        assert row.refunded_minor == sum(refund["amount"] for refund in made)
        assert row.refunded_minor <= row.captured_minor
    assert sum(1 for intent in theirs.values() if intent["status"] == "succeeded") <= 1
    assert not Refund.objects.filter(state__in=["requested", "pending"]).exists()
