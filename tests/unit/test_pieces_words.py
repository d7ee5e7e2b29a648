"""How the pages say things, in English and in Chinese."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from pharmacy.core import clock
from pharmacy.core.money import Money
from pharmacy.pieces import navigation, steps, words
from pharmacy.pieces.charts import HEIGHT, bars
from pharmacy.pieces.tables import Column, Row, Table
from pharmacy.pieces.templatetags import pieces

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)  # 10:00 in Shanghai, a Monday


@pytest.mark.parametrize(
    ("value", "said"),
    [(Money(1250), "¥12.50"), (-500, "−¥5.00"), (0, "¥0.00"), (None, "–"), (123456789, "¥1,234,567.89")],
)  # fmt: skip
def test_money_is_said_with_its_currency(value: Money | int | None, said: str) -> None:
    assert words.money(value) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (28, "tablet", "28 tablets"),
        (1, "tablet", "1 tablet"),
        (Decimal("2.50"), "mL", "2.5 mL"),
        (1200, "capsule", "1,200 capsules"),
        (3, "{puff}", "3 puffs"),
        (100, "ug", "100 ug"),
        (None, "g", "–"),
    ],
)
def test_a_quantity_is_said_with_its_unit(value: Decimal | int, unit: str, said: str) -> None:
    assert words.quantity(value, unit) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, "today 10:00"),
        (7.5, "today 17:30"),
        (-11, "yesterday 23:00"),
        (15, "tomorrow 01:00"),
        (48, "Wed 10:00"),
        (24 * 7, "30 Nov 10:00"),
        (-24 * 3, "20 Nov 10:00"),
        (24 * 60, "22 Jan 2027 10:00"),
    ],
)
def test_a_time_is_said_as_people_do_in_the_stores_zone(hours: float, said: str) -> None:
    with clock.at(NOW):
        assert words.when(NOW + dt.timedelta(hours=hours), "Asia/Shanghai") == said


def test_the_same_instant_is_another_day_elsewhere() -> None:
    store = SimpleNamespace(time_zone="America/New_York")
    with clock.at(NOW):
        assert words.when(NOW, store) == "today 21:00"
        assert words.day(dt.date(2026, 11, 23), store) == "tomorrow"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"amount": Decimal(1), "unit": "tablet", "per_day": Decimal(1)}, "1 tablet once a day"),
        ({"amount": Decimal(2), "unit": "capsule", "per_day": Decimal(2)}, "2 capsules twice a day"),
        ({"amount": Decimal(1), "unit": "tablet", "per_day": Decimal(3)}, "1 tablet, 3 times a day"),
        ({"amount": Decimal(1), "unit": "patch", "per_day": Decimal("0.333")}, "1 patch every 3 days"),
        ({"amount": Decimal(1), "unit": "tablet", "per_day": Decimal(1), "text": "only at night"}, "only at night"),
        ({}, "As the doctor told you"),
    ],
)  # fmt: skip
def test_a_dose_is_a_sentence_and_the_prescribers_own_words_win(
    facts: dict[str, object], said: str
) -> None:
    assert words.dose(**facts) == said


def test_a_name_is_said_in_the_readers_language_and_never_empty() -> None:
    row = SimpleNamespace(name_en="Store", name_zh="门店", address_en="Road", address_zh="")
    with translation.override("zh-hans"):
        assert words.localized(row) == "门店"
        assert words.localized(row, "address") == "Road"
    assert words.localized(row) == "Store"


def test_the_seven_steps_say_what_is_done_and_where_we_are() -> None:
    assert [s.state for s in steps.seven("reviewed")] == ["done"] * 3 + ["now"] + ["later"] * 3
    assert [s.state for s in steps.seven("verified", problem="x")][:2] == ["done", "wrong"]
    assert {s.state for s in steps.seven("collected")} == {"done"}
    with pytest.raises(steps.StepUnknown):
        steps.seven("lost")


def test_a_table_knows_its_sorting_and_its_cells() -> None:
    table = Table("t", [Column("A", "a"), Column("B")], [Row(["1", "2"], href="/x")], sort="-a")
    assert [(sort, following) for _c, sort, following in table.heads] == [
        ("descending", "a"),
        ("", ""),
    ]
    assert [cells for _row, cells in table.body] == [[("1", False), ("2", False)]]


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        _ = Table("t", [Column("A"), Column("B")], [Row(["1"])]).body


def test_the_tallest_bar_fills_the_picture_and_nothing_breaks_without_bars() -> None:
    assert [bar.height for bar in bars([("a", 1, "1"), ("b", 2, "2")])] == [HEIGHT // 2, HEIGHT]
    assert bars([]) == []
    assert bars([("a", 0, "0")])[0].height == 0


def test_a_lot_is_colored_by_the_days_it_has_left() -> None:
    with clock.at(NOW):
        days = [-1, 0, 90, 91]
        tones = [pieces.lot_tone(dt.date(2026, 11, 23) + dt.timedelta(days=d)) for d in days]
    assert tones == ["danger", "warning", "warning", "success"]


def test_a_link_without_a_page_is_not_shown_and_a_known_one_keeps_its_place() -> None:
    before = list(navigation.ROOMS["hq"])
    try:
        navigation.register("hq", navigation.Link("Nowhere", "star", "hq:does-not-exist"))
        navigation.register("hq", navigation.Link("Start", "house", "home"))
        navigation.register("hq", navigation.Link("Start again", "house", "home"))
        request = RequestFactory().get("/")
        request.resolver_match = None
        labels = [str(link.label) for link in navigation.shown("hq", request)]
        assert "Nowhere" not in labels
        assert labels.count("Start") == 1
        assert "Start again" not in labels
    finally:
        navigation.ROOMS["hq"][:] = before


def test_what_a_person_typed_is_never_markup() -> None:
    page = Template('{% load pieces %}{% include "pieces/toast.html" with text=text %}')
    assert "<b>" not in page.render(Context({"text": "<b>x</b>"}))


def test_digits_are_grouped_for_reading_out() -> None:
    assert pieces.spaced("482915") == "482 915"
    assert pieces.qr("rxflow:482915").startswith("data:image/svg+xml")
