"""Tables of the points ledger: a member's account, transactions, and their postings.

A transaction is one business fact (a purchase, its reversal); its postings move points between
accounts and sum to zero, which the database checks at commit. Transactions and postings are
append-only. The account row holds the balance as a snapshot and is the one lock of a member.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from pharmacy.core.ledger import Entry, LedgerIsAppendOnly
from pharmacy.people.models import Person

AVAILABLE = "member:available"
PENDING = "member:pending"
ISSUED = "programme:issued"
REDEEMED = "programme:redeemed"
EXPIRED = "programme:expired"
ADJUSTMENT = "programme:adjustment"
ACCOUNTS = [AVAILABLE, PENDING, ISSUED, REDEEMED, EXPIRED, ADJUSTMENT]
KINDS = ["earn", "confirm", "reverse", "redeem", "adjust"]


class MemberAccount(models.Model):
    """A person's membership; `available` and `pending` always equal the sums of postings."""

    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="member_account")
    available = models.BigIntegerField(default=0)
    pending = models.BigIntegerField(default=0)
    joined_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(available__gte=0), name="loyalty_available_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(pending__gte=0), name="loyalty_pending_not_negative"
            ),
        )

    def __str__(self) -> str:
        return str(self.external_id)

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"member:{self.external_id}"


class PointsTransaction(Entry):
    """One fact with its effect on one member: `points` is what the member gains or loses.

    `key` names the fact, `fingerprint` what was said of it, `explanation` why each line of a
    purchase earned what it earned. A reversal names the transaction and the line it takes back.
    """

    member = models.ForeignKey(MemberAccount, on_delete=models.PROTECT, related_name="transactions")
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in KINDS])
    fingerprint = models.CharField(max_length=64)
    points = models.BigIntegerField()
    rule_version = models.CharField(max_length=80, blank=True)
    explanation = models.JSONField(default=list)
    reverses = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reversals"
    )
    line = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["reverses", "line"],
                condition=Q(reverses__isnull=False),
                nulls_distinct=False,
                name="loyalty_line_reversed_once",
            ),
        )
        indexes = (models.Index(fields=["member", "-id"], name="loyalty_member_history"),)

    def __str__(self) -> str:
        return self.key


class PointsPosting(models.Model):
    """A signed number of points on one account; the postings of a transaction sum to zero."""

    transaction = models.ForeignKey(
        PointsTransaction, on_delete=models.PROTECT, related_name="postings"
    )
    account = models.CharField(max_length=24, choices=[(name, name) for name in ACCOUNTS])
    member = models.ForeignKey(
        MemberAccount, null=True, on_delete=models.PROTECT, related_name="postings"
    )
    points = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["transaction", "account"], name="loyalty_posting_once_an_account"
            ),
            models.CheckConstraint(condition=~Q(points=0), name="loyalty_posting_not_zero"),
            models.CheckConstraint(
                condition=Q(account__startswith="member:", member__isnull=False)
                | (~Q(account__startswith="member:") & Q(member__isnull=True)),
                name="loyalty_posting_names_its_member",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account} {self.points:+d}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Insert only."""
        if not self._state.adding:
            raise LedgerIsAppendOnly(table=self._meta.db_table)
        super().save(*args, **kwargs)  # type: ignore[arg-type]
