"""Who takes part: a person becomes a member once, may leave, and may come back."""

from __future__ import annotations

from django.db import transaction

from loyalty import ledger
from loyalty.models import MemberAccount
from pharmacy.core import audit, clock, locking
from pharmacy.people.models import Person


def enrol(*, person: Person, by: str) -> MemberAccount:
    """Make a person a member; a member who left takes part again with the old balance.

    Idempotent by: the person.   Locks: the person's name, then the account.
    """
    with transaction.atomic():
        locking.advisory(f"loyalty:member:{person.external_id}")
        account, is_new = MemberAccount.objects.get_or_create(
            person=person, defaults={"joined_at": clock.now()}
        )
        if not is_new and account.closed_at is None:
            return account
        if not is_new:
            account = _set_closed(account, None)
        audit.record(by=by, action="member.enrolled", subject=account.audit_subject)
        return account


def leave(*, person: Person, by: str) -> MemberAccount:
    """End a membership: the points stay on record, nothing more is earned.

    Raises:
        NotEnrolled: the person is not a member.
    Idempotent by: the person.   Locks: the account.
    """
    with transaction.atomic():
        account = ledger.lock(person=person)
        if account.closed_at is None:
            account = _set_closed(account, clock.now())
            audit.record(by=by, action="member.left", subject=account.audit_subject)
        return account


def is_member(*, person: Person) -> bool:
    """Whether the person takes part now."""
    return MemberAccount.objects.filter(person=person, closed_at__isnull=True).exists()


def _set_closed(account: MemberAccount, instant: object) -> MemberAccount:
    account.closed_at = instant  # type: ignore[assignment]
    account.save(update_fields=["closed_at"])
    return account
