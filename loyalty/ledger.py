"""The only writer of points: one lock, one transaction row, its postings, the new balance.

Callers open the database transaction, `lock` the member, look whether the fact is `known`,
and `post` it. Balance and postings change together or not at all.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from loyalty.errors import FactChanged, NotEnrolled, PointsAlreadySpent
from loyalty.models import AVAILABLE, PENDING, MemberAccount, PointsPosting, PointsTransaction
from pharmacy.core import clock, locking

COLUMNS = {AVAILABLE: "available", PENDING: "pending"}


@dataclass(frozen=True, kw_only=True)
class Posting:
    """What is to be written: `moves` maps account to signed points and sums to zero."""

    key: str
    kind: str
    moves: dict[str, int]
    fingerprint: str
    occurred_at: dt.datetime
    rule_version: str = ""
    explanation: list[dict[str, Any]] = field(default_factory=list)
    reverses: PointsTransaction | None = None
    line: int | None = None


def lock(**member: Any) -> MemberAccount:
    """Lock the one account that fits the lookup, for the rest of the transaction.

    Raises:
        NotEnrolled: there is none.
    Locks: the account, in a statement of its own, so that what is read next is fresh.
    """
    found = locking.rows(MemberAccount.objects.filter(**member))
    if not found:
        raise NotEnrolled
    return found[0]


def known(key: str, fingerprint: str) -> PointsTransaction | None:
    """Return the transaction of a fact that was already posted.

    Raises:
        FactChanged: the key was used for something else.
    """
    row = PointsTransaction.objects.filter(key=key).first()
    if row is not None and row.fingerprint != fingerprint:
        raise FactChanged(key=key)
    return row


def post(*, member: MemberAccount, posting: Posting) -> PointsTransaction:
    """Write a transaction and move the balance of the locked member.

    Raises:
        PointsAlreadySpent: a balance would fall below zero.
    """
    moves = {account: points for account, points in posting.moves.items() if points}
    _move_balance(member, moves)
    row = PointsTransaction.objects.create(
        member=member,
        key=posting.key,
        kind=posting.kind,
        fingerprint=posting.fingerprint,
        points=sum(points for account, points in moves.items() if account in COLUMNS),
        rule_version=posting.rule_version,
        explanation=posting.explanation,
        reverses=posting.reverses,
        line=posting.line,
        occurred_at=posting.occurred_at,
        recorded_at=clock.now(),
    )
    PointsPosting.objects.bulk_create(
        PointsPosting(
            transaction=row,
            account=account,
            member=member if account in COLUMNS else None,
            points=points,
        )
        for account, points in moves.items()
    )
    return row


def _move_balance(member: MemberAccount, moves: dict[str, int]) -> None:
    changed = []
    for account, column in COLUMNS.items():
        after = getattr(member, column) + moves.get(account, 0)
        if after < 0:
            raise PointsAlreadySpent(member=str(member.external_id), account=account)
        if account in moves:
            setattr(member, column, after)
            changed.append(column)
    if changed:
        member.save(update_fields=changed)
