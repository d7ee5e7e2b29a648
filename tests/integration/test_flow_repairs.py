"""What goes wrong between two steps of an order, and how it finds its way on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from inventory import reservation
from pharmacy.care.models import RefillPlan
from pharmacy.core import clock, outbox
from pharmacy.core.failpoints import armed
from pharmacy.core.models import Delivery
from pharmacy.demo.hospital_cases import AMLODIPINE, CASES
from pharmacy.fulfilment import cancellation, counter, placement
from pharmacy.payment import collection
from pharmacy.payment.events import PaymentAuthorised
from pharmacy.payment.models import PaymentAttempt
from pharmacy.people.models import Store
from prescriptions import bag_lines, claiming, dispensing, review
from prescriptions.models import Dispense, Issue
from tests import story
from tests.payment_fixtures import peer  # noqa: F401 - a fixture
from tests.stock_fixtures import record_of, stock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("peer")]
LATER = dt.timedelta(minutes=31)


def sell_out(w: story.World, store: Store) -> None:
    """Somebody else takes every free pack."""
    for index, medicine in enumerate((w.amlodipine, w.atorvastatin)):
        in_stock, taken = record_of(store, medicine)
        want = reservation.Want(medicine, (in_stock - taken) * medicine.pack_size)
        reservation.reserve(owner=f"other:{index}", store=store, lines=[want], by="test")


def test_a_hold_that_ran_out_is_made_anew_when_the_customer_pays() -> None:
    w = story.world()
    row = story.ordered(w)
    with clock.at(clock.now() + LATER):
        assert reservation.expire_due() == 1
        assert record_of(w.store, w.amlodipine) == (10, 0)
        row = story.paid(w, story.fresh(row))
        assert row.stage == "in-preparation"
        assert record_of(w.store, w.amlodipine) == (10, 1)
        story.handed_over(w, story.ready(w, story.picked(w, row)))
    assert story.fresh(row).stage == "completed"
    assert not Delivery.objects.exclude(state="done").exists()


def test_stock_sold_while_an_order_waited_costs_nobody_money_and_comes_back() -> None:
    w = story.world()
    row = story.ordered(w)
    with clock.at(clock.now() + LATER):
        reservation.expire_due()
        sell_out(w, w.store)
        # when the customer pays too late, then no bank is asked
        with pytest.raises(placement.SoldOut):
            placement.pay(fulfilment=row, person=w.person, payment_method="pm_card_visa")
        assert not PaymentAttempt.objects.exists()
        assert story.fresh(row).stage == "out-of-stock"
        # when a delivery comes, then the order may be paid
        for medicine in (w.amlodipine, w.atorvastatin):
            stock(w.store, medicine, 28 * 2)
        outbox.drain()
        assert story.fresh(row).stage == "awaiting-payment"
        assert story.paid(w, story.fresh(row)).stage == "in-preparation"


def test_money_held_for_stock_that_went_meanwhile_goes_back() -> None:
    w = story.world()
    row = story.ordered(w)

    def lose_stock() -> None:
        with clock.at(clock.now() + LATER):
            reservation.expire_due()
        sell_out(w, w.store)

    with armed("payment.authorising-committed", lose_stock):
        placement.pay(fulfilment=row, person=w.person, payment_method="pm_card_visa")
    outbox.drain()
    assert story.fresh(row).stage == "out-of-stock"
    assert collection.status(owner=row.payment_owner()).state == "voided"


def test_late_news_of_the_first_bag_does_not_pay_for_the_second() -> None:
    w = story.world()
    row = story.paid(w)
    bag = story.picked(w, row, limits={w.amlodipine.pk: 28, w.atorvastatin.pk: 0})
    story.handed_over(w, story.ready(w, bag))
    late = PaymentAuthorised(owner=row.payment_owner(1), amount_minor=6130, currency="CNY")
    placement.after_authorised(late)
    assert story.fresh(row).stage == "awaiting-payment"


def test_a_store_that_takes_over_a_cancelled_order_reviews_again() -> None:
    w = story.world()
    row = story.ordered(w)
    cancellation.cancel(fulfilment=row, person=w.person)
    again = story.claimed(w, store=w.other_store, issue=row.issue)
    assert again.stage == "in-review"
    decision = story.decision(again.issue)
    review.decide(issue=again.issue, store=w.other_store, reviewer=w.stranger, decision=decision)
    outbox.drain()
    assert story.fresh(again).stage == "awaiting-payment"


def test_an_approval_at_one_store_orders_nothing_at_the_next() -> None:
    w = story.world()
    row = story.claimed(w)
    decision = story.decision(row.issue)
    review.decide(issue=row.issue, store=row.store, reviewer=w.picker, decision=decision)
    cancellation.cancel(fulfilment=row, person=w.person)
    again = story.claimed(w, store=w.other_store, issue=row.issue)
    outbox.drain()
    again = story.fresh(again)
    assert (again.stage, again.order) == ("in-review", None)
    assert not Delivery.objects.filter(state="dead").exists()


def test_an_order_out_of_stock_can_be_declined(settings: object) -> None:
    settings.JURISDICTION = "DE"  # type: ignore[attr-defined]
    w = story.world(packs=0)
    row = story.fresh(story.claimed(w))
    assert row.stage == "out-of-stock"
    decision = story.decision(row.issue, "decline")
    review.decide(issue=row.issue, store=w.store, reviewer=w.picker, decision=decision)
    outbox.drain()
    assert story.fresh(row).stage == "declined"


def test_an_order_cancelled_while_the_bank_is_asked_keeps_no_money() -> None:
    w = story.world()
    row = story.ordered(w)

    def cancel() -> None:
        cancellation.cancel(fulfilment=row, person=w.person)

    with armed("payment.authorising-committed", cancel):
        placement.pay(fulfilment=row, person=w.person, payment_method="pm_card_visa")
    with clock.at(clock.now() + LATER):
        outbox.drain()
    assert story.fresh(row).stage == "cancelled"
    assert collection.status(owner=row.payment_owner()).state == "voided"


def test_no_bag_leaves_without_its_money_and_the_customer_pays_again() -> None:
    w = story.world()
    bag = story.ready(w)
    row = counter.live(bag.issue_id)
    collection.release(owner=row.payment_owner(), reason="hold-ran-out")
    # the news is on its way: the counter refuses already
    with pytest.raises(counter.NotPaid):
        counter.hand_over(store=bag.store, code=dispensing.code_of(bag), by=w.checker)
    assert Dispense.objects.get(pk=bag.pk).stage == "ready"
    assert not bag.issue.lines.filter(dispensed__gt=0).exists()
    # the news arrived: the customer pays again and takes the same bag
    outbox.drain()
    assert story.fresh(row).stage == "awaiting-payment"
    assert story.paid(w, story.fresh(row)).stage == "ready"
    story.handed_over(w, bag)
    assert story.fresh(row).stage == "completed"
    assert collection.status(owner=row.payment_owner()).state == "captured"


def test_a_bag_needs_something_in_it() -> None:
    w = story.world()
    row = story.paid(w)
    nothing = {w.amlodipine.pk: 0, w.atorvastatin.pk: 0}
    with pytest.raises(bag_lines.NothingToPick):
        counter.start(fulfilment=row, picker=w.picker, limits=nothing)
    assert not Dispense.objects.exists()


def test_one_medicine_on_two_lines_is_picked_for_both() -> None:
    w = story.world()
    case = replace(CASES["hypertension"], orders=(AMLODIPINE, AMLODIPINE))
    row = story.paid(w, story.approve(w, story.claimed(w, case=case)))
    story.handed_over(w, story.ready(w, story.picked(w, row)))
    assert story.fresh(row).stage == "completed"
    assert [line.dispensed for line in row.issue.lines.all()] == [28, 28]
    assert RefillPlan.objects.get().quantity == 56
    assert Issue.objects.get(pk=row.issue_id).use == "reported"


def test_a_bag_that_was_put_back_is_made_anew() -> None:
    w = story.world()
    bag = story.ready(w)
    code = dispensing.code_of(bag)
    counter.put_back(dispense=bag, by=w.checker, reason="recalled")
    with pytest.raises(dispensing.HandoverCodeInvalid):
        counter.hand_over(store=w.store, code=code, by=w.checker)
    row = counter.live(bag.issue_id)
    assert row.stage == "in-preparation"
    done = story.handed_over(w, story.ready(w, story.picked(w, row)))
    assert done.number == 1
    assert Issue.objects.get(pk=row.issue_id).use == "reported"
    with pytest.raises(dispensing.NotReady):
        counter.put_back(dispense=done, by=w.checker, reason="recalled")


def test_a_place_that_takes_no_orders_claims_nothing() -> None:
    w = story.world()
    issue = story.verified().issues.get(number=1)
    for change in ({"is_open": False}, {"is_open": True, "kind": "warehouse"}):
        Store.objects.filter(pk=w.store.pk).update(**change)
        w.store.refresh_from_db()
        with pytest.raises(placement.StoreClosed):
            placement.choose_store(issue=issue, store=w.store, person=w.person)
    assert not issue.claims.exists()


def test_a_declined_prescription_is_filled_by_no_later_issue() -> None:
    w = story.world()
    row = story.claimed(w)
    decision = story.decision(row.issue, "decline")
    review.decide(issue=row.issue, store=w.store, reviewer=w.picker, decision=decision)
    outbox.drain()
    later = row.issue.prescription.issues.get(number=2)
    with clock.at(clock.now() + dt.timedelta(days=40)), pytest.raises(claiming.NotActive):
        placement.choose_store(issue=later, store=w.other_store, person=w.person)
    assert not later.claims.exists()
