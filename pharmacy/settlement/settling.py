"""Writing the books: what was handed over is paid; a refund; the reversal of a mistake.

Every verb is one balanced journal entry, written in the caller's transaction, once for each
key. The database repeats the check at commit, whoever writes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from pharmacy.core import audit, clock, outbox
from pharmacy.core.money import Money
from pharmacy.settlement.accounts import Account
from pharmacy.settlement.errors import (
    AlreadyReversed,
    ClaimMismatch,
    NothingToSettle,
    SettlementKeyReused,
    Unbalanced,
)
from pharmacy.settlement.events import OrderSettled
from pharmacy.settlement.models import JournalEntry, Posting

SYSTEM = "system:settlement"


@dataclass(frozen=True)
class Line:
    """One side of an entry to be: minor units, one of the two above zero."""

    account: str
    debit_minor: int
    credit_minor: int
    currency: str

    @property
    def mirrored(self) -> Line:
        """The same line on the other side."""
        return Line(self.account, self.credit_minor, self.debit_minor, self.currency)


def debit(account: Account, amount: Money) -> Line:
    """A line on the debit side."""
    return Line(account.value, amount.minor, 0, amount.currency)


def credit(account: Account, amount: Money) -> Line:
    """A line on the credit side."""
    return Line(account.value, 0, amount.minor, amount.currency)


def settle(
    *,
    owner: str,
    handed_over: Money,
    captured: Money,
    key: str,
    insurer: Money | None = None,
    by: str = SYSTEM,
) -> JournalEntry:
    """Book a hand-over: the customer's and the insurer's part together are its value.

    Raises:
        ClaimMismatch: captured plus insurer is not what was handed over; nothing is written.
        NothingToSettle: nothing was handed over.
        SettlementKeyReused: the key came before with other amounts or another owner.
    Emits: OrderSettled.   Idempotent by: key.
    """
    covered = insurer or Money(0, captured.currency)
    if handed_over.currency != captured.currency or captured + covered != handed_over:
        raise ClaimMismatch(
            owner=owner, handed_over=handed_over.minor, paid=captured.minor + covered.minor
        )
    parts = [(Account.PSP_CLEARING, captured), (Account.INSURER_RECEIVABLE, covered)]
    lines = [debit(account, amount) for account, amount in parts if amount]
    lines.append(credit(Account.SALES, handed_over))
    return post(
        owner=owner, kind="settlement", lines=lines, key=key, by=by, event=OrderSettled(owner=owner)
    )


def refund(*, owner: str, amount: Money, key: str, by: str = SYSTEM) -> JournalEntry:
    """Book money that went back through the payment provider.

    Raises:
        NothingToSettle, SettlementKeyReused.
    Idempotent by: key.
    """
    lines = [debit(Account.SALES, amount), credit(Account.PSP_CLEARING, amount)]
    return post(owner=owner, kind="refund", lines=lines, key=key, by=by)


def refund_failed(*, owner: str, amount: Money, key: str, by: str = SYSTEM) -> JournalEntry:
    """Book a refund that came back: the customer is still owed it.

    Raises:
        NothingToSettle, SettlementKeyReused.
    Idempotent by: key.
    """
    lines = [debit(Account.PSP_CLEARING, amount), credit(Account.REFUNDS_PAYABLE, amount)]
    return post(owner=owner, kind="refund-failed", lines=lines, key=key, by=by)


def reverse(*, entry: JournalEntry, reason: str, key: str, by: str = SYSTEM) -> JournalEntry:
    """Undo an entry by its mirror image; the first one stays as it is.

    Raises:
        AlreadyReversed: another key reversed it before.
        SettlementKeyReused: the key belongs to another entry.
    Idempotent by: key.
    """
    lines = [line.mirrored for line in lines_of(entry)]
    made = post(
        owner=entry.owner, kind="reversal", lines=lines, key=key, by=by, reverses=entry,
        reason=reason,
    )  # fmt: skip
    if made.reverses_id != entry.pk:
        raise SettlementKeyReused(key=key)
    return made


def post(
    *,
    owner: str,
    kind: str,
    lines: list[Line],
    key: str,
    by: str,
    reverses: JournalEntry | None = None,
    reason: str = "",
    event: outbox.Event | None = None,
    occurred_at: dt.datetime | None = None,
) -> JournalEntry:
    """Write one balanced entry with its audit line and event, or return the one of the key.

    Raises:
        Unbalanced, NothingToSettle, SettlementKeyReused, AlreadyReversed.
    Idempotent by: key.
    """
    _check(lines)
    known = JournalEntry.objects.filter(key=key).first()
    if known is None:
        now = clock.now()
        entry = JournalEntry(
            owner=owner, kind=kind, key=key, posting_count=len(lines), recorded_by=by,
            occurred_at=occurred_at or now, recorded_at=now, reverses=reverses,
        )  # fmt: skip
        known = _insert(entry, lines, reason, event)
    _check_same(known, owner, lines)
    return known


def lines_of(entry: JournalEntry) -> list[Line]:
    """The postings of an entry as lines, in their order."""
    return [
        Line(row.account, row.debit_minor, row.credit_minor, row.currency)
        for row in entry.postings.order_by("pk")
    ]


def _check(lines: list[Line]) -> None:
    if any(line.debit_minor < 0 or line.credit_minor < 0 for line in lines):
        raise Unbalanced(reason="negative")
    debits, others = (
        sum(line.debit_minor for line in lines),
        sum(line.credit_minor for line in lines),
    )
    if debits != others or len({line.currency for line in lines}) != 1:
        raise Unbalanced(debits=debits, credits=others)
    if any(line.debit_minor + line.credit_minor == 0 for line in lines):
        raise NothingToSettle


def _insert(
    entry: JournalEntry, lines: list[Line], reason: str, event: outbox.Event | None
) -> JournalEntry:
    """Insert, or return the entry of whoever was faster with the same key."""
    try:
        with transaction.atomic():
            entry.save()
            Posting.objects.bulk_create(
                [
                    Posting(
                        entry=entry, account=line.account, currency=line.currency,
                        debit_minor=line.debit_minor, credit_minor=line.credit_minor,
                    )
                    for line in lines
                ]
            )  # fmt: skip
            subject, action = entry.audit_subject, f"journal.{entry.kind}"
            audit.record(by=entry.recorded_by, action=action, subject=subject, reason=reason)
            if event is not None:
                outbox.record(event)
    except IntegrityError as error:
        known = JournalEntry.objects.filter(key=entry.key).first()
        if known is None and entry.reverses_id:
            raise AlreadyReversed(owner=entry.owner) from error
        if known is None:
            raise
        return known
    return entry


def _check_same(entry: JournalEntry, owner: str, lines: list[Line]) -> None:
    if entry.owner != owner or lines_of(entry) != lines:
        raise SettlementKeyReused(key=entry.key)
