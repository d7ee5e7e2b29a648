"""Stage 3, claim: one store at a time holds an issue, and only with its secret.

The secret is derived from the claim, so that the same store that asks again after a lost reply
gets the same answer; the database holds only its hash. The fencing token grows with each
claim of an issue: whoever held it before can change nothing.
"""

from __future__ import annotations

import datetime as dt
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

UNDER_WAY = frozenset({"claimed", "reserved", "part-dispensed", "cancel-pending"})


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


class FillUnderWay(Refused):
    """Another fill of the same prescription is claimed and not finished."""

    code = "rx.fill-under-way"
    sentence = _("Another refill of this prescription is still under way.")


class NotActive(Refused):
    """The prescription was cancelled, suspended, declined, or has expired."""

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
        FillUnderWay: another fill of a repeat prescription is not finished.
    Emits: PrescriptionClaimed.   Locks: the issues of the prescription.   Idempotent by: issue and store.
    """
    try:
        with transaction.atomic():
            fills = locking.rows(Issue.objects.filter(prescription=issue.prescription_id))
            locked = next(fill for fill in fills if fill.pk == issue.pk)
            held = locked.claims.filter(closed_at=None).first()
            if held is not None:
                if held.store_id != store.pk:
                    raise AlreadyClaimed(issue=str(issue.external_id))
                return Ticket(held, _secret(held))
            _check_fillable(locked)
            _check_one_at_a_time(locked, fills)
            return _open(locked, store, by)
    except IntegrityError as error:
        raise AlreadyClaimed(issue=str(issue.external_id)) from error


def _check_fillable(issue: Issue) -> None:
    prescription = issue.prescription
    if prescription.validity != "active":
        raise NotActive(issue=str(issue.external_id), validity=prescription.validity)
    if prescription.review == "declined":  # a pharmacist's no holds for every later fill
        raise NotActive(issue=str(issue.external_id), review=prescription.review)
    today = clock.today(prescription.issuer.time_zone)
    if not issue.opens_on <= today <= issue.closes_on:
        raise NotInWindow(
            issue=str(issue.external_id),
            opens_on=issue.opens_on.isoformat(),
            closes_on=issue.closes_on.isoformat(),
        )


def _check_one_at_a_time(issue: Issue, fills: list[Issue]) -> None:
    """With an interval between fills, no two of them are under way at once."""
    others = [fill for fill in fills if fill.pk != issue.pk and fill.use in UNDER_WAY]
    if issue.prescription.min_interval_days and others:
        raise FillUnderWay(issue=str(issue.external_id), other=str(others[0].external_id))


def postpone_next(*, issue: Issue) -> None:
    """Count the interval to the later fills from the day this one is handed over.

    Locks: the later issues, after the one that the caller holds.
    """
    prescription = issue.prescription
    today = clock.today(prescription.issuer.time_zone)
    if not prescription.min_interval_days:
        return
    later = Issue.objects.filter(prescription=prescription, use__in=["future", "available"])
    for fill in locking.rows(later.filter(pk__gt=issue.pk)):  # upwards, as `claim` locks
        steps = max(fill.number - issue.number, 1)
        earliest = today + dt.timedelta(days=prescription.min_interval_days * steps)
        if fill.opens_on < earliest:
            fill.opens_on = earliest
            fill.save(update_fields=["opens_on"])


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
