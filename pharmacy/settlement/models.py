"""The books: a journal entry and its postings, append-only and balanced by the database.

A posting stands on one side of one account: exactly one of debit and credit is above zero.
At commit a trigger demands of every entry: as many postings as it names (at least two), one
currency, debits equal to credits. A mistake is corrected by an entry that reverses it.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from pharmacy.core.ledger import Entry, LedgerIsAppendOnly
from pharmacy.settlement.accounts import Account


class JournalEntry(Entry):
    """One business fact in the books, once for each key."""

    KINDS = ("settlement", "refund", "refund-failed", "payout", "reversal")

    external_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.CharField(max_length=120, db_index=True)
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in KINDS])
    posting_count = models.PositiveSmallIntegerField()
    recorded_by = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="settlement_two_postings", condition=Q(posting_count__gte=2)
            ),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"journal:{self.external_id}"


class Posting(models.Model):
    """One side of an entry, in minor units."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=40, choices=Account.choices)
    currency = models.CharField(max_length=3)
    debit_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="settlement_one_side",
                condition=Q(debit_minor__gt=0, credit_minor=0)
                | Q(debit_minor=0, credit_minor__gt=0),
            ),
            models.CheckConstraint(
                name="settlement_known_account", condition=Q(account__in=sorted(Account.values))
            ),
        )
        indexes = (models.Index(fields=["account", "currency"], name="settlement_by_account"),)

    def __str__(self) -> str:
        return f"{self.account} {self.debit_minor}|{self.credit_minor}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Insert only."""
        if not self._state.adding:
            raise LedgerIsAppendOnly(table=self._meta.db_table)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise LedgerIsAppendOnly(table=self._meta.db_table)
