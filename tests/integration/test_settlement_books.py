"""The books: worked stories with real numbers, and what the database itself refuses."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from pharmacy.core import clock
from pharmacy.core.ledger import LedgerIsAppendOnly
from pharmacy.core.models import AuditEntry, OutboxMessage
from pharmacy.core.money import Money
from pharmacy.settlement import balances, settling
from pharmacy.settlement.accounts import Account
from pharmacy.settlement.errors import (
    AlreadyReversed,
    ClaimMismatch,
    NothingToSettle,
    SettlementKeyReused,
    Unbalanced,
)
from pharmacy.settlement.models import JournalEntry, Posting

OWNER = "order:100001"
NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


def yuan(minor: int) -> Money:
    return Money(minor, "CNY")


def settled(minor: int = 8_000, key: str = "settle:1") -> JournalEntry:
    amount = yuan(minor)
    return settling.settle(owner=OWNER, handed_over=amount, captured=amount, key=key)


def balance() -> dict[str, int]:
    return {row.account: row.balance_minor for row in balances.trial_balance()}


def nothing_written() -> bool:
    return not (
        JournalEntry.objects.exists()
        or Posting.objects.exists()
        or OutboxMessage.objects.exists()
        or AuditEntry.objects.exists()
    )


@pytest.mark.django_db
def test_a_hand_over_paid_by_card_is_one_balanced_entry() -> None:
    entry = settled(8_000)

    assert settling.lines_of(entry) == [
        settling.Line("psp-clearing", 8_000, 0, "CNY"),
        settling.Line("sales", 0, 8_000, "CNY"),
    ]
    assert balance() == {"psp-clearing": 8_000, "sales": 8_000}
    assert list(OutboxMessage.objects.values_list("topic", "payload")) == [
        ("OrderSettled", {"owner": OWNER})
    ]


@pytest.mark.django_db
def test_the_insurers_part_is_owed_by_the_insurer() -> None:
    settling.settle(
        owner=OWNER, handed_over=yuan(8_000), captured=yuan(2_400), insurer=yuan(5_600), key="s:1"
    )
    assert balance() == {"psp-clearing": 2_400, "insurer-receivable": 5_600, "sales": 8_000}


@pytest.mark.django_db
def test_a_partial_hand_over_then_a_refund_then_the_bank_sends_it_back() -> None:
    settled(8_000)
    settling.refund(owner=OWNER, amount=yuan(3_000), key="refund:1")
    assert balance() == {"psp-clearing": 5_000, "sales": 5_000}

    settling.refund_failed(owner=OWNER, amount=yuan(3_000), key="refund-failed:1")
    assert balance() == {"psp-clearing": 8_000, "sales": 5_000, "refunds-payable": 3_000}


@pytest.mark.django_db
@pytest.mark.parametrize("captured", [7_999, 8_001])
def test_what_was_paid_must_be_what_was_handed_over(captured: int) -> None:
    with pytest.raises(ClaimMismatch) as refused:
        settling.settle(owner=OWNER, handed_over=yuan(8_000), captured=yuan(captured), key="s:1")
    assert refused.value.facts == {"owner": OWNER, "handed_over": 8_000, "paid": captured}
    assert nothing_written()


@pytest.mark.django_db
def test_another_currency_is_a_mismatch() -> None:
    with pytest.raises(ClaimMismatch):
        settling.settle(owner=OWNER, handed_over=yuan(8), captured=Money(8, "EUR"), key="s:1")
    assert nothing_written()


@pytest.mark.django_db
def test_nothing_handed_over_is_nothing_to_settle() -> None:
    with pytest.raises(NothingToSettle):
        settled(0)
    assert nothing_written()


@pytest.mark.django_db
def test_one_key_settles_once() -> None:
    assert settled().pk == settled().pk
    assert Posting.objects.count() == 2
    assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db
def test_one_key_with_another_amount_is_refused() -> None:
    settled(8_000)
    with pytest.raises(SettlementKeyReused):
        settled(7_000)
    assert Posting.objects.count() == 2


@pytest.mark.django_db
def test_an_unbalanced_entry_is_refused_before_the_database_is_asked() -> None:
    lines = [settling.debit(Account.CASH, yuan(100)), settling.credit(Account.SALES, yuan(99))]
    with pytest.raises(Unbalanced):
        settling.post(owner=OWNER, kind="settlement", lines=lines, key="s:1", by="system:test")
    assert nothing_written()


@pytest.mark.django_db
def test_a_reversal_mirrors_the_entry_and_leaves_it() -> None:
    entry = settled(8_000)

    undone = settling.reverse(entry=entry, reason="wrong-order", key="reverse:1")
    again = settling.reverse(entry=entry, reason="wrong-order", key="reverse:1")

    assert undone.pk == again.pk
    assert undone.reverses_id == entry.pk
    assert balance() == {"psp-clearing": 0, "sales": 0}
    with pytest.raises(AlreadyReversed):
        settling.reverse(entry=entry, reason="wrong-order", key="reverse:2")
    assert JournalEntry.objects.count() == 2


@pytest.mark.django_db
def test_the_trial_balance_of_a_past_day_does_not_change() -> None:
    with clock.at(NOON):
        settled(8_000, key="s:1")
    with clock.at(NOON + dt.timedelta(days=1)):
        settled(1_000, key="s:2")

    then = balances.trial_balance(at=NOON + dt.timedelta(hours=1))

    assert [(row.account, row.balance_minor) for row in then] == [
        ("psp-clearing", 8_000),
        ("sales", 8_000),
    ]
    assert balances.trial_balance(at=NOON - dt.timedelta(seconds=1)) == []


def raw(*postings: tuple[str, str, int, int], entry: JournalEntry | None = None) -> None:
    """Write past our own code, as a mistaken script would."""
    now = clock.now()
    entry = entry or JournalEntry.objects.create(
        owner=OWNER, kind="settlement", key="raw:1", posting_count=2, recorded_by="system:test",
        occurred_at=now, recorded_at=now,
    )  # fmt: skip
    for account, currency, debit, credit in postings:
        Posting.objects.create(
            entry=entry, account=account, currency=currency, debit_minor=debit, credit_minor=credit
        )


def unbalanced() -> None:
    raw(("cash", "CNY", 100, 0), ("sales", "CNY", 0, 99))


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_an_unbalanced_entry_at_commit() -> None:
    with pytest.raises(IntegrityError, match="difference 1") as refused, transaction.atomic():
        unbalanced()
    assert refused.value.__cause__.diag.constraint_name == "settlement_balanced"
    assert nothing_written()


@pytest.mark.django_db(transaction=True)
def test_without_the_trigger_the_same_entry_would_stand() -> None:
    """Red without the trigger: it is the trigger that refuses, nothing else."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER settlement_posting_balanced ON settlement_posting")
            cursor.execute("DROP TRIGGER settlement_entry_balanced ON settlement_journalentry")
        unbalanced()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert Posting.objects.count() == 2
        transaction.set_rollback(True)
    assert nothing_written()


@pytest.mark.django_db(transaction=True)
def test_an_entry_without_postings_is_refused_at_commit() -> None:
    with pytest.raises(IntegrityError, match="0 of 2 lines"), transaction.atomic():
        raw()
    assert nothing_written()


@pytest.mark.django_db(transaction=True)
def test_a_balanced_pair_cannot_join_an_old_entry() -> None:
    entry = settled()
    with pytest.raises(IntegrityError, match="4 of 2 lines"), transaction.atomic():
        raw(("cash", "CNY", 5, 0), ("sales", "CNY", 0, 5), entry=entry)
    assert Posting.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_currencies_cannot_share_an_entry() -> None:
    with pytest.raises(IntegrityError, match="2 currencies"), transaction.atomic():
        raw(("cash", "EUR", 5, 0), ("sales", "CNY", 0, 5))
    assert nothing_written()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sides",
    [
        {"debit_minor": 5, "credit_minor": 5},
        {"debit_minor": 0, "credit_minor": 0},
        {"debit_minor": -5, "credit_minor": 0},
    ],
)
def test_a_posting_stands_on_exactly_one_side(sides: dict[str, int]) -> None:
    entry = settled()
    with pytest.raises(IntegrityError, match="settlement_one_side"), transaction.atomic():
        Posting.objects.create(entry=entry, account="cash", currency="CNY", **sides)


@pytest.mark.django_db
@pytest.mark.parametrize("sql", ["UPDATE settlement_posting SET debit_minor = 1",
                                 "DELETE FROM settlement_posting",
                                 "UPDATE settlement_journalentry SET owner = 'x'",
                                 "DELETE FROM settlement_journalentry",
                                 "TRUNCATE settlement_posting"])  # fmt: skip
def test_the_books_are_append_only(sql: str) -> None:
    entry = settled()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    with pytest.raises(LedgerIsAppendOnly):
        entry.save()
    assert balance() == {"psp-clearing": 8_000, "sales": 8_000}


@pytest.mark.django_db(transaction=True)
def test_eight_threads_with_one_key_settle_once() -> None:
    barrier, found, errors = threading.Barrier(8), [], []

    def work() -> None:
        barrier.wait()
        try:
            found.append(settled().pk)
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(found) == 8
    assert set(found) == {JournalEntry.objects.get().pk}
    assert OutboxMessage.objects.count() == 1
