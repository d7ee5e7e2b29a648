"""What I take, how, how long it lasts; the next fill in one press."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from pharmacy.core import clock
from pharmacy.fulfilment.models import Fulfilment
from prescriptions.models import Issue
from tests import story
from tests.customer_fixtures import address, browser, collected, queries, written
from tests.payment_fixtures import peer  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("peer")]
PAGE = "customer:medicines"


def test_nobody_takes_anything_yet() -> None:
    w = story.world()
    page = browser(w.person).get(reverse(PAGE)).content.decode()
    assert "No medicines yet" in page


def test_each_medicine_says_how_to_take_it_and_how_long_it_lasts() -> None:
    w = story.world()
    collected(w)
    page = browser(w.person).get(reverse(PAGE)).content.decode()
    assert "Amlodipine 5 mg" in page
    assert "1 tablet, once a day" in page
    assert "Your doctor wrote: 口服 每次1片 每日1次" in page
    assert "28 days left" in page
    chinese = browser(w.person, "zh-hans").get(reverse(PAGE)).content.decode()
    assert "口服 每次1片 每日1次" in chinese
    assert "once a day" not in chinese


def test_one_press_sends_the_next_fill_to_the_same_store() -> None:
    # given 24 days later
    w = story.world()
    row = collected(w)
    client = browser(w.person)
    with clock.at(clock.now() + dt.timedelta(days=24)):
        # when
        answer = client.post(address("reorder", row.issue.prescription))
        # then
        new = Fulfilment.objects.get(issue__number=2)
        assert answer["Location"] == address("order", new)
        assert (new.stage, new.store) == ("in-review", row.store)
        # and pressing again changes nothing
        before = written()
        again = client.post(address("reorder", row.issue.prescription))
        assert (again["Location"], written()) == (answer["Location"], before)
        assert "The next refill is on its way." in client.get(reverse(PAGE)).content.decode()


def test_too_early_says_the_day_and_writes_nothing() -> None:
    w = story.world()
    row = collected(w)
    before = written()
    answer = browser(w.person).post(address("reorder", row.issue.prescription))
    opens_on = Issue.objects.get(number=2, prescription=row.issue.prescription).opens_on
    assert answer.status_code == 409
    assert f"You can order the next refill from {opens_on.day} " in answer.content.decode()
    assert written() == before
    # and the address can be opened again, as the switch of languages does
    back = browser(w.person).get(address("reorder", row.issue.prescription))
    assert back["Location"] == reverse(PAGE)


def test_a_used_up_prescription_says_what_to_do_and_writes_nothing() -> None:
    w = story.world()
    row = collected(w)
    Issue.objects.filter(number__gt=1).update(use="expired")
    before = written()
    client = browser(w.person)
    answer = client.post(address("reorder", row.issue.prescription))
    assert answer.status_code == 409
    assert "Ask your doctor for a new one." in answer.content.decode()
    assert "Order again" not in answer.content.decode()
    assert written() == before


def test_nobody_reorders_for_somebody_else() -> None:
    w = story.world()
    row = collected(w)
    before = written()
    with clock.at(clock.now() + dt.timedelta(days=24)):
        answer = browser(w.other_person).post(address("reorder", row.issue.prescription))
    assert answer.status_code == 404
    assert written() == before


def test_the_page_needs_few_queries() -> None:
    w = story.world()
    collected(w)
    assert queries(browser(w.person), reverse(PAGE)) <= 12
