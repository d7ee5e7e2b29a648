"""Earning rules: every rule in the table keeps the contract, and the yuan rule counts right."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from loyalty import eligibility, reasons, rules
from loyalty.facts import PurchaseLine
from loyalty.rules.point_a_yuan import RULE

CATALOGUE = Path(reasons.__file__).parent / "locale/zh_Hans/LC_MESSAGES/django.po"


@pytest.mark.parametrize("name", list(rules.RULES.table))
@pytest.mark.parametrize("net_minor", [0, 1, 99, 100, 123_456_789])
def test_every_rule_gives_whole_points_and_never_less_than_none(name: str, net_minor: int) -> None:
    line = PurchaseLine(supply_class="otc-b", net_minor=net_minor)
    rule = rules.RULES.get(name)
    points = rule.points(line, currency="CNY")
    assert isinstance(points, int)
    assert points >= 0
    assert rule.points(line, currency="CNY") == points
    assert rule.version.startswith(f"{name}:")


@pytest.mark.parametrize(
    ("net_minor", "points"), [(0, 0), (99, 0), (100, 1), (199, 1), (12_50, 12)]
)
def test_a_whole_yuan_is_a_point(net_minor: int, points: int) -> None:
    assert (
        RULE.points(PurchaseLine(supply_class="otc-b", net_minor=net_minor), currency="CNY")
        == points
    )


def test_a_foreign_currency_is_not_counted() -> None:
    assert RULE.points(PurchaseLine(supply_class="otc-b", net_minor=999), currency="EUR") is None


def test_the_version_in_force_names_every_rule() -> None:
    assert rules.version() == "point-a-yuan:1"


@pytest.mark.parametrize("channel", ["online", "store"])
@pytest.mark.parametrize(
    ("supply_class", "is_fund_paid", "earns"),
    [
        ("otc-b", False, True),
        ("otc-a", False, True),
        ("rx", False, False),
        ("narcotic", False, False),
        ("psychotropic-2", False, False),
        ("ephedrine", False, False),
        ("toxic", False, False),
        ("otc-b", True, False),
        ("unheard-of", False, False),
    ],
)
def test_only_what_the_policy_allows_may_earn_in_china(
    supply_class: str, is_fund_paid: bool, earns: bool, channel: str
) -> None:
    line = PurchaseLine(supply_class=supply_class, net_minor=1000, is_fund_paid=is_fund_paid)
    answer = eligibility.of(line, channel=channel)
    assert answer.is_eligible is earns
    assert answer.reason_code


@pytest.mark.parametrize("code", [*reasons.SENTENCES, "cn.points.rx", "anything-else"])
def test_every_reason_has_a_sentence_in_both_languages(code: str) -> None:
    with translation.override("en"):
        english = str(reasons.sentence(code))
    assert english.endswith(".")
    assert english in CATALOGUE.read_text(encoding="utf-8")
