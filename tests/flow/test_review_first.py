"""The whole story under the Chinese order: review, then payment, then the medicine."""

from __future__ import annotations

import pytest
from django.db.models import F

from inventory.models import LotBalance
from pharmacy.care.models import RefillPlan
from pharmacy.core import audit, outbox
from pharmacy.core.models import Delivery
from pharmacy.fulfilment import counter, placement
from pharmacy.payment import collection
from pharmacy.settlement.models import JournalEntry
from prescriptions import dispensing
from prescriptions.models import Issue
from tests import story

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_signed_prescription_becomes_medicine_in_a_hand(peer: object) -> None:
    # given a chain, a hospital and a signed prescription
    w = story.world()
    row = story.claimed(w)
    assert row.stage == "in-review"
    assert row.order is None  # nothing may be bought before the review

    # when the pharmacist approves, the customer pays, two people prepare, the code is shown
    row = story.approve(w, row)
    assert row.stage == "awaiting-payment"
    assert str(placement.amount_due(row)) == "¥61.30"
    row = story.paid(w, row)
    assert row.stage == "in-preparation"
    bag = story.handed_over(w, story.ready(w, story.picked(w, row)))

    # then the medicine is gone from the shelf, paid, booked and planned again
    row = story.fresh(row)
    assert (row.stage, bag.stage) == ("completed", "handed-over")
    held = collection.status(owner=row.payment_owner())
    assert (held.state, held.captured.minor) == ("captured", 6130)
    entry = JournalEntry.objects.get(owner=row.payment_owner())
    assert sum(p.debit_minor - p.credit_minor for p in entry.postings.all()) == 0
    assert RefillPlan.objects.filter(person=w.person, is_active=True).count() == 2
    assert Issue.objects.get(pk=row.issue_id).use == "reported"
    assert not row.issue.lines.exclude(dispensed=F("quantity")).exists()
    shelf = LotBalance.objects.filter(lot__medicine=w.amlodipine, location__store=w.store).get()
    assert (shelf.on_hand, shelf.reserved) == (28 * 9, 0)
    assert not Delivery.objects.filter(state="dead").exists()
    assert audit.verify().is_intact


def test_a_part_hand_over_leaves_a_balance_that_is_paid_and_given_later(peer: object) -> None:
    w = story.world()
    row = story.paid(w)
    # given only the amlodipine today
    bag = story.picked(w, row, limits={w.amlodipine.pk: 28, w.atorvastatin.pk: 0})
    story.handed_over(w, story.ready(w, bag))
    row = story.fresh(row)
    assert row.stage == "awaiting-payment"
    assert row.issue.use == "part-dispensed"
    assert collection.status(owner=row.payment_owner(1)).captured.minor == 2480
    assert placement.amount_due(row).minor == 3650
    # when the rest is paid and handed over
    row = story.paid(w, row)
    story.handed_over(w, story.ready(w, story.picked(w, row)))
    # then nothing is owed and both bags are booked
    row = story.fresh(row)
    assert row.stage == "completed"
    assert collection.status(owner=row.payment_owner(2)).captured.minor == 3650
    assert JournalEntry.objects.filter(owner__startswith=row.stock_owner).count() == 2
    assert Issue.objects.get(pk=row.issue_id).use == "reported"


def test_a_declined_prescription_frees_everything_and_moves_no_money(peer: object) -> None:
    w = story.world()
    row = story.claimed(w)
    from prescriptions import review

    decision = story.decision(row.issue, "decline")
    review.decide(issue=row.issue, store=w.store, reviewer=w.picker, decision=decision)
    outbox.drain()
    row = story.fresh(row)
    assert row.stage == "declined"
    assert row.issue.use == "not-dispensed"
    assert row.issue.prescription.review == "declined"
    assert collection.status(owner=row.payment_owner()) is None
    assert not row.issue.claims.filter(closed_at=None).exists()


def test_a_wrong_code_gives_nothing_and_five_of_them_lock_the_bag(peer: object) -> None:
    w = story.world()
    bag = story.ready(w)
    right = dispensing.code_of(bag)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(dispensing.MAX_ATTEMPTS):
        with pytest.raises((dispensing.HandoverCodeInvalid, dispensing.HandoverLocked)):
            counter.hand_over_bag(dispense=bag, code=wrong, by=w.checker)
    with pytest.raises(dispensing.HandoverLocked):
        counter.hand_over_bag(dispense=bag, code=right, by=w.checker)
    bag.refresh_from_db()
    assert bag.stage == "ready"
    assert not bag.issue.lines.filter(dispensed__gt=0).exists()
    # a manager may give a new one
    dispensing.renew_code(dispense=bag, by=w.manager)
    bag = type(bag).objects.get(pk=bag.pk)
    counter.hand_over_bag(dispense=bag, code=dispensing.code_of(bag), by=w.checker)


def test_the_picker_may_not_check_the_own_bag(peer: object) -> None:
    w = story.world()
    bag = story.picked(w)
    with pytest.raises(dispensing.SamePersonCheck):
        counter.check(dispense=bag, checker=w.picker)
    bag.refresh_from_db()
    assert (bag.stage, bag.checker_id) == ("picked", None)
