"""Sixteen threads on one member: a fact counts once, facts never get lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from loyalty import accrual, balance, membership, reversal
from loyalty.models import AVAILABLE, MemberAccount, PointsPosting, PointsTransaction
from pharmacy.core.errors import PharmacyError
from pharmacy.core.models import OutboxMessage
from tests.loyalty_fixtures import member, otc, person, purchase

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 16


def together(call: Callable[[int], Any], times: int = THREADS) -> list[Any]:
    """Run a call in threads that start at once; a typed refusal is an answer."""
    start = Barrier(times)

    def run(number: int) -> Any:
        try:
            start.wait(timeout=30)
            return call(number)
        except PharmacyError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def posted(account: MemberAccount) -> int:
    sums = PointsPosting.objects.filter(member=account, account=AVAILABLE)
    return sums.aggregate(total=Sum("points"))["total"] or 0


def test_one_purchase_told_sixteen_times_earns_once() -> None:
    account = member()
    answers = together(lambda _n: accrual.earn(purchase(account)).points)
    assert answers == [12] * THREADS
    assert PointsTransaction.objects.count() == 1
    assert balance.of(account.person).available == posted(account) == 12
    assert OutboxMessage.objects.filter(topic="PointsEarned").count() == 1


def test_sixteen_purchases_at_once_all_count() -> None:
    account = member()
    answers = together(
        lambda n: (
            accrual.earn(purchase(account, key=f"order:{n}", lines=[otc(100 * (n + 1))])).points
        )
    )
    assert answers == list(range(1, THREADS + 1))
    assert PointsTransaction.objects.count() == THREADS
    assert balance.of(account.person).available == posted(account) == sum(answers)
    assert balance.mismatches() == []


def test_one_key_for_many_members_counts_for_one() -> None:
    accounts = [member(f"Patient {n}") for n in range(8)]
    answers = together(lambda n: accrual.earn(purchase(accounts[n])), times=8)
    refused = [a for a in answers if isinstance(a, PharmacyError)]
    assert len(refused) == 7
    assert {error.code for error in refused} == {"loyalty.fact-changed"}
    assert sum(balance.of(a.person).available for a in accounts) == 12
    assert balance.mismatches() == []


def test_one_return_told_sixteen_times_takes_back_once() -> None:
    account = member()
    accrual.earn(purchase(account, key="order:1"))
    accrual.earn(purchase(account, key="order:2"))
    answers = together(lambda _n: reversal.reverse(key="order:1"))
    assert sorted(answers) == [0] * (THREADS - 1) + [12]
    assert balance.of(account.person).available == posted(account) == 12


def test_confirming_and_returning_at_once_leaves_no_point_behind() -> None:
    account = member()
    accrual.earn(purchase(account, is_final=False))
    together(lambda n: accrual.confirm(key="order:1") if n % 2 else reversal.reverse(key="order:1"))
    assert balance.of(account.person) == balance.Balance(available=0, pending=0)
    assert balance.mismatches() == []


def test_a_person_who_joins_sixteen_times_at_once_is_one_member() -> None:
    someone = person()
    accounts = together(lambda _n: membership.enrol(person=someone, by="system:test").pk)
    assert len(set(accounts)) == 1
    assert MemberAccount.objects.count() == 1
