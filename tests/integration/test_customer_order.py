"""Following an order: each stage in plain words, the code for its owner only, the way out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from pharmacy.core import clock
from pharmacy.core.models import AuditEntry
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people.models import Store
from prescriptions import review
from prescriptions.models import HandoverCode
from tests import bench_fixtures as bench
from tests import story
from tests.customer_fixtures import address, browser, collected, paid, queries, written
from tests.payment_fixtures import peer  # noqa: F401 - a fixture
from tests.story import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("peer")]
BUDGET = 15


def ready(w: World) -> Fulfilment:
    """A bag waits for its owner."""
    bag = story.ready(w, story.picked(w, paid(w)))
    return story.fresh(Fulfilment.objects.get(issue=bag.issue))


def declined(w: World) -> Fulfilment:
    """A pharmacist said no."""
    row = bench.to_review(w)
    said = story.decision(row.issue, "decline")
    review.decide(issue=row.issue, store=row.store, reviewer=w.picker, decision=said)
    story.outbox.drain()
    return story.fresh(row)


def parted(w: World) -> Fulfilment:
    """One of two medicines was handed over; the other is owed."""
    return collected(w, limits={w.atorvastatin.pk: 0})


STORIES: list[tuple[Callable[[World], Fulfilment], str, bool]] = [
    (bench.to_review, "A pharmacist is checking your prescription.", True),
    (bench.to_pay, "Pay ¥61.30", True),
    (paid, "The money is held on your card.", True),
    (ready, "Show your code at the counter.", True),
    (collected, "Paid. We took the money when you collected.", False),
    (declined, "The pharmacist could not approve this prescription.", False),
    (parted, "It did not have everything.", True),
]


@pytest.mark.parametrize(("stage", "sentence", "is_moving"), STORIES)
def test_each_stage_says_what_is_and_asks_again_only_while_something_moves(
    stage: Callable[[World], Fulfilment], sentence: str, is_moving: bool
) -> None:
    w = story.world()
    row = stage(w)
    page = browser(w.person).get(address("order", row)).content.decode()
    assert sentence in page
    assert ('hx-trigger="every 4s"' in page) is is_moving
    assert page.count("button-main") == (row.stage == "awaiting-payment")


def test_where_payment_comes_first_nothing_claims_that_the_pharmacist_agreed(settings: Any) -> None:
    # given a place whose law lets the customer pay before the review
    settings.JURISDICTION = "DE"
    w = story.world()
    row = story.fresh(story.claimed(w))
    assert (row.stage, row.order_of_steps) == ("awaiting-payment", "authorise-first")
    # then
    client = browser(w.person)
    page = client.get(address("order", row)).content.decode()
    assert "After you have paid, a pharmacist checks it all." in page
    assert "agreed" not in page
    assert "The pharmacist agreed" not in client.get("/home/").content.decode()


def test_who_checked_the_prescription_is_named_with_the_registration() -> None:
    w = story.world()
    Store.objects.filter(pk=w.store.pk).update(licence_number="LICENCE-S01")
    before = bench.to_review(w)
    client = browser(w.person)
    page = client.get(address("order", before)).content.decode()
    assert "Checked by pharmacist" not in page
    assert "Pharmacy licence LICENCE-S01" in page
    agreed = bench.to_pay(w, before)
    page = client.get(address("order", agreed)).content.decode()
    assert f"registration {w.checker.licence_number}." in page


@pytest.mark.parametrize("stage", [stage for stage, _sentence, _moving in STORIES])
def test_no_stage_needs_many_queries(stage: Callable[[World], Fulfilment]) -> None:
    w = story.world()
    row = stage(w)
    assert queries(browser(w.person), address("order", row)) <= BUDGET


def test_the_code_is_on_its_owners_page_and_nowhere_else() -> None:
    # given a bag that waits
    w = story.world()
    row = ready(w)
    code = HandoverCode.objects.get().code
    spoken = f"{code[:3]} {code[3:]}"
    # then
    mine = browser(w.person).get(address("order", row)).content.decode()
    assert spoken in mine
    assert "data:image/svg+xml" in mine
    theirs = browser(w.other_person).get(address("order", row))
    assert theirs.status_code == 404
    assert spoken not in theirs.content.decode()
    assert bench.at_the_bench(w.picker).get(address("order", row)).status_code == 403


def test_a_code_that_ran_out_is_not_shown() -> None:
    w = story.world()
    row = ready(w)
    code = HandoverCode.objects.get().code
    with clock.at(clock.now() + dt.timedelta(days=4)):
        page = browser(w.person).get(address("order", row)).content.decode()
    assert f"{code[:3]} {code[3:]}" not in page
    assert "Your code has run out." in page


def test_the_page_asks_for_news_without_a_trace_and_gets_none_while_there_is_none() -> None:
    # given a reader who has seen the present stage
    w = story.world()
    row = bench.to_review(w)
    client = browser(w.person)
    sheet = client.get(address("order", row)).context["sheet"]
    traces = AuditEntry.objects.filter(action="read").count()
    # then there is nothing new
    same = client.get(address("order-state", row), {"seen": sheet.version})
    assert (same.status_code, same.content) == (204, b"")
    # when the pharmacist agrees
    bench.to_pay(w, row)
    news = client.get(address("order-state", row), {"seen": sheet.version}).content.decode()
    # then the part of the page says so, also to those who listen
    assert "Pay ¥61.30" in news
    assert 'hx-swap-oob="innerHTML">Waiting for your payment.' in news
    assert "<html" not in news
    assert AuditEntry.objects.filter(action="read").count() == traces


def test_what_has_happened_is_told_the_newest_first() -> None:
    w = story.world()
    row = parted(w)
    told = browser(w.person).get(address("order", row)).context["sheet"].story
    assert [str(each.text) for each in told] == [
        "The rest is set aside and waits for your payment",
        "You collected a part; the rest is owed to you",
        "Checked by a second person and ready to collect",
        "Paid; the store begins to prepare",
        "The pharmacist agreed; your medicine is set aside",
        "You chose the store",
    ]


def test_after_a_part_only_the_rest_is_asked_for() -> None:
    # given amlodipine in the hand and atorvastatin owed
    w = story.world()
    row = parted(w)
    # then
    answer = browser(w.person).get(address("order", row))
    price = answer.context["sheet"].price
    assert (price.total.minor, price.paid.minor, price.now.minor) == (6130, 2480, 3650)
    page = answer.content.decode()
    assert "Pay ¥36.50" in page
    assert "Collected in full." in page
    assert "Collected: 0 tablets. Still owed: 28 tablets." in page
    assert browser(w.person).get(address("receipt", row)).content[:5] == b"%PDF-"


def test_an_order_can_be_cancelled_until_it_is_prepared() -> None:
    # given an order that waits for its payment
    w = story.world()
    row = bench.to_pay(w)
    client = browser(w.person)
    # when the page is read, nothing happens
    assert "Cancel this order?" in client.get(address("cancel", row)).content.decode()
    assert story.fresh(row).stage == "awaiting-payment"
    # when it is confirmed
    answer = client.post(address("cancel", row))
    # then
    assert answer["Location"] == address("order", row)
    assert story.fresh(row).stage == "cancelled"
    page = client.get(address("order", row)).content.decode()
    assert address("choose-store", row.issue) in page
    assert "Nothing was taken from your card" in page


@pytest.mark.parametrize("stage", [paid, ready, collected])
def test_too_late_to_cancel_is_said_kindly_and_changes_nothing(stage: Any) -> None:
    w = story.world()
    Store.objects.filter(pk=w.store.pk).update(phone="021 0000 0001")
    row = stage(w)
    client = browser(w.person)
    assert address("cancel", row) not in client.get(address("order", row)).content.decode()
    before = written()
    answer = client.post(address("cancel", row))
    assert answer.status_code == 409
    assert "Your order is already being prepared. Please call the store." in answer.content.decode()
    assert "tel:02100000001" in answer.content.decode()
    assert (story.fresh(row).stage, written()) == (row.stage, before)


@pytest.mark.parametrize("page", ["order", "order-state", "pay", "cancel", "receipt"])
def test_somebody_elses_order_is_not_found(page: str) -> None:
    w = story.world()
    row = bench.to_pay(w)
    before = (written(), AuditEntry.objects.count())
    client = browser(w.other_person)
    assert client.get(address(page, row)).status_code == 404
    if page in {"pay", "cancel"}:
        assert client.post(address(page, row), {"card": "pm_card_visa"}).status_code == 404
    assert (written(), AuditEntry.objects.count()) == before


def test_a_receipt_exists_once_something_was_handed_over() -> None:
    w = story.world()
    row = bench.to_pay(w)
    client = browser(w.person)
    assert client.get(address("receipt", row)).status_code == 404
    done = collected(w)
    answer = client.get(address("receipt", done))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content[:5] == b"%PDF-"
    assert address("receipt", done) in client.get(address("order", done)).content.decode()


def test_the_list_of_orders_parts_what_moves_from_what_is_over() -> None:
    w = story.world()
    moving, over = bench.to_review(w), collected(w)
    client = browser(w.person)
    answer = client.get("/orders/")
    assert [each.fulfilment for each in answer.context["live"]] == [moving]
    assert [each.fulfilment for each in answer.context["over"]] == [over]
    few = queries(client, "/orders/")
    bench.to_review(w)
    assert queries(client, "/orders/") == few <= 6
