"""Earning points: a finished purchase is assessed line by line and posted once.

The policy says which lines may earn, the rules say how much, the ledger writes it down with
the reasons. A purchase that earns nothing is recorded too, so that its answer stays the same.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from loyalty import eligibility, ledger, reasons, rules
from loyalty.errors import FactChanged, ProgrammeClosed, UnknownFact
from loyalty.events import PointsEarned
from loyalty.facts import EarnOutcome, LineOutcome, PurchaseFact, PurchaseLine
from loyalty.ledger import Posting
from loyalty.models import AVAILABLE, ISSUED, PENDING, MemberAccount, PointsTransaction
from pharmacy.core import clock, outbox
from pharmacy.core.errors import Invalid
from pharmacy.core.idempotency import fingerprint


class EmptyPurchase(Invalid):
    """A purchase has at least one line, and no line has a negative price."""

    code = "loyalty.empty-purchase"
    sentence = _("A purchase needs at least one line, and no price below zero.")


def earn(fact: PurchaseFact) -> EarnOutcome:
    """Give a member the points of a purchase and tell why each line earned what it earned.

    Rule: prescription medicine earns only where the policy allows it.

    Raises:
        EmptyPurchase: no lines, or a line with a negative price.
        NotEnrolled: the person is not a member.
        ProgrammeClosed: the membership has ended.
        FactChanged: the key came before with another purchase.
    Emits: PointsEarned, when there are points.   Locks: the account.
    Idempotent by: fact.key.
    """
    if not fact.lines or any(line.net_minor < 0 for line in fact.lines):
        raise EmptyPurchase(key=fact.key)
    try:
        with transaction.atomic():
            return _earn(fact)
    except IntegrityError as error:
        # The same key was posted for another member at this very moment.
        if _constraint(error).startswith("loyalty_pointstransaction_key"):
            raise FactChanged(key=fact.key) from error
        raise


def confirm(*, key: str) -> int:
    """Make the pending points of a purchase available, less what was taken back meanwhile.

    Returns: the points that became available.

    Raises:
        UnknownFact: nothing was earned under this key.
    Locks: the account.   Idempotent by: key.
    """
    with transaction.atomic():
        earned = find(key)
        member = ledger.lock(pk=earned.member_id)
        done = ledger.known(f"confirm:{earned.key}", earned.fingerprint)
        if done is not None:
            return _moved(done)
        points = earned.points + sum(earned.reversals.values_list("points", flat=True))
        pending = 0 if is_final(earned) else points
        moves = {PENDING: -pending, AVAILABLE: pending}
        posting = Posting(
            key=f"confirm:{earned.key}", kind="confirm", moves=moves,
            fingerprint=earned.fingerprint, occurred_at=clock.now(),
        )  # fmt: skip
        ledger.post(member=member, posting=posting)
        return pending


def find(key: str) -> PointsTransaction:
    """The earning of a purchase.

    Raises:
        UnknownFact: there is none.
    """
    row = PointsTransaction.objects.filter(key=f"earn:{key}").first()
    if row is None:
        raise UnknownFact(key=key)
    return row


def is_final(earned: PointsTransaction) -> bool:
    """Whether the points of an earning went straight to the available balance."""
    return not earned.postings.filter(account=PENDING).exists()


def outcome(earned: PointsTransaction) -> EarnOutcome:
    """What was answered when the purchase was posted."""
    lines = tuple(LineOutcome(**line) for line in earned.explanation)
    return EarnOutcome(points=earned.points, reasons=lines)


def _earn(fact: PurchaseFact) -> EarnOutcome:
    member = ledger.lock(person__external_id=fact.person_id)
    digest = fingerprint(dataclasses.asdict(fact))
    earned = ledger.known(f"earn:{fact.key}", digest)
    if earned is None:
        earned = _post(fact, member, digest)
    return outcome(earned)


def _post(fact: PurchaseFact, member: MemberAccount, digest: str) -> PointsTransaction:
    if member.closed_at is not None:
        raise ProgrammeClosed(member=str(member.external_id))
    lines = [_assess(number, line, fact) for number, line in enumerate(fact.lines, start=1)]
    points = sum(line.points for line in lines)
    posting = Posting(
        key=f"earn:{fact.key}",
        kind="earn",
        moves={AVAILABLE if fact.is_final else PENDING: points, ISSUED: -points},
        fingerprint=digest,
        occurred_at=fact.occurred_at,
        rule_version=rules.version(),
        explanation=[dataclasses.asdict(line) for line in lines],
    )
    row = ledger.post(member=member, posting=posting)
    if points:
        outbox.record(PointsEarned(member=str(member.external_id), points=points, key=fact.key))
    return row


def _assess(number: int, line: PurchaseLine, fact: PurchaseFact) -> LineOutcome:
    allowed = eligibility.of(line, channel=fact.channel)
    if not allowed.is_eligible:
        return LineOutcome(line=number, points=0, reason_code=allowed.reason_code)
    given = [rule.points(line, currency=fact.currency) for _, rule in rules.RULES]
    known = [points for points in given if points is not None]
    code = reasons.EARNED if sum(known) else (reasons.BELOW if known else reasons.FOREIGN)
    return LineOutcome(line=number, points=sum(known), reason_code=code)


def _moved(done: PointsTransaction) -> int:
    posting = done.postings.filter(account=AVAILABLE).first()
    return posting.points if posting else 0


def _constraint(error: IntegrityError) -> str:
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", "") or ""
