"""The queue of the bench: by what to do, oldest first, nobody named, a constant count of queries."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pharmacy.core import clock
from pharmacy.core.models import AuditEntry
from tests import bench_fixtures as bench
from tests import story
from tests.sign_in_fixtures import a_customer, a_user, enter_as_customer

pytestmark = pytest.mark.django_db
BUDGET = 12


def groups(answer: Any) -> dict[str, int]:
    """Rows by kind of work."""
    return {group.kind: len(group.rows) for group in answer.context["work"].groups}


def test_an_empty_queue_says_what_comes_next() -> None:
    w = story.world()
    answer = bench.at_the_bench(w.picker).get(reverse("bench:queue"))
    assert answer.status_code == 200
    assert "New prescriptions appear here by themselves." in answer.content.decode()


def test_each_piece_of_work_stands_under_what_has_to_be_done() -> None:
    # given one row in each stage
    w = story.world()
    bench.to_review(w)
    bench.to_pay(w)
    bench.to_pick(w)
    bench.to_check(w)
    bench.to_hand_over(w)
    # when
    answer = bench.at_the_bench(w.picker).get(reverse("bench:queue"))
    # then
    assert groups(answer) == {"review": 1, "pick": 1, "check": 1, "hand-over": 1, "waiting": 1}


def test_the_list_names_nobody_and_leaves_no_trace_of_reading() -> None:
    w = story.world()
    row = bench.to_review(w)
    page = bench.at_the_bench(w.picker).get(reverse("bench:queue")).content.decode()
    assert row.issue.prescription.patient_name not in page
    assert not AuditEntry.objects.filter(action="read").exists()


def test_the_oldest_comes_first_and_is_late_after_ten_minutes() -> None:
    # given two prescriptions, a quarter of an hour apart
    w = story.world()
    old = bench.to_review(w)
    with clock.at(clock.now() + dt.timedelta(minutes=15)):
        new = bench.to_review(w)
        # when
        answer = bench.at_the_bench(w.picker).get(reverse("bench:queue"))
        tones = [row.tone for row in answer.context["work"].groups[0].rows]
    # then
    rows = answer.context["work"].groups[0].rows
    assert [row.key for row in rows] == [str(old.external_id), str(new.external_id)]
    assert tones == ["late", ""]


def test_the_gravest_finding_shows_as_a_word() -> None:
    w = story.world()
    bench.to_review(w, severity=4)
    page = bench.at_the_bench(w.picker).get(reverse("bench:queue")).content.decode()
    assert "Contraindicated" in page


def test_a_filter_shows_one_kind_and_follows_into_the_record() -> None:
    w = story.world()
    bench.to_review(w)
    bench.to_pick(w)
    answer = bench.at_the_bench(w.picker).get(reverse("bench:queue"), {"kind": "pick"})
    [group] = answer.context["work"].shown
    assert group.kind == "pick"
    assert group.rows[0].href.endswith("?kind=pick")


def test_the_pane_alone_is_sent_to_a_page_that_asks_again() -> None:
    w = story.world()
    bench.to_review(w)
    answer = bench.at_the_bench(w.picker).get(
        reverse("bench:queue"), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 30])
def test_the_queue_needs_the_same_few_queries_at_any_length(rows: int) -> None:
    w = story.world()
    for _ in range(rows):
        bench.to_review(w, severity=3)
    client = bench.at_the_bench(w.picker)
    client.get(reverse("bench:queue"))
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(reverse("bench:queue"))
    assert groups(answer)["review"] == rows
    assert len(seen) <= BUDGET, [query["sql"][:120] for query in seen]


def test_another_store_s_work_is_not_in_the_list() -> None:
    w = story.world()
    bench.to_review(w)
    answer = bench.at_the_bench(w.stranger).get(reverse("bench:queue"))
    assert answer.context["work"].total == 0


def test_a_customer_does_not_come_in() -> None:
    client = Client()
    enter_as_customer(client, a_customer())
    assert client.get(reverse("bench:queue")).status_code == 403


def test_a_login_without_the_second_factor_is_sent_to_it() -> None:
    w = story.world()
    client = Client()
    client.force_login(w.picker.user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("bench:queue"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("sign-in-code"))


def test_somebody_unknown_is_sent_to_the_sign_in() -> None:
    a_user()
    answer = Client().get(reverse("bench:queue"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("sign-in"))
