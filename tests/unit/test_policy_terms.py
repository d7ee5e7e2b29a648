"""Last good days and retention: the date vectors, and China's list of what stays offline."""

from __future__ import annotations

import datetime as dt

import pytest

from pharmacy import policy

ISSUED = dt.date(2026, 11, 1)


@pytest.mark.parametrize(
    ("country", "supply_class", "last"),
    [
        ("GB", "rx", dt.date(2027, 4, 30)),
        ("UK", "narcotic", dt.date(2026, 11, 29)),
        ("DE", "narcotic", dt.date(2026, 11, 8)),
        ("DE", "t-prescription", dt.date(2026, 11, 7)),
        ("DE", "payer", dt.date(2026, 11, 29)),
        ("DE", "rx", dt.date(2027, 2, 1)),
        ("US", "psychotropic-2", dt.date(2027, 5, 1)),
        ("CN", "rx", dt.date(2026, 11, 1)),
    ],
)
def test_each_country_counts_its_own_way(country, supply_class, last):
    term = policy.validity(jurisdiction=country, supply_class=supply_class, issued_on=ISSUED)

    assert term.last_day == last


@pytest.mark.parametrize(
    ("stated", "last"),
    [
        (dt.date(2026, 11, 2), dt.date(2026, 11, 2)),
        (dt.date(2026, 11, 3), dt.date(2026, 11, 3)),
        (dt.date(2026, 11, 30), dt.date(2026, 11, 3)),
    ],
)
def test_a_chinese_prescriber_extends_to_three_days_at_most(stated, last):
    term = policy.validity(
        jurisdiction="CN", supply_class="rx", issued_on=ISSUED, stated_until=stated
    )

    assert (term.last_day, term.citation_confirmed) == (last, True)


def test_a_prescriber_shortens_but_does_not_lengthen_elsewhere():
    early, late = dt.date(2026, 11, 5), dt.date(2030, 1, 1)
    ask = {"jurisdiction": "GB", "supply_class": "rx", "issued_on": ISSUED}

    assert policy.validity(**ask, stated_until=early).last_day == early
    assert policy.validity(**ask, stated_until=late).last_day == dt.date(2027, 4, 30)


def test_schedule_two_has_no_federal_end_but_keeps_a_stated_one():
    ask = {"jurisdiction": "US", "supply_class": "narcotic", "issued_on": ISSUED}

    assert policy.validity(**ask).last_day is None
    stated = dt.date(2026, 12, 1)
    assert policy.validity(**ask, stated_until=stated).last_day == stated


def test_months_end_on_the_last_day_of_a_short_month():
    term = policy.validity(jurisdiction="DE", supply_class="rx", issued_on=dt.date(2026, 11, 30))

    assert term.last_day == dt.date(2027, 2, 28)
    assert term.citation_confirmed is False


@pytest.mark.parametrize("country", ["FR", ""])
def test_an_unknown_country_gets_no_date(country):
    with pytest.raises(policy.UnknownJurisdiction) as refused:
        policy.validity(jurisdiction=country, supply_class="rx", issued_on=ISSUED)
    assert refused.value.facts == {"jurisdiction": country, "supply_class": "rx"}
    with pytest.raises(policy.UnknownJurisdiction):
        policy.keep_until(jurisdiction=country, created_on=ISSUED)


@pytest.mark.parametrize(
    ("country", "supply_class", "expires", "until"),
    [
        ("CN", "rx", None, dt.date(2031, 11, 1)),
        ("CN", "rx", dt.date(2028, 6, 30), dt.date(2031, 11, 1)),
        ("CN", "rx", dt.date(2031, 6, 30), dt.date(2032, 6, 30)),
        ("US", "rx", None, dt.date(2028, 11, 1)),
        ("DE", "narcotic", None, dt.date(2029, 11, 1)),
    ],
)
def test_records_stay_as_long_as_the_longer_rule_says(country, supply_class, expires, until):
    term = policy.keep_until(
        jurisdiction=country, created_on=ISSUED, expires_on=expires, supply_class=supply_class
    )

    assert term.last_day == until


@pytest.mark.parametrize(
    ("substances", "supply_class", "route", "atc", "listed"),
    [
        ({"digoxin"}, "rx", "oral", "C01AA05", True),
        ({"warfarin"}, "rx", "oral", "B01AA03", True),
        ({"amlodipine"}, "rx", "oral", "C08CA01", False),
        ({"dextromethorphan"}, "otc-a", "oral", "R05DA09", True),
        ({"dextromethorphan", "paracetamol"}, "otc-a", "oral", "R05X", False),
        ({"pseudoephedrine", "paracetamol"}, "ephedrine", "oral", "R05X", True),
        ({"itraconazole"}, "rx", "oral", "J02AC02", True),
        ({"fusidic-acid"}, "rx", "topical", "D06AX01", False),
        ({"tramadol", "paracetamol"}, "rx", "oral", "N02AJ13", True),
        ({"enoxaparin"}, "rx", "injection", "B01AB05", True),
        ({"insulin-glargine"}, "rx", "injection", "A10AE04", False),
        ({"zolpidem"}, "psychotropic-2", "oral", "N05CF02", True),
        (set(), "rx", "oral", "", False),
    ],
)
def test_the_list_of_2022_keeps_these_off_the_web(substances, supply_class, route, atc, listed):
    answer = policy.is_online_prohibited(
        substances=frozenset(substances), supply_class=supply_class, route=route, atc=atc
    )

    assert answer is listed
    assert policy.EDITION == "2022-11-30"
