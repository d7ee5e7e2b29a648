"""The state tables of money: every state is reachable, and what ended stays ended."""

from __future__ import annotations

import pytest

from pharmacy.core.states import Transitions
from pharmacy.payment.states import ATTEMPT, CLOSED, OPEN, REFUND, TAKEN


def reachable(table: Transitions) -> set[str]:
    seen, open_ = set(), {table.initial}
    while open_:
        state = open_.pop()
        seen.add(state)
        open_ |= set(table.table[state]) - seen
    return seen


@pytest.mark.parametrize("table", [ATTEMPT, REFUND], ids=lambda table: table.name)
def test_every_state_is_reachable(table: Transitions) -> None:
    assert reachable(table) == set(table.table)


def test_closed_open_and_taken_are_the_whole_table() -> None:
    assert ATTEMPT.terminal == CLOSED
    assert {"created", *CLOSED, *OPEN, *TAKEN} == set(ATTEMPT.table)


def test_taken_money_only_moves_by_refunds() -> None:
    assert ATTEMPT.table["captured"] == {"refunded"}
    assert ATTEMPT.table["refunded"] == {"captured"}


def test_money_is_only_taken_from_where_it_could_be_held() -> None:
    origins = {state for state, targets in ATTEMPT.table.items() if "captured" in targets}
    assert "created" not in origins
    assert not origins & CLOSED
