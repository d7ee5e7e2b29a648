"""Any story of purchases, repeats, confirmations and returns agrees with a small oracle."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty import accrual, balance, reversal
from loyalty.balance import Balance
from loyalty.facts import PurchaseLine
from loyalty.models import PointsPosting
from tests.loyalty_fixtures import member, purchase

LINES = st.lists(
    st.builds(
        PurchaseLine,
        supply_class=st.sampled_from(["otc-b", "otc-a", "rx"]),
        net_minor=st.integers(0, 5_000),
    ),
    min_size=1,
    max_size=4,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(1, 3), st.booleans()),
        st.tuples(st.just("confirm"), st.integers(1, 3), st.none()),
        st.tuples(st.just("reverse"), st.integers(1, 3), st.integers(0, 4)),
    ),
    max_size=12,
)


@dataclass
class Oracle:
    """What the balance must be, kept in plain sets."""

    open_lines: dict[int, dict[int, int]] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)

    def earn(self, order: int, lines: list[PurchaseLine], is_final: bool) -> None:
        if order not in self.open_lines:
            self.open_lines[order] = {
                n: line.net_minor // 100 if line.supply_class != "rx" else 0
                for n, line in enumerate(lines, start=1)
            }
            self.waiting |= set() if is_final else {order}

    def reverse(self, order: int, line: int) -> None:
        for number in self.open_lines[order]:
            if line in {0, number}:
                self.open_lines[order][number] = 0

    @property
    def balance(self) -> Balance:
        sums = {order: sum(lines.values()) for order, lines in self.open_lines.items()}
        pending = sum(points for order, points in sums.items() if order in self.waiting)
        return Balance(available=sum(sums.values()) - pending, pending=pending)


@pytest.mark.django_db
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(orders=st.lists(LINES, min_size=3, max_size=3), steps=STEPS)
def test_every_story_ends_with_the_balance_of_the_oracle(
    orders: list[list[PurchaseLine]], steps: list[tuple]
) -> None:
    account, oracle = member(), Oracle()
    finality: dict[int, bool] = {}
    for verb, order, detail in steps:
        key = f"{account.external_id}:{order}"
        if verb == "earn":
            is_final = finality.setdefault(order, detail)
            accrual.earn(purchase(account, key=key, lines=orders[order - 1], is_final=is_final))
            oracle.earn(order, orders[order - 1], is_final)
        elif order not in oracle.open_lines:
            continue
        elif verb == "confirm":
            accrual.confirm(key=key)
            oracle.waiting.discard(order)
        elif detail <= len(orders[order - 1]):
            reversal.reverse(key=key, lines=[detail] if detail else None)
            oracle.reverse(order, detail)
    assert balance.of(account.person) == oracle.balance
    assert balance.mismatches() == []
    assert sum(PointsPosting.objects.values_list("points", flat=True)) == 0
