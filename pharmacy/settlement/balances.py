"""Reading the books: balances of all accounts at an instant, and the entries of an owner."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from pharmacy.core import clock
from pharmacy.settlement.accounts import GROWS_BY_DEBIT
from pharmacy.settlement.models import JournalEntry, Posting


@dataclass(frozen=True, kw_only=True)
class AccountBalance:
    """Sums of an account in one currency, in minor units."""

    account: str
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """The balance on the side on which the account grows."""
        difference = self.debit_minor - self.credit_minor
        return difference if self.account in GROWS_BY_DEBIT else -difference


def trial_balance(*, at: dt.datetime | None = None) -> list[AccountBalance]:
    """Sums of every account with postings up to an instant, by account and currency."""
    postings = Posting.objects.filter(entry__occurred_at__lte=at or clock.now())
    sums = postings.values("account", "currency").annotate(
        debits=Sum("debit_minor"), credits=Sum("credit_minor")
    )
    return [
        AccountBalance(
            account=row["account"],
            currency=row["currency"],
            debit_minor=row["debits"],
            credit_minor=row["credits"],
        )
        for row in sums.order_by("account", "currency")
    ]


def entries_of(*, owner: str) -> QuerySet[JournalEntry]:
    """The entries of an owner with their postings, oldest first."""
    found = JournalEntry.objects.filter(owner=owner).prefetch_related("postings")
    return found.order_by("recorded_at", "pk")
