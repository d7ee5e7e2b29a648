"""Every decision cell of every country that we encode, one case a cell; deny by default."""

from __future__ import annotations

import datetime as dt

import pytest

from pharmacy import policy
from pharmacy.policy.data import RULES
from pharmacy.policy.rules import CONDITIONS, VERDICTS

COLUMNS = [
    "visible", "leaflet", "buy-online", "sell-in-store", "discount", "points", "gift",
    "advertise", "message",
]  # fmt: skip
# y yes, n no, r after the review, a with an approved advertisement; one row a class.
CELLS = {
    ("CN", "rx"): "y r r r n n n n y",
    ("CN", "psychotropic-2"): "n n n r n n n n n",
    ("CN", "narcotic"): "n n n n n n n n n",
    ("CN", "toxic"): "n n n r n n n n n",
    ("CN", "ephedrine"): "y r n y n n n a n",
    ("CN", "otc-a"): "y y y y y y n a y",
    ("CN", "otc-b"): "y y y y y y y a y",
    ("DE", "rx"): "y y r r n n n n y",
    ("DE", "narcotic"): "y y n r n n n n y",
    ("DE", "otc-a"): "y y y y y n n a y",
    ("GB", "rx"): "y y r r y n n n y",
    ("GB", "narcotic"): "y y n r n n n n y",
    ("GB", "psychotropic-2"): "y y n r n n n n y",
    ("US", "rx"): "y y r r n n n n y",
    ("US", "narcotic"): "y y n r n n n n y",
    ("US", "psychotropic-2"): "y y n r n n n n y",
}
CASES = [
    (country, supply_class, effect, answer)
    for (country, supply_class), row in CELLS.items()
    for effect, answer in zip(COLUMNS, row.split(), strict=True)
]


def ask(country, supply_class, effect, **more):
    channel = "store" if effect == "sell-in-store" else "online"
    return policy.decide(
        jurisdiction=country, supply_class=supply_class, effect=effect,
        **{"channel": channel, "on": dt.date(2026, 11, 1), **more},
    )  # fmt: skip


@pytest.mark.parametrize(("country", "supply_class", "effect", "answer"), CASES)
def test_each_cell_says_what_the_table_says(country, supply_class, effect, answer):
    bare = ask(country, supply_class, effect)
    reviewed = ask(country, supply_class, effect, reviewed=True)
    approved = ask(country, supply_class, effect, is_ad_approved=True)

    assert bare.allowed is (answer == "y")
    assert reviewed.allowed is (answer in "yr")
    assert approved.allowed is (answer in "ya")
    assert bare.reason_code != "policy.unknown"


@pytest.mark.parametrize(
    ("country", "supply_class", "effect"),
    [
        ("FR", "rx", "buy-online"),
        ("CN", "homeopathic", "buy-online"),
        ("CN", "", "gift"),
        ("CN", "rx", "auction"),
        ("US", "otc-a", "gift"),
    ],
)
def test_what_nobody_named_is_refused(country, supply_class, effect):
    decision = ask(country, supply_class, effect, reviewed=True, is_ad_approved=True)

    assert (decision.allowed, decision.reason_code) == (False, "policy.unknown")
    assert decision.citation == ""
    assert str(decision.sentence)


@pytest.mark.parametrize("supply_class", ["rx", "otc-a", "otc-b"])
def test_a_listed_medicine_is_sold_in_the_store_only(supply_class):
    listed = ask("CN", supply_class, "buy-online", reviewed=True, may_sell_online=False)

    assert (listed.allowed, listed.reason_code) == (False, "cn.buy-online.listed")
    assert listed.citation_confirmed is True
    in_store = ask("CN", supply_class, "sell-in-store", reviewed=True, may_sell_online=False)
    assert in_store.allowed is True


@pytest.mark.parametrize("effect", ["points", "gift", "discount"])
@pytest.mark.parametrize("supply_class", ["rx", "otc-a", "otc-b"])
def test_nothing_is_earned_on_what_the_fund_pays(effect, supply_class):
    decision = ask("CN", supply_class, effect, is_fund_paid=True)

    assert decision.allowed is False
    assert "Decree 735" in decision.shown_citation or effect == "gift"


def test_an_nhs_prescription_takes_no_discount_though_a_private_one_may():
    assert ask("UK", "rx", "discount").allowed is True
    nhs = ask("UK", "rx", "discount", is_fund_paid=True)
    assert (nhs.allowed, nhs.reason_code) == (False, "gb.discount.nhs")


def test_a_fund_rule_alone_is_no_answer_for_an_unknown_class():
    decision = ask("CN", "homeopathic", "points", is_fund_paid=True)

    assert (decision.allowed, decision.reason_code) == (False, "policy.unknown")


def test_a_rule_from_memory_refuses_but_is_not_cited_to_people():
    decision = ask("CN", "rx", "buy-online")

    assert decision.allowed is False
    assert (decision.citation_confirmed, decision.shown_citation) == (False, "")
    assert policy.citation(decision.reason_code) == ""


def test_a_rule_that_was_read_is_cited():
    decision = ask("CN", "otc-a", "gift")

    assert decision.shown_citation == policy.citation(decision.reason_code)
    assert decision.shown_citation.endswith("(SAMR Decree 84) art. 42")


def test_a_day_before_the_decree_finds_no_rule_and_refuses():
    before = ask("CN", "rx", "gift", on=dt.date(2023, 12, 31))
    after = ask("CN", "rx", "gift", on=dt.date(2024, 1, 1))

    assert (before.reason_code, after.reason_code) == ("policy.unknown", "cn.gift.rx-otc-a")
    assert (before.allowed, after.allowed) == (False, False)


def test_an_ended_rule_no_longer_speaks():
    rule = policy.Rule(
        id="x", country="CN", supply_classes=frozenset({"rx"}), effect="gift", value="deny",
        mark="V", in_force_from=dt.date(2020, 1, 1), in_force_to=dt.date(2020, 12, 31),
    )  # fmt: skip

    days = [dt.date(2019, 12, 31), dt.date(2020, 12, 31), dt.date(2021, 1, 1)]
    assert [rule.is_in_force(day) for day in days] == [False, True, False]


def test_the_table_is_well_formed():
    ids = [rule.id for rule in RULES]

    assert len(ids) == len(set(ids))
    for rule in RULES:
        assert rule.value in VERDICTS
        assert rule.effect in policy.EFFECTS
        assert rule.condition in CONDITIONS
        assert rule.mark in {"V", "S", "K", "D"}
        assert not rule.citation_confirmed or rule.instrument or rule.value == "allow"
        assert rule.mark != "D" or rule.citation == ""


@pytest.mark.parametrize(
    ("country", "order"),
    [("CN", "review-first"), ("DE", "authorise-first"), ("US", "authorise-first")],
)
def test_china_reviews_before_money(country, order):
    assert policy.order_of_steps(country) == order
