"""The same flow where the law lets the money be held before the review."""

from __future__ import annotations

from typing import Any

import pytest

from pharmacy.core import outbox
from pharmacy.fulfilment import placement
from pharmacy.payment import collection
from prescriptions import review
from tests import story
from tests.stock_fixtures import record_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def elsewhere(settings: Any) -> None:
    """A place where supply by post is lawful and the review may come second."""
    settings.JURISDICTION = "DE"


def test_money_is_held_first_and_taken_at_the_hand_over(peer: object) -> None:
    w = story.world()
    row = story.claimed(w)
    assert (row.order_of_steps, row.stage) == ("authorise-first", "in-review")
    row = story.fresh(row)
    assert row.stage == "awaiting-payment"
    row = story.paid(w, row)
    assert row.stage == "in-review"
    assert collection.status(owner=row.payment_owner()).state == "authorised"
    row = story.approve(w, row)
    assert row.stage == "in-preparation"
    story.handed_over(w, story.ready(w, story.picked(w, row)))
    assert story.fresh(row).stage == "completed"
    assert collection.status(owner=row.payment_owner()).state == "captured"


def test_a_decline_lets_the_held_money_and_the_stock_go(peer: object) -> None:
    w = story.world()
    row = story.paid(w, story.fresh(story.claimed(w)))
    assert record_of(w.store, w.amlodipine) == (10, 1)
    decision = story.decision(row.issue, "decline")
    review.decide(issue=row.issue, store=w.store, reviewer=w.picker, decision=decision)
    outbox.drain()
    row = story.fresh(row)
    assert row.stage == "declined"
    assert collection.status(owner=row.payment_owner()).state == "voided"
    assert record_of(w.store, w.amlodipine) == (10, 0)


def test_an_approval_before_the_payment_waits_for_the_payment(peer: object) -> None:
    w = story.world()
    row = story.fresh(story.claimed(w))
    row = story.approve(w, row)
    assert row.stage == "awaiting-payment"
    row = story.paid(w, row)
    assert row.stage == "in-preparation"
    assert str(placement.amount_due(row)) == "¥61.30"
