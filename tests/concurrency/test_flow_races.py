"""Stores, buyers and pharmacists who want the same thing at the same moment."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from inventory.errors import InsufficientStock
from pharmacy.core import clock, locking
from pharmacy.core.errors import PharmacyError
from pharmacy.fulfilment import placement
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.payment.models import PaymentAttempt
from prescriptions import claiming, dispensing, review
from prescriptions.models import Claim, Dispense, Prescription
from tests import story
from tests.payment_fixtures import peer  # noqa: F401 - a fixture
from tests.stock_fixtures import record_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: list[Callable[[], Any]]) -> Counter[str]:
    """Run calls in threads that start together; count the outcomes by name."""
    gate, outcomes = threading.Barrier(len(calls)), Counter[str]()
    mutex = threading.Lock()

    def run(call: Callable[[], Any]) -> None:
        gate.wait()
        try:
            call()
            name = "ok"
        except PharmacyError as error:
            name = type(error).__name__
        finally:
            connection.close()
        with mutex:
            outcomes[name] += 1

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_stores_claim_one_issue_and_one_wins() -> None:
    w = story.world()
    issue = story.verified().issues.get(number=1)
    calls = [
        lambda store=store: claiming.claim(issue=issue, store=store, by="test")
        for store in [w.store, w.other_store] * 4
    ]
    outcomes = at_once(calls)
    assert outcomes == {"ok": 4, "AlreadyClaimed": 4}  # the winner's repeats get its answer
    assert Claim.objects.filter(issue=issue, closed_at=None).count() == 1


def test_the_same_store_that_asks_again_gets_the_same_secret() -> None:
    w = story.world()
    issue = story.verified().issues.get(number=1)
    first = claiming.claim(issue=issue, store=w.store, by="test")
    again = claiming.claim(issue=issue, store=w.store, by="test")
    assert (first.claim.pk, first.secret) == (again.claim.pk, again.secret)


def test_a_stale_secret_changes_nothing() -> None:
    w = story.world()
    issue = story.verified().issues.get(number=1)
    stale = claiming.claim(issue=issue, store=w.store, by="test")
    claiming.release(ticket=stale, by="test", reason="closing")
    current = claiming.claim(issue=issue, store=w.other_store, by="test")
    assert current.claim.fencing_token == stale.claim.fencing_token + 1
    for ticket in (stale, claiming.Ticket(current.claim, "a guess")):
        with pytest.raises(claiming.ClaimLost):
            claiming.release(ticket=ticket, by="test", reason="again")
    assert claiming.ticket_of(issue=issue, store=w.other_store).secret == current.secret


def test_64_buyers_of_the_last_pack_leave_one_order() -> None:
    # given one pack in the store and 64 approved prescriptions for it
    w = story.world(packs=1)
    rows = []
    start = clock.now()
    for second in range(64):
        with clock.at(start - dt.timedelta(seconds=second)):
            raw = story.document("simple", patient=0)
        rows.append(story.claimed(w, issue=story.verified(raw=raw).issues.get()))
    # when all are placed at once
    outcomes = at_once([lambda row=row: placement.place(fulfilment=row, by="test") for row in rows])
    # then one order holds the pack, everybody else waits for stock
    assert set(outcomes) <= {"ok", "LockTimeout"}
    for row in Fulfilment.objects.filter(stage="in-review"):  # lost a lock: they ask again
        placement.place(fulfilment=row, by="test")
    stages = Counter(Fulfilment.objects.values_list("stage", flat=True))
    assert stages == {"awaiting-payment": 1, "out-of-stock": 63}
    assert record_of(w.store, w.amlodipine) == (1, 1)


def test_a_double_tap_on_pay_holds_the_money_once(peer: Any) -> None:  # noqa: F811
    w = story.world()
    row = story.ordered(w)
    pay = lambda: placement.pay(  # noqa: E731
        fulfilment=row, person=w.person, payment_method="pm_card_visa"
    )
    outcomes = at_once([pay] * 6)
    assert outcomes["ok"] >= 1
    assert PaymentAttempt.objects.count() == 1
    assert story.fresh(row).stage == "in-preparation"


def test_two_pharmacists_decide_at_once_and_one_decision_stands() -> None:
    w = story.world()
    row = story.claimed(w)
    decision = story.decision(row.issue)
    calls = [
        lambda who=who: review.decide(
            issue=row.issue, store=w.store, reviewer=who, decision=decision
        )
        for who in (w.picker, w.checker, w.manager)
    ]
    outcomes = at_once(calls)
    assert outcomes == {"ok": 1, "AlreadyDecided": 2}
    assert row.issue.reviews.count() == 1


def test_a_code_shown_at_two_counters_hands_over_once(peer: Any) -> None:  # noqa: F811
    from pharmacy.fulfilment import counter

    w = story.world()
    bag = story.ready(w)
    code = dispensing.code_of(bag)
    outcomes = at_once([lambda: counter.hand_over(store=w.store, code=code, by=w.checker)] * 6)
    assert outcomes["ok"] == 1
    assert Dispense.objects.get(pk=bag.pk).stage == "handed-over"
    assert [line.dispensed for line in bag.issue.lines.all()] == [28, 28]


def test_the_same_document_from_many_workers_becomes_one_prescription() -> None:
    story.world()
    source = story.received()
    from prescriptions import verification

    outcomes = at_once([lambda: verification.verify(source)] * 6)
    assert outcomes["ok"] == 6
    assert Prescription.objects.count() == 1


def test_a_lock_outside_a_transaction_is_refused() -> None:
    with pytest.raises(locking.LockOutsideTransaction):
        locking.advisory("thing")
    assert InsufficientStock.http_status == 409
