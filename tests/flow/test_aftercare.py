"""After the hand-over: points only for what the law allows, and the next fill in one tap."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from loyalty import balance, membership
from pharmacy.care.models import RefillPlan
from pharmacy.core import clock, outbox
from pharmacy.fulfilment import reorder
from pharmacy.people import access
from tests import story

pytestmark = pytest.mark.django_db(transaction=True)


def test_prescription_medicine_earns_nothing_and_a_vitamin_on_the_same_sheet_does(
    peer: Any,
) -> None:
    # given a member, and a sheet with one prescription medicine and one of class B
    w = story.world()
    membership.enrol(person=w.person, by="test")
    w.atorvastatin.supply_class = "otc-b"
    w.atorvastatin.save()
    # when it is handed over
    story.handed_over(w)
    # then only the class B line earned: one point a yuan of ¥36.50
    assert balance.of(w.person).available == 36


def test_who_is_no_member_gets_no_points_and_no_error(peer: Any) -> None:
    from pharmacy.core.models import Delivery

    w = story.world()
    story.handed_over(w)
    assert not Delivery.objects.exclude(state="done").exists()


def test_the_next_fill_goes_to_the_same_store_when_its_day_has_come(peer: Any) -> None:
    w = story.world()
    bag = story.handed_over(w)
    prescription = bag.issue.prescription
    # too early today, and the refusal says from when on
    with pytest.raises(reorder.TooEarly) as early:
        reorder.reorder(prescription=prescription, person=w.person)
    opens_on = dt.date.fromisoformat(early.value.facts["opens_on"])
    assert opens_on > clock.today("Asia/Shanghai")
    assert RefillPlan.objects.filter(person=w.person, next_due_date__gte=opens_on).exists()
    # somebody else may not, ever
    with pytest.raises(access.NotYours):
        reorder.reorder(prescription=prescription, person=w.other_person)
    # on the day it takes one call, and a second tap changes nothing
    noon = dt.datetime.combine(opens_on, dt.time(4), tzinfo=dt.UTC)
    with clock.at(noon):
        first = reorder.reorder(prescription=prescription, person=w.person)
        again = reorder.reorder(prescription=prescription, person=w.person)
        outbox.drain()
    assert first == again
    assert (first.store, first.issue.number, first.stage) == (w.store, 2, "in-review")
