"""Taking points back when goods come back: line by line, each line once, never by the rules.

What a line earned is on record; its reversal posts exactly that with the signs turned. Lines
add up to the whole, and a line that was taken back is left alone the second time.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from loyalty import accrual, ledger
from loyalty.errors import UnknownLine
from loyalty.events import PointsReversed
from loyalty.facts import LineOutcome
from loyalty.ledger import Posting
from loyalty.models import AVAILABLE, ISSUED, PENDING, MemberAccount, PointsTransaction
from pharmacy.core import clock, outbox


def reverse(*, key: str, lines: Collection[int] | None = None) -> int:
    """Take back what lines of a purchase earned.

    Args:
        key: of the purchase, as it was earned.
        lines: numbers of the lines, counted from 1; None takes back the whole purchase.
    Returns: the points taken back by this call; 0 when they were taken back before.

    Raises:
        UnknownFact: nothing was earned under this key.
        UnknownLine: the purchase has no such line.
        PointsAlreadySpent: the balance no longer holds the points.
    Emits: PointsReversed.   Locks: the account.   Idempotent by: key and line.
    """
    with transaction.atomic():
        earned = accrual.find(key)
        member = ledger.lock(pk=earned.member_id)
        taken = sum(_take_back(line, earned, member) for line in _open_lines(earned, lines))
        if taken:
            outbox.record(PointsReversed(member=str(member.external_id), points=taken, key=key))
        return taken


def _open_lines(earned: PointsTransaction, wanted: Collection[int] | None) -> list[LineOutcome]:
    known = {line.line: line for line in accrual.outcome(earned).reasons}
    unknown = set(wanted or ()) - set(known)
    if unknown:
        raise UnknownLine(lines=sorted(unknown))
    done = set(earned.reversals.values_list("line", flat=True))
    numbers = set(known if wanted is None else wanted) - done
    return [known[number] for number in sorted(numbers) if known[number].points]


def _take_back(line: LineOutcome, earned: PointsTransaction, member: MemberAccount) -> int:
    posting = Posting(
        key=f"reverse:{earned.key}:line:{line.line}",
        kind="reverse",
        moves={_account(earned): -line.points, ISSUED: line.points},
        fingerprint=earned.fingerprint,
        occurred_at=clock.now(),
        rule_version=earned.rule_version,
        reverses=earned,
        line=line.line,
    )
    ledger.post(member=member, posting=posting)
    return line.points


def _account(earned: PointsTransaction) -> str:
    """Where the points are now: pending until they were confirmed."""
    is_confirmed = PointsTransaction.objects.filter(key=f"confirm:{earned.key}").exists()
    return AVAILABLE if is_confirmed or accrual.is_final(earned) else PENDING
