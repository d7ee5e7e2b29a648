"""Choosing a store: the best offer first, the notice confirmed, every refusal said in place."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from pharmacy.core import clock
from pharmacy.formulary.models import Medicine
from pharmacy.fulfilment import placement
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people.models import Store
from prescriptions.models import Issue, Prescription, PrescriptionItem
from tests import bench_fixtures as bench
from tests import story
from tests.customer_fixtures import address, arrived, browser, queries, written
from tests.stock_fixtures import make_store, stock
from tests.story import World

pytestmark = pytest.mark.django_db


def send(client: Client, issue: Issue, place: Store | None, **changes: str) -> Any:
    """Send the form as the page does."""
    form = {"store": str(place.external_id) if place else "", "acknowledged": "yes"} | changes
    return client.post(address("choose-store", issue), form)


def test_a_store_that_has_everything_can_be_chosen_and_the_order_begins() -> None:
    # given
    w = story.world()
    issue = arrived()
    # when
    answer = send(browser(w.person), issue, w.other_store)
    # then
    row = Fulfilment.objects.get(issue=issue)
    assert (answer.status_code, answer["Location"]) == (302, address("order", row))
    assert (row.stage, row.store, row.person) == ("in-review", w.other_store, w.person)


def test_sending_twice_changes_nothing_more() -> None:
    w = story.world()
    issue = arrived()
    client = browser(w.person)
    send(client, issue, w.store)
    before = written()
    assert send(client, issue, w.store).status_code == 302
    assert written() == before


def test_the_cheaper_store_comes_first_and_what_is_missing_has_a_name() -> None:
    # given one store without atorvastatin
    w = story.world(packs=0)
    for store in (w.store, w.other_store):
        stock(store, w.amlodipine, 280, expires_in=400)
    stock(w.other_store, w.atorvastatin, 280, expires_in=400)
    # when
    answer = browser(w.person).get(address("choose-store", arrived()))
    # then
    page = answer.content.decode()
    assert [offer.store for offer in answer.context["offers"]] == [w.other_store]
    assert [offer.store for offer in answer.context["lacking"]] == [w.store]
    assert "Atorvastatin 20 mg" in page.split("Missing:")[1].split("</p>")[0]
    assert str(w.store.external_id) not in page
    assert "¥61.30" in page


def test_without_any_full_store_the_page_says_whom_to_call() -> None:
    w = story.world(packs=0)
    page = browser(w.person).get(address("choose-store", arrived())).content.decode()
    assert "No store has everything today" in page
    assert "button-main" not in page


def test_the_notice_is_shown_in_the_words_of_the_law_and_has_to_be_confirmed() -> None:
    # given
    w = story.world()
    issue = arrived()
    client = browser(w.person, "zh-hans")
    assert (
        "处方药须凭处方在药师指导下购买和使用"
        in client.get(address("choose-store", issue)).content.decode()
    )
    before = written()
    # when it is not ticked
    answer = send(client, issue, w.store, acknowledged="")
    # then
    assert answer.status_code == 422
    assert "请先勾选已阅读处方药提示。" in answer.content.decode()
    assert 'aria-describedby="refusal"' in answer.content.decode()
    assert written() == before


@pytest.mark.parametrize("key", ["", "no-store", "00000000-0000-0000-0000-000000000000"])
def test_no_store_or_an_unknown_one_is_asked_for_again(key: str) -> None:
    w = story.world()
    issue = arrived()
    before = written()
    answer = send(browser(w.person), issue, None, store=key)
    assert answer.status_code == 422
    assert "Choose the store where you want to collect." in answer.content.decode()
    assert written() == before


def already_claimed(w: World, issue: Issue) -> str:
    """Another store was faster."""
    placement.choose_store(issue=issue, store=w.other_store, person=w.person)
    return "Another pharmacy is already preparing this prescription."


def not_in_the_formulary(_w: World, issue: Issue) -> str:
    """A line names a medicine that the chain does not have."""
    PrescriptionItem.objects.filter(prescription=issue.prescription, line=1).update(medicine=None)
    return "We do not carry one of these medicines."


def not_sold_online(w: World, _issue: Issue) -> str:
    """A medicine is on the list of what may not be sold online."""
    Medicine.objects.filter(pk=w.amlodipine.pk).update(may_sell_online=False)
    return "One of these medicines may only be bought in the store."


def withdrawn(_w: World, issue: Issue) -> str:
    """The hospital took it back."""
    Prescription.objects.filter(pk=issue.prescription_id).update(validity="cancelled")
    return "This prescription is no longer active."


def closed(w: World, _issue: Issue) -> str:
    """The store closed while the page stood open."""
    Store.objects.filter(pk=w.store.pk).update(is_open=False)
    return "This store takes no orders now."


@pytest.mark.parametrize(
    "given", [already_claimed, not_in_the_formulary, not_sold_online, withdrawn, closed]
)
def test_a_refusal_is_said_on_the_page_and_writes_nothing(given: Any) -> None:
    # given
    w = story.world()
    issue = arrived()
    sentence = given(w, issue)
    before = written()
    # when
    answer = send(browser(w.person), issue, w.store)
    # then
    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    assert written() == before


def test_an_issue_outside_its_window_is_refused() -> None:
    w = story.world()
    issue = arrived()
    before = written()
    with clock.at(clock.now() + dt.timedelta(days=200)):
        answer = send(browser(w.person), issue, w.store)
    assert answer.status_code == 409
    assert "cannot be filled today" in answer.content.decode()
    assert written() == before


def test_somebody_elses_issue_is_not_found() -> None:
    w = story.world()
    issue = arrived()
    before = written()
    client = browser(w.other_person)
    assert client.get(address("choose-store", issue)).status_code == 404
    assert send(client, issue, w.store).status_code == 404
    assert written() == before


def test_the_page_needs_few_queries_however_many_stores() -> None:
    w = story.world()
    client = browser(w.person)
    path = address("choose-store", arrived(raw=bench.document()))
    few = queries(client, path)
    make_store("S03")
    make_store("S04")
    assert queries(client, path) == few <= 12
