"""Paying: held once, a declined card loses nothing, a second press changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pharmacy.core import outbox
from pharmacy.demo.stripe_peer import StripePeer
from pharmacy.fulfilment import placement
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.payment.models import PaymentAttempt
from tests import bench_fixtures as bench
from tests import story
from tests.customer_fixtures import address, browser, paid, queries, written
from tests.payment_fixtures import calls, peer  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)
VISA, DECLINED = "pm_card_visa", "pm_card_chargeDeclined"


def press(client: Client, row: Fulfilment, card: str = VISA, **more: str) -> Any:
    """Send the form as the page does."""
    return client.post(address("pay", row), {"card": card, **more})


def test_the_page_says_what_it_costs_and_what_happens_to_the_money(peer: StripePeer) -> None:  # noqa: F811
    w = story.world()
    row = bench.to_pay(w)
    client = browser(w.person)
    page = client.get(address("pay", row)).content.decode()
    assert "¥61.30" in page
    assert "Now: the amount is held on your card. Nothing is taken." in page
    assert "These cards are made up, and no real money moves." in page
    assert page.count("button-main") == 1
    assert queries(client, address("pay", row)) <= 15
    assert not PaymentAttempt.objects.exists()


def test_one_press_holds_the_money_and_leads_to_the_order(peer: StripePeer) -> None:  # noqa: F811
    # given
    w = story.world()
    row = bench.to_pay(w)
    # when
    answer = press(browser(w.person), row)
    # then
    assert (answer.status_code, answer["Location"]) == (302, address("order", row))
    assert story.fresh(row).stage == "in-preparation"
    [attempt] = PaymentAttempt.objects.all()
    assert (attempt.state, attempt.amount_minor) == ("authorised", 6130)


def test_a_declined_card_loses_nothing_and_another_one_works(peer: StripePeer) -> None:  # noqa: F811
    # given
    w = story.world()
    row = bench.to_pay(w)
    client = browser(w.person)
    # when the bank says no
    answer = press(client, row, DECLINED)
    # then the page that follows says so, and the order still waits
    assert (answer.status_code, answer["Location"]) == (302, address("pay", row))
    page = client.get(address("pay", row)).content.decode()
    assert "Your bank declined the card" in page
    assert "nothing is lost" in page
    assert story.fresh(row).stage == "awaiting-payment"
    # when another card is tried
    press(client, row)
    # then
    assert story.fresh(row).stage == "in-preparation"
    states = PaymentAttempt.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["failed", "authorised"]


def test_pressing_twice_holds_the_money_once(peer: StripePeer) -> None:  # noqa: F811
    w = story.world()
    row = bench.to_pay(w)
    client = browser(w.person)
    press(client, row)
    outbox.drain()
    before, asked = written(), len(peer.requests)
    # when
    again = press(client, row)
    # then
    assert again["Location"] == address("order", row)
    assert (written(), len(peer.requests)) == (before, asked)
    assert calls(peer, "/payment_intents") == 1


@pytest.mark.parametrize("card", ["", "4242424242424242", "pm_card_somethingElse"])
def test_only_the_offered_cards_can_be_chosen(peer: StripePeer, card: str) -> None:  # noqa: F811
    w = story.world()
    row = bench.to_pay(w)
    before = written()
    answer = press(browser(w.person), row, card)
    assert answer.status_code == 422
    assert "Choose how you want to pay." in answer.content.decode()
    assert (written(), peer.requests) == (before, [])


def test_an_order_that_asks_for_nothing_shows_itself(peer: StripePeer) -> None:  # noqa: F811
    w = story.world()
    row = bench.to_review(w)
    client = browser(w.person)
    for answer in (client.get(address("pay", row)), press(client, row)):
        assert answer["Location"] == address("order", row)
    assert not PaymentAttempt.objects.exists()


def test_without_a_provider_the_page_names_the_store(settings: Any) -> None:
    settings.STRIPE_API_BASE = "https://api.stripe.com"
    w = story.world()
    row = bench.to_pay(w)
    client = browser(w.person)
    page = client.get(address("pay", row)).content.decode()
    assert "Online payment is not open yet." in page
    assert VISA not in page
    assert press(client, row).status_code == 422
    assert not PaymentAttempt.objects.exists()


def test_a_bank_that_does_not_answer_is_asked_again_without_a_second_hold(
    peer: StripePeer,  # noqa: F811
    settings: Any,
) -> None:
    # given a provider that is gone
    w = story.world()
    row = bench.to_pay(w)
    client = browser(w.person)
    address_of_peer = settings.STRIPE_API_BASE
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert press(client, row)["Location"] == address("pay", row)
    assert "you never pay twice" in client.get(address("pay", row)).content.decode()
    assert "Your bank is being asked" in client.get(address("order", row)).content.decode()
    # when it is back
    settings.STRIPE_API_BASE = address_of_peer
    press(client, row)
    # then
    assert story.fresh(row).stage == "in-preparation"
    assert PaymentAttempt.objects.count() == 1


def test_what_the_domain_refuses_is_said_and_leads_on(
    peer: StripePeer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given stock that somebody else bought meanwhile
    w = story.world()
    row = bench.to_pay(w)

    def sold_out(**_facts: Any) -> None:
        raise placement.SoldOut

    monkeypatch.setattr(placement, "pay", sold_out)
    client = browser(w.person)
    before = written()
    # when
    answer = press(client, row)
    # then
    assert answer["Location"] == address("pay", row)
    assert "was sold while your order waited" in client.get(answer["Location"]).content.decode()
    assert (written(), peer.requests) == (before, [])


def test_a_refill_asks_for_the_notice_before_the_sale(peer: StripePeer) -> None:  # noqa: F811
    # given the second fill of a prescription, which never saw the choice of a store
    w = story.world()
    row = bench.to_pay(w)
    type(row.issue).objects.filter(pk=row.issue_id).update(number=9)
    client = browser(w.person)
    assert 'name="acknowledged"' in client.get(address("pay", row)).content.decode()
    # when it is not ticked
    before = written()
    assert press(client, row).status_code == 422
    assert (written(), PaymentAttempt.objects.count()) == (before, 0)
    # when it is
    press(client, row, acknowledged="yes")
    assert story.fresh(row).stage == "in-preparation"


def test_a_real_provider_gets_its_own_frame_and_only_this_page_may_load_it(
    peer: StripePeer,  # noqa: F811
    settings: Any,
) -> None:
    # given an installation with a publishable key
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_key"
    w = story.world()
    row = bench.to_pay(w)
    client = browser(w.person)
    first = client.get(address("pay", row))
    assert VISA not in first.content.decode()
    assert "js.stripe.com" not in first["Content-Security-Policy"]
    # when the customer goes on
    answer = press(client, row, "")
    # then the next page holds the provider's form
    assert answer["Location"] == address("pay", row)
    page = client.get(address("pay", row))
    policy = page["Content-Security-Policy"]
    assert "https://js.stripe.com" in policy.split("script-src")[1].split(";")[0]
    assert "https://api.stripe.com" in policy.split("connect-src")[1].split(";")[0]
    body = page.content.decode()
    assert 'data-key="pk_test_key"' in body
    assert "_secret_" in body
    assert "storefront/pay.js" in body
    assert "js.stripe.com" not in client.get(address("order", row))["Content-Security-Policy"]


def test_the_balance_of_a_part_is_paid_in_the_same_way(peer: StripePeer) -> None:  # noqa: F811
    # given a part in the hand
    w = story.world()
    bag = story.picked(w, paid(w), limits={w.atorvastatin.pk: 0})
    story.handed_over(w, story.ready(w, bag))
    row = story.fresh(Fulfilment.objects.get(issue=bag.issue))
    assert placement.amount_due(row).minor == 3650
    # when
    press(browser(w.person), row)
    # then
    assert story.fresh(row).stage == "in-preparation"
    amounts = PaymentAttempt.objects.order_by("pk").values_list("amount_minor", flat=True)
    assert list(amounts) == [6130, 3650]
