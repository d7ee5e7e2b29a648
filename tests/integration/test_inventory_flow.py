"""Stock from the delivery to the customer: receive, reserve, pick, issue, release, expire."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from inventory import choosing, disposal, issuing, recall, receiving, reconcile, reservation, tasks
from inventory.errors import (
    InsufficientStock,
    LotDiffers,
    LotExpired,
    LotRecalled,
    NotPicked,
    OwnerTaken,
    QuantityInvalid,
    ReasonMissing,
    ReservationClosed,
    ReservationUnknown,
    SplitPackNeeded,
    WrongMedicine,
)
from inventory.models import Lot, LotBalance, Movement, MovementLine, Reservation
from inventory.receiving import ReceivedLine
from inventory.reservation import Want
from pharmacy.core import clock
from pharmacy.core.idempotency import KeyReused
from pharmacy.core.models import AuditEntry, OutboxMessage
from tests.stock_fixtures import BY, NOON, balances_of, make_medicine, make_store, record_of, stock

pytestmark = pytest.mark.django_db


def topics() -> list[str]:
    return list(OutboxMessage.objects.order_by("id").values_list("topic", flat=True))


def test_a_delivery_fills_the_shelf_and_the_shop_when_it_is_received():
    store, medicine = make_store(), make_medicine(pack_size=28)

    lot = stock(store, medicine, 100)

    assert balances_of(store, medicine) == [(lot.number, 100, 0)]
    assert record_of(store, medicine) == (3, 0)  # 84 of 100 tablets make whole packs
    line = MovementLine.objects.get()
    assert (line.from_location.kind, line.to_location.kind, line.quantity) == (
        "supplier", "shelf", 100,
    )  # fmt: skip
    assert topics() == ["StockReceived"]
    assert reconcile.differences() == []


def test_a_delivery_counts_once_when_it_is_sent_twice():
    store, medicine = make_store(), make_medicine()
    line = ReceivedLine(
        medicine=medicine, lot_number="A", expiry_date=dt.date(2099, 1, 31), quantity=28
    )

    first = receiving.receive(store=store, lines=[line], by=BY, key="note:1")
    again = receiving.receive(store=store, lines=[line], by=BY, key="note:1")

    assert again.pk == first.pk
    assert balances_of(store, medicine) == [("A", 28, 0)]
    with pytest.raises(KeyReused):
        receiving.receive(
            store=store, lines=[dataclasses.replace(line, quantity=56)], by=BY, key="note:1"
        )
    assert Movement.objects.count() == 1


def test_a_delivery_is_refused_when_the_pack_cannot_be_true():
    store, medicine = make_store(), make_medicine()
    lot = stock(store, medicine, 28, number="A")
    before = Movement.objects.count()

    def receive(**facts):
        defaults = {"lot_number": "B", "expiry_date": dt.date(2099, 1, 31), "quantity": 28}
        line = ReceivedLine(medicine=medicine, **{**defaults, **facts})
        receiving.receive(store=store, lines=[line], by=BY, key="note:2")

    with pytest.raises(QuantityInvalid):
        receive(quantity=0)
    with pytest.raises(LotExpired):
        receive(expiry_date=clock.today(store.time_zone) - dt.timedelta(days=1))
    with pytest.raises(LotDiffers):
        receive(lot_number="A", expiry_date=lot.expiry_date + dt.timedelta(days=1))
    assert (Movement.objects.count(), Lot.objects.count()) == (before, 1)


def test_stock_is_promised_picked_and_issued_when_a_customer_orders():
    store, medicine = make_store(), make_medicine(pack_size=28)
    late = stock(store, medicine, 56, expires_in=200)
    early = stock(store, medicine, 28, expires_in=100)

    row = reservation.reserve(owner="order:1", store=store, lines=[Want(medicine, 56)], by=BY)
    assert (row.stage, record_of(store, medicine)) == ("soft", (3, 2))

    picks = reservation.pick(owner="order:1", by=BY)
    assert [(p.lot_number, p.quantity) for p in picks] == [(early.number, 28), (late.number, 28)]
    assert balances_of(store, medicine) == [(early.number, 28, 28), (late.number, 56, 28)]

    movement = issuing.issue(owner="order:1", by=BY, key="handover:1")
    assert balances_of(store, medicine) == [(early.number, 0, 0), (late.number, 28, 0)]
    assert record_of(store, medicine) == (1, 0)
    assert Reservation.objects.get().stage == "issued"
    assert {line.to_location.kind for line in movement.lines.all()} == {"customer"}
    assert movement.source == "order:1"
    assert topics()[-3:] == ["StockReserved", "StockPicked", "StockIssued"]
    assert reconcile.differences() == []


def test_everything_happens_once_when_each_call_is_repeated():
    store, medicine = make_store(), make_medicine()
    stock(store, medicine, 280)

    for _ in range(3):
        reservation.reserve(owner="order:1", store=store, lines=[Want(medicine, 56)], by=BY)
    assert record_of(store, medicine) == (10, 2)
    picked = [reservation.pick(owner="order:1", by=BY) for _ in range(3)]
    assert picked[0] == picked[1] == picked[2]
    issued = [issuing.issue(owner="order:1", by=BY, key="handover:1").pk for _ in range(3)]

    assert len(set(issued)) == 1
    assert record_of(store, medicine) == (8, 0)
    assert Movement.objects.filter(kind="issue").count() == 1
    assert reservation.reserve(
        owner="order:1", store=store, lines=[Want(medicine, 56)], by=BY
    ).stage == "issued"  # fmt: skip
    assert reconcile.differences() == []


def test_nothing_is_promised_when_one_line_is_short():
    store, plenty, scarce = make_store(), make_medicine(), make_medicine()
    stock(store, plenty, 280)
    stock(store, scarce, 28)
    events = len(topics())

    with pytest.raises(InsufficientStock) as refusal:
        reservation.reserve(
            owner="order:1", store=store, lines=[Want(plenty, 28), Want(scarce, 56)], by=BY
        )

    assert refusal.value.facts == {
        "product": scarce.code, "store": store.code, "wanted": 2, "available": 1,
    }  # fmt: skip
    assert not Reservation.objects.exists()
    assert (record_of(store, plenty), record_of(store, scarce)) == ((10, 0), (1, 0))
    assert len(topics()) == events


@pytest.mark.parametrize(
    ("quantity", "error"), [(30, SplitPackNeeded), (0, QuantityInvalid), (-28, QuantityInvalid)]
)
def test_a_quantity_is_refused_when_it_is_not_whole_packs(quantity, error):
    store, medicine = make_store(), make_medicine(pack_size=28)
    stock(store, medicine, 280)

    with pytest.raises(error):
        reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, quantity)], by=BY)

    assert not Reservation.objects.exists()
    assert record_of(store, medicine) == (10, 0)


def test_an_owner_is_refused_when_it_asks_for_other_goods():
    store, medicine = make_store(), make_medicine()
    stock(store, medicine, 280)
    reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 28)], by=BY)

    with pytest.raises(OwnerTaken):
        reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 56)], by=BY)

    assert record_of(store, medicine) == (10, 1)


def test_a_store_without_the_product_has_none_of_it():
    store, medicine = make_store(), make_medicine()

    with pytest.raises(InsufficientStock):
        reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 28)], by=BY)

    assert not Reservation.objects.exists()


def test_stock_is_free_again_when_it_is_released():
    store, medicine = make_store(), make_medicine()
    lot = stock(store, medicine, 56)
    reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 56)], by=BY)
    reservation.pick(owner="o:1", by=BY)

    for _ in range(2):
        row = reservation.release(owner="o:1", by=BY, reason="cancelled")

    assert row.stage == "released"
    assert balances_of(store, medicine) == [(lot.number, 56, 0)]
    assert record_of(store, medicine) == (2, 0)
    assert topics().count("StockReleased") == 1
    with pytest.raises(ReservationClosed):
        reservation.pick(owner="o:1", by=BY)
    with pytest.raises(ReservationClosed):
        issuing.issue(owner="o:1", by=BY, key="h:1")
    with pytest.raises(ReservationClosed):
        reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 56)], by=BY)
    with pytest.raises(ReservationUnknown):
        reservation.release(owner="o:2", by=BY, reason="cancelled")
    assert Movement.objects.filter(kind="issue").count() == 0
    assert reconcile.differences() == []


def test_an_unpaid_hold_frees_its_stock_when_its_time_is_over():
    with clock.at(NOON):
        store, medicine = make_store(), make_medicine()
        stock(store, medicine, 84)
        minutes = dt.timedelta(minutes=15)
        for owner in ("unpaid", "paid", "longer"):
            ttl = minutes * 2 if owner == "longer" else minutes
            want = [Want(medicine, 28)]
            reservation.reserve(owner=owner, store=store, lines=want, by=BY, ttl=ttl)
        reservation.keep(owner="paid", by=BY)
        assert tasks.expire_reservations() == 0
    with clock.at(NOON + minutes):
        assert tasks.expire_reservations() == 1
        assert tasks.expire_reservations() == 0

    assert dict(Reservation.objects.values_list("owner", "stage")) == {
        "unpaid": "expired", "paid": "soft", "longer": "soft",
    }  # fmt: skip
    assert record_of(store, medicine) == (3, 2)
    with pytest.raises(ReservationClosed):
        reservation.keep(owner="unpaid", by=BY)


def test_the_rest_stays_promised_when_only_a_part_is_picked_and_issued():
    store, medicine = make_store(), make_medicine(pack_size=28)
    lot = stock(store, medicine, 112)
    reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 84)], by=BY)

    picks = reservation.pick(owner="o:1", by=BY, limits={medicine.pk: 28})
    assert [p.quantity for p in picks] == [28]
    assert reservation.pick(owner="o:1", by=BY, limits={medicine.pk: 28}) == picks
    issuing.issue(owner="o:1", by=BY, key="h:1", picks=picks)

    assert (Reservation.objects.get().stage, record_of(store, medicine)) == ("hard", (3, 2))
    assert balances_of(store, medicine) == [(lot.number, 84, 0)]
    assert reconcile.differences() == []
    with pytest.raises(NotPicked):
        issuing.issue(owner="o:1", by=BY, key="h:2")

    assert [p.quantity for p in reservation.pick(owner="o:1", by=BY)] == [56]
    part = dataclasses.replace(picks[0], quantity=28)
    issuing.issue(owner="o:1", by=BY, key="h:2", picks=[part])
    assert record_of(store, medicine) == (2, 1)
    reservation.release(owner="o:1", by=BY, reason="not-collected")
    assert record_of(store, medicine) == (2, 0)
    assert balances_of(store, medicine) == [(lot.number, 56, 0)]
    assert reconcile.differences() == []


def test_issuing_is_refused_when_more_is_named_than_was_picked():
    store, medicine = make_store(), make_medicine()
    stock(store, medicine, 280)
    reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 28)], by=BY)
    with pytest.raises(NotPicked):
        issuing.issue(owner="o:1", by=BY, key="h:1")
    pick = reservation.pick(owner="o:1", by=BY)[0]

    for quantity, error in ((56, NotPicked), (14, SplitPackNeeded)):
        with pytest.raises(error):
            issuing.issue(
                owner="o:1", by=BY, key="h:1", picks=[dataclasses.replace(pick, quantity=quantity)]
            )

    assert Movement.objects.filter(kind="issue").count() == 0
    assert record_of(store, medicine) == (10, 1)


def test_cold_and_controlled_medicine_is_held_on_its_lot_at_once():
    store = make_store()
    cold = make_medicine(is_cold_chain=True)
    lot = stock(store, cold, 56)

    row = reservation.reserve(owner="o:1", store=store, lines=[Want(cold, 28)], by=BY)

    assert row.stage == "hard"
    assert balances_of(store, cold) == [(lot.number, 56, 28)]
    assert LotBalance.objects.get().location.kind == "fridge"


def test_a_recalled_lot_is_replaced_or_refused_when_it_was_picked_before():
    store, medicine = make_store(), make_medicine()
    bad = stock(store, medicine, 28, expires_in=50)
    good = stock(store, medicine, 28, expires_in=90)
    for owner in ("o:1", "o:2"):
        reservation.reserve(owner=owner, store=store, lines=[Want(medicine, 28)], by=BY)
    assert reservation.pick(owner="o:1", by=BY)[0].lot_id == bad.pk

    recall.change_status(lot=bad, to="recalled", by=BY, reason="supplier notice")

    assert record_of(store, medicine) == (2, 2)  # nothing is free, both promises stand
    assert recall.owners_of(lot=bad) == ["o:1"]
    with pytest.raises(LotRecalled):
        issuing.issue(owner="o:1", by=BY, key="h:1")
    assert [p.lot_id for p in reservation.pick(owner="o:1", by=BY)] == [good.pk]
    with pytest.raises(LotRecalled) as refusal:
        reservation.pick(owner="o:2", by=BY)
    assert refusal.value.facts["lots"] == [bad.number]
    issuing.issue(owner="o:1", by=BY, key="h:1")
    reservation.release(owner="o:2", by=BY, reason="recalled")
    assert record_of(store, medicine) == (0, 0)
    with pytest.raises(LotRecalled):
        reservation.reserve(owner="o:3", store=store, lines=[Want(medicine, 28)], by=BY)
    assert reconcile.differences() == []


def test_expired_stock_is_no_longer_sold_and_can_still_be_scrapped():
    with clock.at(NOON):
        store, medicine = make_store(), make_medicine()
        lot = stock(store, medicine, 28, expires_in=1)
        reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 28)], by=BY)
        reservation.pick(owner="o:1", by=BY)
    with clock.at(NOON + dt.timedelta(days=1)):  # the last day of use
        assert reservation.pick(owner="o:1", by=BY)
    with clock.at(NOON + dt.timedelta(days=2)):
        with pytest.raises(LotExpired):
            issuing.issue(owner="o:1", by=BY, key="h:1")
        with pytest.raises(InsufficientStock):
            reservation.pick(owner="o:1", by=BY)
        reservation.release(owner="o:1", by=BY, reason="expired")
        with pytest.raises(InsufficientStock):
            reservation.reserve(owner="o:2", store=store, lines=[Want(medicine, 28)], by=BY)
        disposal.dispose(
            store=store, lot=lot, quantity=28, to="scrap", by=BY, key="s:1", reason="expired"
        )

    assert balances_of(store, medicine) == [(lot.number, 0, 0)]
    assert Movement.objects.filter(kind="issue").count() == 0
    assert reconcile.differences() == []


def test_a_pack_is_not_pieced_together_from_two_lots():
    store, medicine = make_store(), make_medicine(pack_size=28)
    stock(store, medicine, 20)
    stock(store, medicine, 20)

    assert record_of(store, medicine) == (0, 0)
    with pytest.raises(InsufficientStock):
        reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 28)], by=BY)


def test_every_step_leaves_its_trace_without_naming_a_patient():
    store, medicine = make_store(), make_medicine()
    stock(store, medicine, 28)
    want, hour = [Want(medicine, 28)], dt.timedelta(hours=1)
    reservation.reserve(owner="o:1", store=store, lines=want, by="staff:1", ttl=hour)
    reservation.keep(owner="o:1", by="staff:1")
    reservation.pick(owner="o:1", by="staff:1")
    issuing.issue(owner="o:1", by="staff:1", key="h:1")

    actions = AuditEntry.objects.filter(actor="staff:1").order_by("id")
    assert list(actions.values_list("action", flat=True)) == [
        "reservation.soft", "reservation.kept", "reservation.hard",
        "stock.issue", "reservation.issued",
    ]  # fmt: skip


def test_a_person_may_take_another_lot_and_the_reason_is_kept():
    store, medicine = make_store(), make_medicine(pack_size=28)
    first = stock(store, medicine, 28, expires_in=50)
    other = stock(store, medicine, 28, expires_in=90)
    foreign = stock(store, make_medicine(), 28)
    small = stock(store, medicine, 14, expires_in=200)
    reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 28)], by=BY)
    reservation.pick(owner="o:1", by=BY)

    def choose(lot, instead_of=first, reason="box is wet"):
        return choosing.choose_lot(
            owner="o:1", lot=lot, instead_of=instead_of, by="staff:1", reason=reason
        )

    for arguments, error in (
        ((other, first, " "), ReasonMissing),
        ((foreign,), WrongMedicine),
        ((small,), InsufficientStock),
        ((first, other), NotPicked),
    ):
        with pytest.raises(error):
            choose(*arguments)
    assert balances_of(store, medicine)[0] == (first.number, 28, 28)

    assert [p.lot_id for p in choose(other)] == [other.pk]

    assert reservation.pick(owner="o:1", by=BY)[0].lot_id == other.pk  # the choice stays
    assert balances_of(store, medicine)[:2] == [(first.number, 28, 0), (other.number, 28, 28)]
    entry = AuditEntry.objects.get(action="reservation.lot-chosen")
    assert (entry.actor, entry.reason) == ("staff:1", "box is wet")
    assert entry.facts == {"lot": other.number, "instead_of": first.number}
    recall.change_status(lot=first, to="recalled", by=BY, reason="notice")
    with pytest.raises(LotRecalled):
        choose(first, other)
    assert reconcile.differences() == []
