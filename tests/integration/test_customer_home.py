"""Home answers three questions: what needs me now, what do I take, how do I reach a pharmacist."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from pharmacy.core import clock
from pharmacy.people.models import Store
from prescriptions import review
from prescriptions.models import Issue
from tests import bench_fixtures as bench
from tests import story
from tests.customer_fixtures import address, arrived, browser, collected, queries
from tests.payment_fixtures import peer  # noqa: F401 - a fixture
from tests.sign_in_fixtures import a_customer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("peer")]
HOME = "customer:home"
BUDGET = 13


def test_a_stranger_signs_in_first_and_staff_stay_outside() -> None:
    w = story.world()
    for page in ("home", "prescriptions", "orders", "medicines", "me"):
        path = reverse(f"customer:{page}")
        assert Client().get(path)["Location"].startswith(reverse("sign-in"))
        assert bench.at_the_bench(w.picker).get(path).status_code == 403


def test_somebody_new_reads_what_comes_next_and_whom_to_call() -> None:
    # given a customer without any prescription, and a store with a telephone
    w = story.world()
    Store.objects.filter(pk=w.store.pk).update(phone="021 0000 0001")
    # when
    page = browser(a_customer()).get(reverse(HOME)).content.decode()
    # then
    assert "Nothing needs you now." in page
    assert "When a hospital sends you a prescription, it appears here." in page
    assert 'href="tel:02100000001"' in page
    assert "button-main" not in page


def test_what_is_most_urgent_comes_first_with_the_only_main_button() -> None:
    # given a new prescription, an order to pay and a bag to collect
    w = story.world()
    arrived(raw=bench.document())
    to_pay = bench.to_pay(w)
    bag = bench.to_hand_over(w)
    # when
    answer = browser(w.person).get(reverse(HOME))
    page = answer.content.decode()
    # then
    assert [need.kind for need in answer.context["needs"]] == ["collect", "pay", "arrived"]
    code = bag.handovercode.code
    assert f"{code[:3]} {code[3:]}" in page
    assert "¥61.30" in page
    assert address("pay", to_pay) in page
    assert page.count("button-main") == 1


def test_what_needs_nobody_is_only_shown_as_under_way() -> None:
    w = story.world()
    row = bench.to_review(w)
    answer = browser(w.person).get(reverse(HOME))
    assert answer.context["needs"] == []
    assert [each.row for each in answer.context["underway"]] == [row]
    assert "We are working on your order." in answer.content.decode()


def test_another_persons_records_are_not_on_my_page() -> None:
    w = story.world()
    bench.to_pay(w)
    arrived(raw=bench.document())
    answer = browser(w.other_person).get(reverse(HOME))
    assert (answer.context["needs"], answer.context["underway"]) == ([], [])
    assert answer.context["supplies"] == []


def test_a_due_refill_is_one_press_away() -> None:
    # given a medicine that was collected and lasts 28 days
    w = story.world()
    row = collected(w)
    # when it is time
    with clock.at(clock.now() + dt.timedelta(days=24)):
        answer = browser(w.person).get(reverse(HOME))
    # then
    page = answer.content.decode()
    assert [supply.refill for supply in answer.context["due"]] == ["now"]
    assert "What you have lasts 4 more days." in page
    assert address("reorder", row.issue.prescription) in page
    assert page.count("button-main") == 1


def test_no_title_names_a_medicine() -> None:
    w = story.world()
    row = collected(w)
    client = browser(w.person)
    pages = [
        reverse(f"customer:{name}") for name in ("home", "medicines", "orders", "prescriptions")
    ]
    pages += [address("order", row), address("prescription", row.issue.prescription)]
    for path in pages:
        page = client.get(path).content.decode()
        assert "mlodipine" not in re.search(r"<title>(.*?)</title>", page, re.DOTALL).group(1)  # type: ignore[union-attr]


def test_home_needs_few_queries_however_much_there_is() -> None:
    # given one record in each stage
    w = story.world(packs=40)
    client = browser(w.person)
    for stage in (bench.to_review, bench.to_pay, bench.to_hand_over, collected):
        stage(w)
    arrived(raw=bench.document())
    few = queries(client, reverse(HOME))
    # when there are twice as many
    for stage in (bench.to_review, bench.to_pay, bench.to_hand_over, collected):
        stage(w)
    arrived(raw=bench.document())
    # then
    assert few <= BUDGET
    assert queries(client, reverse(HOME)) == few


def test_the_page_speaks_chinese() -> None:
    w = story.world()
    page = browser(w.person, "zh-hans").get(reverse(HOME)).content.decode()
    assert "暂无需要您处理的事" in page
    assert "<title>首页 · Rxflow</title>" in page


def test_a_refusal_is_read_on_the_first_page_and_leaves_it_after_three_days() -> None:
    # given an order which the pharmacist declined today
    w = story.world()
    row = bench.to_review(w)
    said = story.decision(row.issue, "decline")
    review.decide(issue=row.issue, store=row.store, reviewer=w.picker, decision=said)
    story.outbox.drain()
    client = browser(w.person)
    # when
    answer = client.get(reverse(HOME))
    # then
    assert [need.kind for need in answer.context["needs"]] == ["declined"]
    assert address("order", row) in answer.content.decode()
    assert "Call the store to hear why." in answer.content.decode()
    assert answer.context["underway"] == []
    # and later it is found among the orders only
    with clock.at(clock.now() + dt.timedelta(days=4)):
        assert browser(w.person).get(reverse(HOME)).context["needs"] == []


def test_new_prescriptions_are_told_apart_by_their_medicines() -> None:
    w = story.world()
    arrived(raw=bench.document())
    [need] = browser(w.person).get(reverse(HOME)).context["needs"]
    assert [medicine.code for medicine in need.medicines] == [
        line.item.medicine.code for line in Issue.objects.get(number=1).lines.order_by("pk")
    ]
