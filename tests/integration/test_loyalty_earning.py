"""A member buys, earns with reasons, brings back; the ledger balances and never changes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from loyalty import accrual, balance, ledger, membership, reversal
from loyalty.balance import Balance
from loyalty.errors import (
    FactChanged,
    NotEnrolled,
    PointsAlreadySpent,
    ProgrammeClosed,
    UnknownFact,
    UnknownLine,
)
from loyalty.models import (
    AVAILABLE,
    ISSUED,
    REDEEMED,
    MemberAccount,
    PointsPosting,
    PointsTransaction,
)
from pharmacy.core import clock
from pharmacy.core.ledger import LedgerIsAppendOnly
from pharmacy.core.models import AuditEntry, OutboxMessage
from tests.loyalty_fixtures import NOON, member, otc, person, purchase, rx

pytestmark = pytest.mark.django_db


def events(topic: str) -> list[dict[str, object]]:
    return list(
        OutboxMessage.objects.filter(topic=topic).order_by("id").values_list("payload", flat=True)
    )


def nothing_was_posted() -> bool:
    return not (
        PointsTransaction.objects.exists()
        or PointsPosting.objects.exists()
        or OutboxMessage.objects.exists()
    )


def spend(account: MemberAccount, points: int) -> None:
    """Points that left by another door."""
    with transaction.atomic():
        ledger.post(
            member=ledger.lock(pk=account.pk),
            posting=ledger.Posting(
                key=f"redeem:{points}", kind="redeem", fingerprint="x", occurred_at=NOON,
                moves={AVAILABLE: -points, REDEEMED: points},
            ),
        )  # fmt: skip


# --- Membership ------------------------------------------------------------------------------


def test_a_person_joins_once() -> None:
    someone = person()
    first = membership.enrol(person=someone, by="system:test")
    again = membership.enrol(person=someone, by="system:test")
    assert first == again
    assert membership.is_member(person=someone)
    assert AuditEntry.objects.filter(action="member.enrolled").count() == 1


def test_a_member_leaves_and_comes_back_with_the_old_points() -> None:
    account = member()
    accrual.earn(purchase(account))
    membership.leave(person=account.person, by="system:test")
    membership.leave(person=account.person, by="system:test")
    assert not membership.is_member(person=account.person)
    back = membership.enrol(person=account.person, by="system:test")
    assert (back.pk, back.closed_at, back.available) == (account.pk, None, 12)
    assert [e.action for e in AuditEntry.objects.order_by("id")] == [
        "member.enrolled", "member.left", "member.enrolled",
    ]  # fmt: skip


def test_nobody_leaves_who_never_joined() -> None:
    with pytest.raises(NotEnrolled):
        membership.leave(person=person(), by="system:test")
    assert not MemberAccount.objects.exists()
    assert not AuditEntry.objects.exists()


# --- Earning ---------------------------------------------------------------------------------


def test_each_line_says_what_it_earned_and_why() -> None:
    account = member()
    outcome = accrual.earn(purchase(account, lines=[otc(12_50), rx(99_00), otc(99), otc(3_00)]))
    assert outcome.points == 15
    assert [(r.line, r.points) for r in outcome.reasons] == [(1, 12), (2, 0), (3, 0), (4, 3)]
    assert outcome.reasons[0].reason_code == "earned"
    assert outcome.reasons[1].reason_code not in {"", "earned"}
    assert outcome.reasons[2].reason_code == "below-one-point"
    assert balance.of(account.person) == Balance(available=15, pending=0)
    row = PointsTransaction.objects.get()
    assert (row.key, row.kind, row.points, row.rule_version) == (
        "earn:order:1", "earn", 15, "point-a-yuan:1",
    )  # fmt: skip
    assert {p.account: p.points for p in row.postings.all()} == {AVAILABLE: 15, ISSUED: -15}
    assert events("PointsEarned") == [
        {"member": str(account.external_id), "points": 15, "key": "order:1"}
    ]


def test_a_prescription_alone_earns_nothing_and_the_answer_is_kept() -> None:
    account = member()
    fact = purchase(account, lines=[rx(500_00)])
    assert accrual.earn(fact).points == 0
    assert accrual.earn(fact) == accrual.earn(fact)
    assert PointsTransaction.objects.get().postings.count() == 0
    assert events("PointsEarned") == []


def test_a_foreign_currency_earns_nothing_with_its_reason() -> None:
    outcome = accrual.earn(purchase(member(), currency="EUR"))
    assert [(r.points, r.reason_code) for r in outcome.reasons] == [
        (0, "currency-not-in-programme")
    ]


def test_the_same_purchase_twice_earns_once() -> None:
    account = member()
    first = accrual.earn(purchase(account))
    second = accrual.earn(purchase(account))
    assert first == second
    assert balance.of(account.person).available == 12
    assert len(events("PointsEarned")) == 1


def test_the_same_key_with_another_purchase_is_refused() -> None:
    account = member()
    accrual.earn(purchase(account))
    with pytest.raises(FactChanged):
        accrual.earn(purchase(account, lines=[otc(9_999)]))
    assert balance.of(account.person).available == 12
    assert PointsTransaction.objects.count() == 1


def test_the_same_key_for_another_member_is_refused() -> None:
    accrual.earn(purchase(member()))
    other = member("Patient Two")
    with pytest.raises(FactChanged):
        accrual.earn(purchase(other))
    assert balance.of(other.person).available == 0


def test_somebody_who_is_no_member_earns_nothing() -> None:
    account = MemberAccount(person=person())
    with pytest.raises(NotEnrolled):
        accrual.earn(purchase(account))
    assert nothing_was_posted()


def test_an_ended_membership_earns_nothing() -> None:
    account = member()
    membership.leave(person=account.person, by="system:test")
    with pytest.raises(ProgrammeClosed):
        accrual.earn(purchase(account))
    assert nothing_was_posted()


@pytest.mark.parametrize("lines", [[], [otc(-1)]])
def test_a_purchase_without_lines_or_with_a_negative_price_is_refused(lines: list) -> None:
    fact = purchase(member())
    fact.lines[:] = lines
    with pytest.raises(accrual.EmptyPurchase):
        accrual.earn(fact)
    assert nothing_was_posted()


# --- Pending ---------------------------------------------------------------------------------


def test_points_wait_while_goods_may_come_back_and_are_confirmed_once() -> None:
    account = member()
    accrual.earn(purchase(account, lines=[otc(10_00), otc(5_00)], is_final=False))
    assert balance.of(account.person) == Balance(available=0, pending=15)
    assert reversal.reverse(key="order:1", lines=[2]) == 5
    assert accrual.confirm(key="order:1") == 10
    assert accrual.confirm(key="order:1") == 10
    assert balance.of(account.person) == Balance(available=10, pending=0)
    assert reversal.reverse(key="order:1") == 10
    assert balance.of(account.person) == Balance(available=0, pending=0)
    assert balance.mismatches() == []


def test_confirming_final_points_moves_nothing() -> None:
    account = member()
    accrual.earn(purchase(account))
    assert accrual.confirm(key="order:1") == 0
    assert accrual.confirm(key="order:1") == 0
    assert balance.of(account.person) == Balance(available=12, pending=0)


def test_what_was_never_earned_is_not_confirmed() -> None:
    with pytest.raises(UnknownFact):
        accrual.confirm(key="order:1")
    assert nothing_was_posted()


# --- Reversal --------------------------------------------------------------------------------


def test_lines_come_back_one_by_one_and_add_up_to_the_whole() -> None:
    account = member()
    accrual.earn(purchase(account, lines=[otc(10_00), otc(7_99), rx(50_00)]))
    assert reversal.reverse(key="order:1", lines=[2]) == 7
    assert reversal.reverse(key="order:1", lines=[2]) == 0
    assert reversal.reverse(key="order:1", lines=[3]) == 0
    assert reversal.reverse(key="order:1") == 10
    assert reversal.reverse(key="order:1") == 0
    assert balance.of(account.person).available == 0
    assert PointsPosting.objects.filter(account=ISSUED).count() == 3
    assert [e["points"] for e in events("PointsReversed")] == [7, 10]


def test_a_line_that_never_was_cannot_come_back() -> None:
    account = member()
    accrual.earn(purchase(account))
    with pytest.raises(UnknownLine):
        reversal.reverse(key="order:1", lines=[2])
    with pytest.raises(UnknownFact):
        reversal.reverse(key="order:2")
    assert balance.of(account.person).available == 12
    assert events("PointsReversed") == []


def test_spent_points_are_not_taken_twice() -> None:
    account = member()
    accrual.earn(purchase(account))
    spend(account, 5)
    with pytest.raises(PointsAlreadySpent), transaction.atomic():
        reversal.reverse(key="order:1")
    assert balance.of(account.person).available == 7
    assert balance.mismatches() == []


# --- Balance ---------------------------------------------------------------------------------


def test_the_balance_of_any_past_instant_can_be_told() -> None:
    account = member()
    for day in (1, 2, 3):
        with clock.at(NOON + dt.timedelta(days=day)):
            accrual.earn(purchase(account, key=f"order:{day}"))
    assert balance.as_of(account.person, NOON).available == 0
    assert balance.as_of(account.person, NOON + dt.timedelta(days=2)).available == 24
    assert balance.as_of(account.person, NOON + dt.timedelta(days=9)).available == 36


def test_the_balance_is_one_query_at_any_length(django_assert_num_queries) -> None:
    account = member()
    for number in range(5):
        accrual.earn(purchase(account, key=f"order:{number}"))
    with django_assert_num_queries(1):
        assert balance.of(account.person).available == 60


def test_a_stranger_has_no_points() -> None:
    assert balance.of(person()) == Balance(available=0, pending=0)


def test_a_balance_that_drifted_is_named() -> None:
    account = member()
    accrual.earn(purchase(account))
    MemberAccount.objects.update(available=13)
    assert balance.mismatches() == [str(account.external_id)]


# --- What the database itself refuses --------------------------------------------------------


@pytest.mark.parametrize("column", ["available", "pending"])
def test_the_database_refuses_a_balance_below_zero(column: str) -> None:
    member()
    with (
        pytest.raises(IntegrityError, match=f"loyalty_{column}_not_negative"),
        transaction.atomic(),
    ):
        MemberAccount.objects.update(**{column: -1})


@pytest.mark.parametrize("table", ["loyalty_pointstransaction", "loyalty_pointsposting"])
@pytest.mark.parametrize(
    "sql", ["UPDATE {} SET points = points + 1", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_the_database_refuses_to_change_the_ledger(table: str, sql: str) -> None:
    accrual.earn(purchase(member()))
    check_at_commit()
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(table))


def test_the_models_refuse_to_change_the_ledger() -> None:
    accrual.earn(purchase(member()))
    with pytest.raises(LedgerIsAppendOnly):
        PointsTransaction.objects.get().save()
    with pytest.raises(LedgerIsAppendOnly):
        PointsPosting.objects.first().save()


def write(account: MemberAccount, *, stated: int, moves: dict, owner: MemberAccount) -> None:
    """Write rows past the ledger and let the database check them as it does at commit."""
    row = PointsTransaction.objects.create(
        member=account, key="adjust:1", kind="adjust", fingerprint="x", points=stated,
        occurred_at=NOON, recorded_at=NOON,
    )  # fmt: skip
    for name, points in moves.items():
        whose = owner if name == AVAILABLE else None
        PointsPosting.objects.create(transaction=row, account=name, points=points, member=whose)
    check_at_commit()


def check_at_commit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("stated", "moves"),
    [
        (5, {AVAILABLE: 5}),  # one side only
        (5, {AVAILABLE: 5, ISSUED: -4}),  # does not sum to zero
        (5, {AVAILABLE: 4, ISSUED: -4}),  # balances, but states another number
        (5, {}),  # states points without postings
    ],
)
def test_the_database_refuses_what_does_not_balance_at_commit(stated: int, moves: dict) -> None:
    account = member()
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        write(account, stated=stated, moves=moves, owner=account)
    assert nothing_was_posted()


def test_the_database_refuses_a_posting_to_another_member() -> None:
    account, other = member(), member("Patient Two")
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        write(account, stated=5, moves={AVAILABLE: 5, ISSUED: -5}, owner=other)
    assert nothing_was_posted()


def test_the_database_refuses_a_later_posting_to_a_balanced_transaction() -> None:
    accrual.earn(purchase(member()))
    check_at_commit()  # from here on every statement is checked at once
    earned = PointsTransaction.objects.get()
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        PointsPosting.objects.create(transaction=earned, account="programme:adjustment", points=1)
    assert earned.postings.count() == 2


def test_the_database_reverses_a_line_once() -> None:
    account = member()
    accrual.earn(purchase(account))
    earned = PointsTransaction.objects.get()
    reversal.reverse(key="order:1")
    with pytest.raises(IntegrityError, match="loyalty_line_reversed_once"), transaction.atomic():
        PointsTransaction.objects.create(
            member=account, key="again", kind="reverse", fingerprint="x", points=0,
            occurred_at=NOON, recorded_at=NOON, reverses=earned, line=1,
        )  # fmt: skip
    assert PointsTransaction.objects.count() == 2
