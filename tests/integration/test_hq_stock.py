"""Headquarters' stock: the grid, its search and filters, one medicine, files, few queries."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory import reservation
from inventory.reservation import Want
from pharmacy.core import clock
from pharmacy.headquarters import csvs
from pharmacy.people.models import Staff
from tests import hq_fixtures as hq
from tests.sign_in_fixtures import a_member_of_staff
from tests.stock_fixtures import BY, make_medicine, make_store, stock

pytestmark = pytest.mark.django_db
BUDGET = 12


@pytest.fixture
def boss() -> Staff:
    """Somebody of headquarters."""
    return a_member_of_staff("headquarters")


def rows(answer: Any) -> list[Any]:
    """The rows of the page."""
    return list(answer.context["page"].rows)


def table(answer: Any) -> list[list[str]]:
    """The lines of an exported file."""
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def budget(client: Client, path: str) -> tuple[int, Any]:
    """Queries of the second visit, and its answer."""
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path)
    return len(seen), answer


def test_the_grid_says_what_lies_where_and_what_is_promised(boss: Staff) -> None:
    # given two stores; one of them promised a pack to an order
    here, there = make_store("S01"), make_store("S02")
    medicine = make_medicine("amlodipine", pack_size=28, price_minor=1250)
    stock(here, medicine, 280, expires_in=40)
    stock(there, medicine, 56, expires_in=500)
    reservation.reserve(owner="order:A1", store=here, lines=[Want(medicine, 28)], by=BY, ttl=None)
    # when
    answer = hq.at_headquarters(boss).get(reverse("hq:stock"))
    # then
    [row] = rows(answer)
    assert (row.units, row.held, row.worth) == (336, 28, 12 * 1250)
    assert [(cell.units, cell.held) for cell in row.cells] == [(280, 28), (56, 0)]
    assert "1 medicine worth ¥150.00; 1 has a lot that expires within 90 days" in text_of(answer)


def text_of(answer: Any) -> str:
    """The page as one line of text."""
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("typed", ["Amlo", "氨氯", "anlv", "6901234567890"])
def test_a_medicine_is_found_by_name_pinyin_and_barcode(boss: Staff, typed: str) -> None:
    store = make_store("S01")
    wanted = make_medicine(
        "amlodipine", name_en="Amlodipine", name_zh="氨氯地平", pinyin="anlvdiping",
        initials="aldp", barcode="6901234567890",
    )  # fmt: skip
    stock(store, wanted, 28)
    stock(store, make_medicine("other"), 28)
    answer = hq.at_headquarters(boss).get(reverse("hq:stock"), {"q": typed})
    assert [row.medicine.code for row in rows(answer)] == ["amlodipine"]


def test_filters_show_what_is_out_and_what_expires_at_one_store(boss: Staff) -> None:
    here, there = make_store("S01"), make_store("S02")
    soon, gone, good = make_medicine("soon"), make_medicine("gone"), make_medicine("good")
    stock(here, soon, 28, expires_in=30)
    stock(there, gone, 28)
    stock(here, good, 28)
    client = hq.at_headquarters(boss)

    def shown(**asked: str) -> list[str]:
        return [row.medicine.code for row in rows(client.get(reverse("hq:stock"), asked))]

    assert shown(show="expiring") == ["soon"]
    assert shown(show="out") == []
    assert shown(show="out", store="S01") == ["gone"]
    assert shown(sort="-units", store="S01")[-1] == "gone"


@pytest.mark.parametrize("asked", [{"store": "S99"}, {"show": "everything-else"}])
def test_an_unknown_filter_is_refused(boss: Staff, asked: dict[str, str]) -> None:
    answer = hq.at_headquarters(boss).get(reverse("hq:stock"), asked)
    assert answer.status_code == 422
    assert "hq.filter-unknown" in answer.content.decode()


def test_nothing_found_says_what_to_do(boss: Staff) -> None:
    answer = hq.at_headquarters(boss).get(reverse("hq:stock"), {"q": "no such thing"})
    assert "No medicine matches" in answer.content.decode()


@pytest.mark.parametrize("count", [10, 200])
def test_the_grid_needs_the_same_few_queries_at_any_size(boss: Staff, count: int) -> None:
    stores = [make_store("S01"), make_store("S02")]
    for _ in range(count):
        medicine = make_medicine()
        stock(stores[0], medicine, 28)
    client = hq.at_headquarters(boss)
    spent, answer = budget(client, reverse("hq:stock") + "?q=medicine")
    assert answer.context["page"].total == count
    assert len(rows(answer)) == min(count, 50)
    assert spent <= BUDGET
    spent, answer = budget(client, reverse("hq:expiring") + "?days=365")
    assert answer.context["page"].total == count
    assert spent <= BUDGET


def test_pages_follow_and_a_new_order_begins_at_the_first(boss: Staff) -> None:
    store = make_store("S01")
    for _ in range(51):
        stock(store, make_medicine(), 28)
    client = hq.at_headquarters(boss)
    second = client.get(reverse("hq:stock"), {"page": "2"})
    assert (second.context["page"].number, len(rows(second))) == (2, 1)
    assert client.get(reverse("hq:stock"), {"page": "99"}).context["page"].number == 2
    anew = client.get(reverse("hq:stock"), {"page": "2", "by": "name", "sort": "-units"})
    assert anew.context["page"].number == 1


def test_one_medicine_shows_lots_movements_and_who_waits(boss: Staff) -> None:
    # given
    store = make_store("S01")
    medicine = make_medicine("amlodipine", pack_size=28)
    with clock.at(clock.now() - dt.timedelta(days=30)):
        old = stock(store, medicine, 56, expires_in=29, number="OLD-1")
    stock(store, medicine, 56, expires_in=200, number="NEW-1")
    reservation.reserve(owner="order:A1", store=store, lines=[Want(medicine, 28)], by=BY, ttl=None)
    # when
    client = hq.at_headquarters(boss)
    spent, answer = budget(client, reverse("hq:medicine", args=[medicine.code]))
    page = text_of(answer)
    # then
    assert old.number in page
    assert "no: expired" in page
    assert "Order A1" in page
    assert "Supplier" in page
    assert spent <= BUDGET


def test_a_medicine_that_does_not_exist_is_not_found(boss: Staff) -> None:
    answer = hq.at_headquarters(boss).get(reverse("hq:medicine", args=["nothing"]))
    assert answer.status_code == 404


def test_the_file_has_a_line_for_each_store_and_runs_nothing(boss: Staff) -> None:
    # given a medicine whose name a spreadsheet would take for a formula
    here = make_store("S01")
    make_store("S02")
    medicine = make_medicine("evil", name_en='=HYPERLINK("http://x")', name_zh="＋1", pack_size=28)
    stock(here, medicine, 28)
    # when
    answer = hq.at_headquarters(boss).get(reverse("hq:stock-csv"))
    lines = table(answer)
    # then
    assert answer["Content-Disposition"].startswith('attachment; filename="stock-')
    assert [line[4] for line in lines[1:]] == ["S01", "S02"]
    assert lines[1][1:3] == ['\'=HYPERLINK("http://x")', "'＋1"]
    assert lines[1][6:10] == ["28", "0", "1", "12.50"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", " =1", "＝1"])
def test_a_formula_gets_a_quote(text: str) -> None:
    assert csvs.safe(text) == f"'{text}"


def test_numbers_and_plain_words_stay_as_they_are() -> None:
    assert [csvs.safe(each) for each in (-5, "a=1", None)] == [-5, "a=1", ""]


def test_a_file_that_would_be_cut_is_refused(boss: Staff, monkeypatch: Any) -> None:
    monkeypatch.setattr(csvs, "MOST", 1)
    store = make_store("S01")
    for _ in range(2):
        stock(store, make_medicine(), 28, expires_in=10)
    answer = hq.at_headquarters(boss).get(reverse("hq:expiring-csv"))
    assert answer.status_code == 409
    assert "hq.export-too-large" in answer.content.decode()


def test_lots_that_expire_soon_carry_their_worth(boss: Staff) -> None:
    store = make_store("S01")
    medicine = make_medicine("amlodipine", pack_size=28, price_minor=1250)
    stock(store, medicine, 56, expires_in=20)
    with clock.at(clock.now() - dt.timedelta(days=30)):
        stock(store, medicine, 28, expires_in=27)
    stock(store, medicine, 28, expires_in=200)
    client = hq.at_headquarters(boss)
    answer = client.get(reverse("hq:expiring"))
    sentence = "2 lots worth ¥37.50 expire within 90 days; 1 of them has expired"
    assert sentence in text_of(answer)
    assert len(table(client.get(reverse("hq:expiring-csv"), {"days": "30"}))) == 3
