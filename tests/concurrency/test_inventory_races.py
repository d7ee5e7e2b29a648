"""Many hands on the last pack: real threads, real commits."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from inventory import issuing, receiving, reconcile, reservation, transfer
from inventory.errors import ReservationClosed
from inventory.models import Movement, Reservation
from inventory.receiving import ReceivedLine
from inventory.reservation import Want
from inventory.transfer import TransferLine
from pharmacy.core.errors import Conflict, PharmacyError
from tests.stock_fixtures import BY, balances_of, make_medicine, make_store, record_of, stock

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 64


def race(call: Callable[[int], object], threads: int = THREADS) -> Counter[str]:
    """Run a call in many threads at once; count answers by the code of the refusal.

    A lost race that asks to be repeated (`Conflict`) is repeated, as callers do.
    """
    start = threading.Barrier(threads)

    def run(number: int) -> str:
        try:
            start.wait(timeout=60)
            for _ in range(40):
                try:
                    call(number)
                except Conflict:
                    continue
                except PharmacyError as error:
                    return error.code
                return "done"
            return "gave-up"
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=threads) as pool:
        return Counter(pool.map(run, range(threads)))


def test_one_of_64_wins_when_all_reserve_the_last_pack():
    store, medicine = make_store(), make_medicine(pack_size=28)
    stock(store, medicine, 28)

    answers = race(
        lambda n: reservation.reserve(
            owner=f"order:{n}", store=store, lines=[Want(medicine, 28)], by=BY
        )
    )

    assert answers == {"done": 1, "stock.insufficient": 63}
    assert record_of(store, medicine) == (1, 1)
    assert Reservation.objects.count() == 1
    assert reconcile.differences() == []


def test_no_pack_is_refused_while_there_is_one_when_64_reserve_pick_and_take_40():
    store, medicine = make_store(), make_medicine(pack_size=2)
    for _ in range(10):  # ten small lots that run out one after the other
        stock(store, medicine, 8, expires_in=100)

    def buy(n: int) -> None:
        owner = f"order:{n}"
        reservation.reserve(owner=owner, store=store, lines=[Want(medicine, 2)], by=BY)
        reservation.pick(owner=owner, by=BY)
        issuing.issue(owner=owner, by=BY, key=f"handover:{n}")

    answers = race(buy)

    assert answers == {"done": 40, "stock.insufficient": 24}
    assert record_of(store, medicine) == (0, 0)
    assert {(on_hand, held) for _, on_hand, held in balances_of(store, medicine)} == {(0, 0)}
    assert Movement.objects.filter(kind="issue").count() == 40
    assert reconcile.differences() == []


def test_nobody_waits_for_ever_when_baskets_name_the_same_goods_in_other_orders():
    store, one, two = make_store(), make_medicine(), make_medicine()
    stock(store, one, 28 * 20)
    stock(store, two, 28 * 20)

    def buy(n: int) -> None:
        lines = [Want(one, 28), Want(two, 28)]
        reservation.reserve(
            owner=f"o:{n}", store=store, lines=lines if n % 2 else lines[::-1], by=BY
        )

    assert race(buy) == {"done": 20, "stock.insufficient": 44}
    assert (record_of(store, one), record_of(store, two)) == ((20, 20), (20, 20))
    assert reconcile.differences() == []


def test_one_effect_remains_when_the_same_call_is_sent_by_many_at_once():
    store, medicine = make_store(), make_medicine()
    lot = stock(store, medicine, 280)
    line = ReceivedLine(medicine=medicine, lot_number="N", expiry_date=lot.expiry_date, quantity=28)

    def everything(_: int) -> None:
        receiving.receive(store=store, lines=[line], by=BY, key="note:1")
        reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 28)], by=BY)
        with contextlib.suppress(ReservationClosed):  # another thread has issued it by now
            reservation.pick(owner="o:1", by=BY)
        issuing.issue(owner="o:1", by=BY, key="h:1")

    assert race(everything, 16) == {"done": 16}
    assert Movement.objects.filter(kind="issue").count() == 1
    assert Movement.objects.filter(kind="receipt").count() == 2
    assert record_of(store, medicine) == (10, 0)
    assert reconcile.differences() == []


def test_promised_stock_stays_when_another_store_wants_it_at_the_same_moment():
    here, there, medicine = make_store(), make_store(), make_medicine()
    lot = stock(here, medicine, 28 * 10)

    def either(n: int) -> None:
        if n % 2:
            reservation.reserve(owner=f"o:{n}", store=here, lines=[Want(medicine, 28)], by=BY)
        else:
            transfer.move(
                source=here, target=there, lines=[TransferLine(lot, 28)], by=BY,
                key=f"t:{n}", reason="shortage there",
            )  # fmt: skip

    answers = race(either, 32)

    assert answers == {"done": 10, "stock.insufficient": 22}
    packs_here, promised = record_of(here, medicine)
    moved = record_of(there, medicine)[0] if promised < 10 else 0
    assert packs_here == promised
    assert promised + moved == 10
    assert reconcile.differences() == []
