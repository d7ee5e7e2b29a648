"""Which lots go first: worked examples and the order number's check character."""

from __future__ import annotations

import datetime as dt

import pytest

from inventory.fefo import Candidate, choose
from inventory.models.lot import LOT_STATUS
from inventory.models.reservation import OPEN_STAGES, RESERVATION_STAGE
from pharmacy.order.utils import (
    ALPHABET,
    OrderNumberGenerator,
    check_character,
    is_order_number,
)


def candidate(key, *, expires, free, arrived=1):
    return Candidate(
        key=key,
        lot_id=key,
        location_id=1,
        expiry_date=dt.date(2027, 1, expires),
        received_at=dt.datetime(2026, 1, arrived, tzinfo=dt.UTC),
        free=free,
    )


def chosen(candidates, quantity, pack_size=10):
    takes = choose(candidates, quantity=quantity, pack_size=pack_size)
    return [(take.candidate.key, take.quantity) for take in takes]


def test_the_earliest_expiry_goes_first_and_the_next_lot_fills_up():
    lots = [candidate(1, expires=9, free=50), candidate(2, expires=3, free=20)]

    assert chosen(lots, 40) == [(2, 20), (1, 20)]


def test_a_tie_is_broken_by_arrival_and_then_by_key():
    lots = [
        candidate(1, expires=3, free=10, arrived=2),
        candidate(3, expires=3, free=10, arrived=1),
        candidate(2, expires=3, free=10, arrived=1),
    ]

    assert chosen(lots, 30) == [(2, 10), (3, 10), (1, 10)]


def test_loose_units_stay_behind_when_they_make_no_pack():
    lots = [candidate(1, expires=3, free=19), candidate(2, expires=4, free=9)]

    assert chosen(lots, 20) == [(1, 10)]


def test_nothing_is_taken_when_nothing_is_wanted():
    assert chosen([candidate(1, expires=3, free=10)], 0) == []


@pytest.mark.parametrize("table", [LOT_STATUS, RESERVATION_STAGE])
def test_every_state_can_be_reached(table):
    reached, frontier = set(), {table.initial}
    while frontier:
        reached |= frontier
        frontier = {to for state in frontier for to in table.table[state]} - reached
    assert reached == set(table.table)


def test_a_closed_reservation_never_opens_again():
    assert RESERVATION_STAGE.terminal == {"issued", "released", "expired"}
    assert set(OPEN_STAGES) == set(RESERVATION_STAGE.table) - RESERVATION_STAGE.terminal
    assert LOT_STATUS.terminal == {"recalled"}


def test_order_numbers_are_random_and_checked():
    numbers = {OrderNumberGenerator().order_number(None) for _ in range(500)}

    assert len(numbers) == 500
    assert all(len(n) == 13 and set(n) <= set(ALPHABET) and is_order_number(n) for n in numbers)


def test_a_slip_of_one_character_is_noticed():
    number = OrderNumberGenerator().order_number(None)

    for place in range(12):
        for other in ALPHABET.replace(number[place], ""):
            assert not is_order_number(number[:place] + other + number[place + 1 :])
    assert not is_order_number("")
    assert not is_order_number("100001")


def test_the_check_character_is_crockfords():
    assert check_character("16J") == "D"  # 1234 = 33 * 37 + 13; D stands for 13
