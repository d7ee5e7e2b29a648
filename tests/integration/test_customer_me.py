"""Me: how the pages look, my points, and who opened my record."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from loyalty import membership
from loyalty.models import MemberAccount
from pharmacy.pieces.appearance import ELDER_COOKIE
from tests import bench_fixtures as bench
from tests import story
from tests.customer_fixtures import address, browser, queries

pytestmark = pytest.mark.django_db
ME = "customer:me"


def test_i_see_which_pharmacist_opened_my_prescription_and_why() -> None:
    # given a pharmacist who opens a prescription at the bench, and its owner who does too
    w = story.world()
    row = bench.to_review(w)
    bench.at_the_bench(w.picker).get(reverse("bench:review", args=[row.external_id]))
    client = browser(w.person)
    client.get(address("prescription", row.issue.prescription))
    # when
    answer = client.get(reverse(ME))
    # then only the other's reading is listed
    [reading] = answer.context["readings"]
    assert (str(reading.who), str(reading.why), reading.store) == (
        "A pharmacist",
        "To check your prescription",
        w.store,
    )
    assert w.picker.name not in answer.content.decode()


def test_what_was_read_of_others_is_not_mine_to_see() -> None:
    w = story.world()
    row = bench.to_review(w)
    bench.at_the_bench(w.picker).get(reverse("bench:review", args=[row.external_id]))
    answer = browser(w.other_person).get(reverse(ME))
    assert answer.context["readings"] == []
    assert "Nobody else has opened your prescriptions." in answer.content.decode()


def test_points_are_explained() -> None:
    w = story.world()
    membership.enrol(person=w.person, by="test")
    MemberAccount.objects.filter(person=w.person).update(available=120, pending=30)
    page = browser(w.person).get(reverse(ME)).content.decode()
    assert '<p class="points">120</p>' in page
    assert "30 more points arrive when the return period ends." in page
    assert "Prescription medicine earns no points" in page
    assert "You are not a member." in browser(w.other_person).get(reverse(ME)).content.decode()


def test_large_and_simple_is_one_press() -> None:
    w = story.world()
    client = browser(w.person)
    client.post(reverse("appearance"), {"elder": "1", "next": reverse(ME)})
    assert client.cookies[ELDER_COOKIE].value == "1"
    assert "data-elder" in client.get(reverse(ME)).content.decode()


def test_the_page_needs_the_same_queries_however_often_somebody_looked() -> None:
    w = story.world()
    row: Any = bench.to_review(w)
    desk = bench.at_the_bench(w.picker)
    client = browser(w.person)
    desk.get(reverse("bench:review", args=[row.external_id]))
    few = queries(client, reverse(ME))
    for _again in range(3):
        desk.get(reverse("bench:review", args=[row.external_id]))
    assert queries(client, reverse(ME)) == few <= 12
