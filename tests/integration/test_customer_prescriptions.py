"""My prescriptions: what may be shown before the pharmacist agreed, and who may look."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from pharmacy.core import clock
from pharmacy.core.models import AuditEntry
from pharmacy.people.models import Grant
from tests import bench_fixtures as bench
from tests import story
from tests.customer_fixtures import address, arrived, browser, collected, queries
from tests.payment_fixtures import peer  # noqa: F401 - a fixture
from tests.sign_in_fixtures import a_customer
from tests.story import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("peer")]
DOSE = "once a day"
SIGNED = "每日1次"


def reads() -> list[tuple[str, str, str]]:
    """Who read what, and for what purpose."""
    entries = AuditEntry.objects.filter(action="read").order_by("pk")
    return list(entries.values_list("actor", "subject", "reason"))


def granted(w: World, *scopes: str) -> None:
    """The other person may do this for the first."""
    Grant.objects.create(
        person=w.person, grantee=w.other_person, scopes=list(scopes), evidence="signed form",
        granted_at=clock.now(),
    )  # fmt: skip


def test_a_new_prescription_shows_names_and_prices_but_no_usage() -> None:
    # given a prescription that no pharmacist has seen
    w = story.world()
    row = arrived().prescription
    # when
    page = browser(w.person).get(address("prescription", row)).content.decode()
    # then
    assert "Amlodipine 5 mg" in page
    assert "28 tablets" in page
    assert "¥24.80" in page
    assert "Choose where you want to collect your medicine." in page
    assert DOSE not in page
    assert SIGNED not in page


@pytest.mark.parametrize("stage", [bench.to_review, bench.to_pay])
def test_usage_appears_with_the_pharmacists_yes(stage: object) -> None:
    w = story.world()
    row = stage(w)  # type: ignore[operator]
    is_agreed = stage is bench.to_pay
    for page in (address("prescription", row.issue.prescription), address("order", row)):
        shown = browser(w.person).get(page).content.decode()
        assert (DOSE in shown, SIGNED in shown) == (is_agreed, is_agreed)


def test_the_choice_of_a_store_never_shows_usage() -> None:
    w = story.world()
    page = browser(w.person).get(address("choose-store", arrived())).content.decode()
    assert "Amlodipine 5 mg" in page
    assert DOSE not in page
    assert SIGNED not in page


def test_opening_a_prescription_leaves_one_trace() -> None:
    w = story.world()
    row = arrived().prescription
    browser(w.person).get(address("prescription", row))
    assert reads() == [(f"person:{w.person.external_id}", f"prescription:{row.external_id}", "own")]


def test_somebody_elses_prescription_is_not_found() -> None:
    w = story.world()
    row = arrived().prescription
    client = browser(w.other_person)
    answers = [
        client.get(address("prescription", row)),
        client.get(reverse("customer:prescription", args=[uuid.uuid4()])),
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "Amlodipine" not in answers[0].content.decode()
    assert reads() == []


def test_a_carer_sees_what_was_granted_and_may_order_only_with_that_scope() -> None:
    w = story.world()
    issue = arrived()
    granted(w, "view")
    client = browser(w.other_person)
    assert client.get(address("prescription", issue.prescription)).status_code == 200
    assert client.get(address("choose-store", issue)).status_code == 404
    assert [purpose for _who, _what, purpose in reads()] == ["granted"]


def test_the_list_says_where_each_one_is() -> None:
    w = story.world()
    arrived(raw=bench.document())
    bench.to_review(w)
    collected(w)
    answer = browser(w.person).get(reverse("customer:prescriptions"))
    assert {str(card.progress.status) for card in answer.context["cards"]} == {
        "Choose a store",
        "With the pharmacist",
        "Next refill later",
    }
    assert reads() == []


def test_no_prescription_yet_says_how_one_comes() -> None:
    page = browser(a_customer()).get(reverse("customer:prescriptions")).content.decode()
    assert "No prescriptions yet" in page


def test_the_pages_need_few_queries_however_many_there_are() -> None:
    w = story.world(packs=40)
    client = browser(w.person)
    row = collected(w)
    bench.to_review(w)
    listed = queries(client, reverse("customer:prescriptions"))
    for _more in range(3):
        bench.to_review(w)
        arrived(raw=bench.document())
    assert queries(client, reverse("customer:prescriptions")) == listed <= 10
    assert queries(client, address("prescription", row.issue.prescription)) <= 12
