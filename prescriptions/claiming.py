"""Stage 3, claim: one store at a time holds an issue, and only with its secret.

The secret is derived from the claim, so that the same store that asks again after a lost reply
gets the same answer; the database holds only its hash. The fencing token grows with each
claim of an issue: whoever held it before can change nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from pharmacy.core import clock, crypto, locking
from pharmacy.core.errors import Conflict, Refused
from pharmacy.core.states import advance
from pharmacy.people.models import Store
from prescriptions.events import ClaimReleased, PrescriptionClaimed
from prescriptions.models import Claim, Issue


class AlreadyClaimed(Refused):
    """Another store holds this issue."""

    code = "rx.already-claimed"
    sentence = _("Another pharmacy is already preparing this prescription.")


class ClaimLost(Conflict):
    """The secret is stale or wrong: somebody else may hold the issue now."""

    code = "rx.claim-lost"
    sentence = _("This prescription is no longer held by your pharmacy.")
    is_retryable = False


class NotInWindow(Refused):
    """Too early or too late for this fill."""

    code = "rx.not-in-window"
    sentence = _("This prescription cannot be filled today.")


class NotActive(Refused):
    """The prescription was cancelled, suspended or has expired."""

    code = "rx.not-active"
    sentence = _("This prescription is no longer active.")


@dataclass(frozen=True)
class Ticket:
    """Proof of a claim: its id, its fencing token and its secret."""

    claim: Claim
    secret: str


def claim(*, issue: Issue, store: Store, by: str) -> Ticket:
    """Give a store the exclusive right to fill an issue.

    Raises:
        AlreadyClaimed: another store holds it.
        NotActive, NotInWindow: it may not be filled at all, or not today.
    Emits: PrescriptionClaimed.   Locks: the issue.   Idempotent by: issue and store.
    """
    try:
        with transaction.atomic():
            [locked] = locking.rows(Issue.objects.filter(pk=issue.pk))
            held = locked.claims.filter(closed_at=None).first()
            if held is not None:
                if held.store_id != store.pk:
                    raise AlreadyClaimed(issue=str(issue.external_id))
                return Ticket(held, _secret(held))
            _check_fillable(locked)
            return _open(locked, store, by)
    except IntegrityError as error:
        raise AlreadyClaimed(issue=str(issue.external_id)) from error


def _check_fillable(issue: Issue) -> None:
    prescription = issue.prescription
    if prescription.validity != "active":
        raise NotActive(issue=str(issue.external_id), validity=prescription.validity)
    today = clock.today(prescription.issuer.time_zone)
    if not issue.opens_on <= today <= issue.closes_on:
        raise NotInWindow(
            issue=str(issue.external_id),
            opens_on=issue.opens_on.isoformat(),
            closes_on=issue.closes_on.isoformat(),
        )


def _open(issue: Issue, store: Store, by: str) -> Ticket:
    last = issue.claims.aggregate(last=Max("fencing_token"))["last"] or 0
    opened = Claim(
        issue=issue, store=store, fencing_token=last + 1, opened_at=clock.now(), secret_hash=""
    )
    opened.secret_hash = _hash(_secret(opened))
    opened.save()
    if issue.use == "future":
        advance(issue, "available", by="system:calendar", field="use")
    advance(
        issue,
        "claimed",
        by=by,
        field="use",
        store=store.code,
        event=PrescriptionClaimed(issue=str(issue.external_id), store=store.code),
    )
    return Ticket(opened, _secret(opened))


def hold(ticket: Ticket) -> Issue:
    """Lock the issue of a ticket and prove that the ticket still holds it.

    Raises:
        ClaimLost: the claim was closed, or the secret is not its secret.
    Locks: the issue, then the claim.
    """
    [issue] = locking.rows(Issue.objects.filter(pk=ticket.claim.issue_id))
    current = issue.claims.filter(closed_at=None).first()
    if (
        current is None
        or current.pk != ticket.claim.pk
        or not hmac.compare_digest(current.secret_hash, _hash(ticket.secret))
    ):
        raise ClaimLost(issue=str(issue.external_id))
    return issue


def ticket_of(*, issue: Issue, store: Store) -> Ticket:
    """The ticket of the store that holds an issue now.

    Raises:
        ClaimLost: this store does not hold it.
    """
    held = Claim.objects.filter(issue=issue, store=store, closed_at=None).first()
    if held is None:
        raise ClaimLost(issue=str(issue.external_id), store=store.code)
    return Ticket(held, _secret(held))


@transaction.atomic
def release(*, ticket: Ticket, by: str, reason: str) -> None:
    """Give an issue back; its secret opens nothing any more.

    Raises:
        ClaimLost: somebody else holds it.
    Emits: ClaimReleased.   Locks: the issue.
    """
    issue = hold(ticket)
    close(issue=issue, reason=reason)
    store = ticket.claim.store.code
    advance(
        issue,
        "available",
        by=by,
        field="use",
        reason=reason,
        store=store,
        event=ClaimReleased(issue=str(issue.external_id), store=store, reason=reason),
    )


@transaction.atomic
def note_reserved(*, ticket: Ticket, by: str) -> Issue:
    """Note on a claimed issue that its medicine is set aside at the store.

    Raises:
        ClaimLost: somebody else holds it.
    Locks: the issue.
    """
    issue = hold(ticket)
    if issue.use == "reserved":
        return issue
    return advance(issue, "reserved", by=by, field="use", store=ticket.claim.store.code)


def close(*, issue: Issue, reason: str) -> None:
    """End the open claim of a locked issue without moving the issue."""
    issue.claims.filter(closed_at=None).update(closed_at=clock.now(), close_reason=reason[:40])


def _secret(row: Claim) -> str:
    return crypto.blind_index(f"{row.external_id}:{row.fencing_token}", "claim-secret")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
