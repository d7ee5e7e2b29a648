"""What the screens ask of stock: offers of stores, overview, lots, movements, corrections."""

from __future__ import annotations

import datetime as dt

import pytest

from inventory import (
    availability,
    counting,
    disposal,
    lots,
    places,
    recall,
    reconcile,
    reservation,
    selectors,
    transfer,
)
from inventory.errors import (
    InsufficientStock,
    LotRecalled,
    LotUnknown,
    QuantityInvalid,
    ReasonMissing,
    WrongMedicine,
)
from inventory.models import Movement
from inventory.reservation import Want
from inventory.transfer import TransferLine
from pharmacy.core.money import Money
from pharmacy.core.states import TransitionRefused
from tests.stock_fixtures import BY, balances_of, make_medicine, make_store, record_of, stock

pytestmark = pytest.mark.django_db


def test_stores_answer_with_what_they_lack_and_why():
    both, one, none = make_store("A"), make_store("B"), make_store("C")
    make_store("D", is_open=False)
    pills = make_medicine(pack_size=10, price_minor=1000)
    drops = make_medicine(pack_size=1, price_minor=250)
    for store in (both, one):
        stock(store, pills, 20)
    stock(both, drops, 4)
    stock(one, drops, 2)
    reservation.reserve(owner="o:1", store=one, lines=[Want(drops, 1)], by=BY)

    offers = availability.at_stores(lines=[Want(pills, 20), Want(drops, 2)])

    assert [(o.store, o.has_all, o.total) for o in offers] == [
        (both, True, Money(2500)), (one, False, Money(2500)), (none, False, Money(0)),
    ]  # fmt: skip
    assert [(m.medicine, m.wanted, m.available, m.reason) for m in offers[1].missing] == [
        (drops, 2, 1, "too-few")
    ]
    assert [m.reason for m in offers[2].missing] == ["not-listed", "not-listed"]


def test_an_opened_pack_and_an_empty_shelf_have_their_own_reasons():
    store, medicine = make_store(), make_medicine(pack_size=28)
    lot = stock(store, medicine, 28)

    split = availability.at_stores(lines=[Want(medicine, 30)])[0]
    assert [(m.wanted, m.available, m.reason) for m in split.missing] == [(2, 1, "split-pack")]
    recall.change_status(lot=lot, to="quarantine", by=BY, reason="check")
    empty = availability.at_stores(lines=[Want(medicine, 28)])[0]
    assert [(m.available, m.reason) for m in empty.missing] == [(0, "out-of-stock")]


def test_the_number_of_queries_stays_when_stores_and_lines_grow(django_assert_num_queries):
    medicines = [make_medicine() for _ in range(6)]
    for _ in range(5):
        store = make_store()
        for medicine in medicines:
            stock(store, medicine, 280)

    with django_assert_num_queries(2):
        offers = availability.at_stores(lines=[Want(m, 28) for m in medicines])
    assert [offer.has_all for offer in offers] == [True] * 5
    with django_assert_num_queries(4):
        page = selectors.stock_overview(page=2, size=20)
    assert (len(page.rows), page.total) == (10, 30)


def test_the_overview_tells_what_lies_where():
    store, medicine = make_store(), make_medicine("aspirin-100mg", pack_size=10)
    stock(store, medicine, 30, expires_in=300)
    near = stock(store, medicine, 20, expires_in=30)
    stock(make_store(), make_medicine("other"), 280)
    reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 10)], by=BY)
    reservation.pick(owner="o:1", by=BY)

    page = selectors.stock_overview(store=store, search="ASPIRIN")

    row = page.rows[0]
    assert (page.total, row.medicine, row.store) == (1, medicine, store)
    assert (row.on_hand, row.reserved, row.nearest_expiry) == (50, 10, near.expiry_date)
    assert [b.lot for b in selectors.nearly_expired(days=60, store=store)] == [near]


def test_every_lot_says_why_it_is_not_offered(django_assert_num_queries):
    store, medicine = make_store(), make_medicine(pack_size=10)
    for number, days in (("HELD", 10), ("RECALLED", 20), ("HOLD", 30), ("AWAY", 40), ("FREE", 50)):
        lot = stock(store, medicine, 10, number=number, expires_in=days)
        if number == "HELD":
            reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 10)], by=BY)
            reservation.pick(owner="o:1", by=BY)
        elif number == "RECALLED":
            recall.change_status(lot=lot, to="recalled", by=BY, reason="notice")
        elif number == "HOLD":
            recall.change_status(lot=lot, to="quarantine", by=BY, reason="check")
        elif number == "AWAY":
            disposal.dispose(
                store=store, lot=lot, quantity=10, to="quarantine", by=BY, key="q", reason="wet"
            )

    with django_assert_num_queries(1):
        rows = selectors.lots_of(medicine=medicine, store=store)

    assert [(row.balance.lot.number, row.excluded) for row in rows] == [
        ("HELD", "reserved"), ("RECALLED", "recalled"), ("HOLD", "quarantine"),
        ("AWAY", "not-for-sale"), ("FREE", ""),
    ]  # fmt: skip
    assert record_of(store, medicine) == (2, 1)


def test_the_ledger_reads_as_a_story(django_assert_num_queries):
    store, medicine = make_store(), make_medicine()
    lot = stock(store, medicine, 56)
    counting.adjust(store=store, lot=lot, change=-1, by="staff:1", key="c:1", reason="broken")

    with django_assert_num_queries(1):
        lines = selectors.movements_of(medicine=medicine, store=store, lot=lot)
        told = [
            (x.movement.kind, x.from_location.kind, x.to_location.kind, x.quantity) for x in lines
        ]

    assert told == [
        ("adjustment", "shelf", "count-difference", 1), ("receipt", "supplier", "shelf", 56),
    ]  # fmt: skip
    assert (lines[0].movement.reason, lines[0].movement.actor) == ("broken", "staff:1")


def test_a_count_corrects_both_ways_once_and_with_a_reason():
    store, medicine = make_store(), make_medicine(pack_size=10)
    lot = stock(store, medicine, 20)

    for _ in range(2):
        counting.adjust(store=store, lot=lot, change=10, by=BY, key="c:1", reason="found")
    counting.adjust(store=store, lot=lot, change=-5, by=BY, key="c:2", reason="broken")
    for change, reason, error in ((0, "x", QuantityInvalid), (1, " ", ReasonMissing)):
        with pytest.raises(error):
            counting.adjust(store=store, lot=lot, change=change, by=BY, key="c:3", reason=reason)

    assert balances_of(store, medicine) == [(lot.number, 25, 0)]
    assert record_of(store, medicine) == (2, 0)
    assert Movement.objects.filter(kind="adjustment").count() == 2


def test_held_stock_is_never_counted_away():
    store, medicine = make_store(), make_medicine(pack_size=10)
    lot = stock(store, medicine, 20)
    reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 20)], by=BY)
    reservation.pick(owner="o:1", by=BY)

    with pytest.raises(InsufficientStock):
        counting.adjust(store=store, lot=lot, change=-1, by=BY, key="c:1", reason="broken")

    assert balances_of(store, medicine) == [(lot.number, 20, 20)]
    assert not Movement.objects.filter(kind="adjustment").exists()


@pytest.mark.parametrize("to", ["scrap", "supplier"])
def test_a_recalled_lot_can_always_leave(to):
    store, medicine = make_store(), make_medicine()
    lot = stock(store, medicine, 28)
    recall.change_status(lot=lot, to="recalled", by=BY, reason="notice")

    disposal.dispose(store=store, lot=lot, quantity=28, to=to, by=BY, key="d", reason="recall")

    assert balances_of(store, medicine) == [(lot.number, 0, 0)]
    assert reconcile.differences() == []
    with pytest.raises(TransitionRefused):
        recall.change_status(lot=lot, to="released", by=BY, reason="oops")
    with pytest.raises(QuantityInvalid):
        disposal.dispose(store=store, lot=lot, quantity=1, to="shelf", by=BY, key="e", reason="x")


def test_a_transfer_moves_free_stock_and_leaves_promised_stock():
    here, there, medicine = make_store(), make_store(), make_medicine(pack_size=10)
    lot = stock(here, medicine, 30)
    reservation.reserve(owner="o:1", store=here, lines=[Want(medicine, 20)], by=BY)

    def move(quantity: int, key: str, **facts):
        ends = {"source": here, "target": there, **facts}
        return transfer.move(
            lines=[TransferLine(lot, quantity)], by=BY, key=key, reason="shortage", **ends
        )

    with pytest.raises(InsufficientStock):
        move(20, "t:1")
    with pytest.raises(QuantityInvalid):
        move(10, "t:1", target=here)
    assert move(10, "t:1").pk == move(10, "t:1").pk
    assert (record_of(here, medicine), record_of(there, medicine)) == ((2, 2), (1, 0))
    recall.change_status(lot=lot, to="recalled", by=BY, reason="notice")
    with pytest.raises(LotRecalled):
        move(10, "t:2")
    assert reconcile.differences() == []


def test_a_pack_is_found_by_what_is_printed_on_it():
    store = make_store()
    medicine, other = make_medicine(barcode="6901234567892"), make_medicine()
    lot = stock(store, medicine, 28, number="AB12", expiry_date=dt.date(2099, 5, 31))

    assert lots.find(medicine=medicine, lot="AB12") == lot
    for code in (
        "010690123456789217990531" + "10AB12",
        "(01)06901234567892(17)990531(10)AB12",
        "]d2010690123456789210AB12\x1d17990531",
    ):
        assert lots.find(medicine=medicine, barcode=code) == lot
    with pytest.raises(WrongMedicine):
        lots.find(medicine=other, lot="AB12")
    for facts in ({"lot": "ZZ"}, {"barcode": "6901234567892"}, {"lot": ""}):
        with pytest.raises(LotUnknown):
            lots.find(medicine=medicine, **facts)


def test_opening_the_stock_of_a_store_twice_changes_nothing():
    store = make_store("S-HAIDIAN")

    tie = places.open_stock(store=store)

    assert tie == places.open_stock(store=store)
    assert (tie.partner.code, store.stock_locations.count()) == ("S-HAIDIAN", 4)
