"""Money, quantities, states, crypto: values that must not surprise anybody."""

from __future__ import annotations

import base64
from decimal import Decimal

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.core import crypto
from pharmacy.core.errors import Broken
from pharmacy.core.money import CurrencyMismatch, Money
from pharmacy.core.quantity import Quantity, UnitMismatch
from pharmacy.core.states import TransitionRefused, Transitions
from pharmacy.fulfilment.models import STAGES
from prescriptions import models as rx


@pytest.mark.parametrize(
    ("amount", "minor"), [("12.345", 1235), ("12.344", 1234), ("-0.005", -1), ("0", 0)]
)
def test_money_rounds_half_up_to_the_minor_unit(amount: str, minor: int) -> None:
    assert Money.of(amount, "CNY").minor == minor


def test_money_of_two_currencies_does_not_add_up() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "CNY") + Money(1, "EUR")


def test_money_prints_with_its_sign_and_places() -> None:
    assert str(Money(123456, "CNY")) == "¥1,234.56"
    assert str(Money(1200, "JPY")) == "¥1,200"


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_money_adds_and_subtracts_exactly(left: int, right: int) -> None:
    assert Money(left) + Money(right) - Money(right) == Money(left)


def test_quantities_convert_only_within_a_dimension() -> None:
    assert Quantity(Decimal("0.5"), "g").to("mg") == Quantity(Decimal(500), "mg")
    with pytest.raises(UnitMismatch):
        Quantity(Decimal(1), "g").to("mL")


TABLES = [
    *rx.SourceDocument.TRANSITIONS.values(),
    *rx.Prescription.TRANSITIONS.values(),
    *rx.Issue.TRANSITIONS.values(),
    *rx.Dispense.TRANSITIONS.values(),
    *rx.Report.TRANSITIONS.values(),
    STAGES,
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_is_reachable_and_some_state_is_an_end(table: Transitions) -> None:
    reached, frontier = {table.initial}, [table.initial]
    starts = {"issue.use": ["available"]}.get(table.name, [])
    frontier += starts
    reached |= set(starts)
    while frontier:
        fresh = set(table.table[frontier.pop()]) - reached
        reached |= fresh
        frontier += fresh
    assert reached == set(table.table)
    assert table.terminal


def test_a_step_outside_the_table_is_refused_and_a_typo_is_found_at_once() -> None:
    table = Transitions("t", {"a": {"b"}, "b": set()})
    with pytest.raises(TransitionRefused):
        table.check("b", "a")
    with pytest.raises(Broken):
        Transitions("t", {"a": {"typo"}})


def test_a_sealed_value_opens_only_in_its_own_column() -> None:
    sealed = crypto.seal(b"secret", "people_person.name")
    assert b"secret" not in sealed
    assert crypto.unseal(sealed, "people_person.name") == b"secret"
    with pytest.raises(crypto.UndecryptableField):
        crypto.unseal(sealed, "people_person.phone")


def test_an_old_key_still_reads_while_the_new_one_writes() -> None:
    old = "1:" + base64.b64encode(b"o" * 32).decode()
    both = "2:" + base64.b64encode(b"n" * 32).decode() + "," + old
    with override_settings(FIELD_KEYS=old):
        sealed = crypto.seal(b"x", "t.c")
    with override_settings(FIELD_KEYS=both):
        assert crypto.unseal(sealed, "t.c") == b"x"
        assert crypto.version_of(crypto.seal(b"x", "t.c")) == 2


def test_a_blind_index_ignores_spacing_and_width_and_separates_purposes() -> None:
    assert crypto.blind_index("99 0000x", "a") == crypto.blind_index("９９0000X", "a")
    assert crypto.blind_index("1", "a") != crypto.blind_index("1", "b")
