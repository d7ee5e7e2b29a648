"""Stage 7, dispensing (调配): pick, scan, check by a second person, hand over once (核销).

`start` takes the lots that inventory picked, `scan` proves each pack, `check` needs another
person than the picker, `hand_over` needs the patient's one-time code and moves stock and the
remaining quantity in one transaction.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from inventory import issuing, reservation
from pharmacy.core import audit, clock, crypto, locking
from pharmacy.core.errors import Conflict, Denied, Refused
from pharmacy.core.failpoints import failpoint
from pharmacy.core.states import advance
from pharmacy.formulary.models import Medicine
from pharmacy.people import access
from pharmacy.people.models import Staff
from prescriptions import bag_lines, claiming, review
from prescriptions.claiming import Ticket
from prescriptions.events import MedicationDispensed, MedicationHandedOver
from prescriptions.models import (
    Dispense,
    DispenseLine,
    HandoverCode,
    Issue,
    IssueLine,
    Report,
)

CODE_DAYS = 3
MAX_ATTEMPTS = 5


class NotApproved(Refused):
    """No pharmacist has approved this issue."""

    code = "rx.not-approved"
    sentence = _("A pharmacist has to approve this prescription first.")


class WrongPack(Refused):
    """The scanned pack is not on the pick list."""

    code = "dispense.wrong-pack"
    sentence = _("This pack does not belong to this prescription. Put it back.")


class NotAllScanned(Refused):
    """Some packs were not scanned."""

    code = "dispense.not-all-scanned"
    sentence = _("Scan every pack before you finish.")


class SamePersonCheck(Denied):
    """The checker picked the bag."""

    code = "dispense.same-person"
    sentence = _("Someone other than the person who picked must check.")


class HandoverCodeInvalid(Refused):
    """Wrong, used or expired code."""

    code = "dispense.code-invalid"
    sentence = _("This code is not valid. Ask the customer to show the code again.")


class HandoverLocked(Refused):
    """Too many wrong codes for this bag."""

    code = "dispense.code-locked"
    sentence = _("Too many wrong codes. A manager has to issue a new one.")


class NotReady(Conflict):
    """The bag is not in the state that this step needs."""

    code = "dispense.not-ready"
    sentence = _("This bag has moved on. Reload the page.")
    is_retryable = False


@transaction.atomic
def start(
    *, ticket: Ticket, picker: Staff, owner: str, limits: Mapping[int, int] | None = None
) -> Dispense:
    """Open a bag: reserve lots (FEFO) and list what to pick.

    Args:
        ticket: proof that the store holds the issue.
        picker: who fetches the packs.
        owner: the key of the stock reservation.
        limits: medicine id to base units, to give less than is owed; None gives all.

    Raises:
        ClaimLost, NotApproved, NothingToPick, OverDispensed, InsufficientStock, LotRecalled.
    Idempotent by: the one open bag of an issue.   Locks: the issue, then lots in FEFO order.
    """
    store = ticket.claim.store
    access.require_role(picker, "pharmacist", store)
    issue = claiming.hold(ticket)
    if review.approval_of(issue) is None:
        raise NotApproved(issue=str(issue.external_id))
    opened = issue.dispenses.filter(stage__in=["picking", "picked", "ready"]).first()
    if opened is not None:
        return opened
    picks = reservation.pick(owner=owner, by=picker.actor, limits=limits)
    picks = bag_lines.within(picks, limits or {})
    if not picks:
        raise bag_lines.NothingToPick(issue=str(issue.external_id))
    bag = Dispense.objects.create(
        issue=issue,
        claim=ticket.claim,
        store=store,
        number=issue.dispenses.filter(stage="handed-over").count() + 1,
        picker=picker,
        started_at=clock.now(),
    )
    bag_lines.write(bag, issue, picks)
    audit.record(
        by=picker.actor, action="dispense.started", subject=bag.audit_subject, store=store.code
    )
    return bag


@transaction.atomic
def scan(*, dispense: Dispense, barcode: str, by: Staff, lot_number: str = "") -> DispenseLine:
    """Mark the line of a scanned pack; with a lot number the lot has to match too.

    Raises:
        WrongPack: no line of this bag has this barcode (and lot).
        NotReady: the bag is not being picked.
    """
    [bag] = locking.rows(Dispense.objects.filter(pk=dispense.pk))
    access.require_role(by, "pharmacist", bag.store)
    if bag.stage != "picking":
        raise NotReady(stage=bag.stage)
    lines = bag.lines.filter(issue_line__item__medicine__barcode=barcode.strip())
    if lot_number:
        lines = lines.filter(lot_number=lot_number.strip())
    line = lines.order_by(F("scanned_at").asc(nulls_first=True), "expiry_date", "pk").first()
    if line is None:
        raise WrongPack(dispense=str(bag.external_id))
    line.scanned_at = clock.now()
    line.save(update_fields=["scanned_at"])
    return line


@transaction.atomic
def finish_picking(*, dispense: Dispense, by: Staff) -> Dispense:
    """Close the picking once every line was scanned.

    Raises:
        NotAllScanned: a line is open.
    """
    [bag] = locking.rows(Dispense.objects.filter(pk=dispense.pk))
    access.require_role(by, "pharmacist", bag.store)
    left = bag.lines.filter(scanned_at=None).count()
    if left:
        raise NotAllScanned(left=left)
    return advance(bag, "picked", by=by.actor, store=bag.store.code)


@transaction.atomic
def check(*, dispense: Dispense, checker: Staff) -> Dispense:
    """Confirm the bag as a second person; the patient's code exists from now on.

    Raises:
        SamePersonCheck: the checker picked it.
        OwnRecord: the checker is the patient.
    Emits: MedicationDispensed.   Locks: the bag.
    """
    [bag] = locking.rows(Dispense.objects.filter(pk=dispense.pk))
    access.require_licence(checker, bag.store)
    access.require_uninvolved(checker, bag.issue.prescription.person)
    if checker.pk == bag.picker_id:
        raise SamePersonCheck(dispense=str(bag.external_id))
    _make_code(bag)
    return advance(
        bag,
        "ready",
        by=checker.actor,
        store=bag.store.code,
        updates={"checker_id": checker.pk, "checked_at": clock.now()},
        event=MedicationDispensed(issue=str(bag.issue.external_id), dispense=str(bag.external_id)),
    )


def _make_code(bag: Dispense) -> HandoverCode:
    """Make a six-digit code that no other waiting bag of the store has."""
    waiting = HandoverCode.objects.filter(dispense__store=bag.store, used_at=None)
    taken = set(waiting.values_list("digest", flat=True))
    while True:
        code = f"{secrets.randbelow(1_000_000):06d}"
        digest = _digest(bag, code)
        if digest not in taken:
            break
    return HandoverCode.objects.create(
        dispense=bag,
        digest=digest,
        code=code,
        expires_at=clock.now() + dt.timedelta(days=CODE_DAYS),
    )


def _digest(bag: Dispense, code: str) -> str:
    return crypto.blind_index(f"{bag.store.code}:{code}", "handover-code")


def code_of(dispense: Dispense) -> str:
    """The code in plain digits, for the patient's own page only."""
    return dispense.handovercode.code


def find_by_code(*, store_code: str, code: str) -> Dispense | None:
    """The waiting bag that a code opens at a store."""
    digest = crypto.blind_index(f"{store_code}:{code.strip()}", "handover-code")
    found = HandoverCode.objects.filter(digest=digest, used_at=None).select_related("dispense")
    row = found.first()
    return row.dispense if row else None


def hand_over(*, dispense: Dispense, code: str, by: Staff, owner: str) -> Dispense:
    """Give the bag to the patient: stock leaves, the prescription is used, once.

    Args:
        dispense: the bag.
        code: the six digits that the patient shows.
        by: who hands over.
        owner: the key of the stock reservation.

    Raises:
        HandoverCodeInvalid, HandoverLocked, NotReady, NotActive, ClaimLost, OverDispensed,
        OwnRecord.
    Emits: MedicationHandedOver.   Locks: the issue, the bag, lots.   Idempotent by: the bag.
    """
    access.require_role(by, "pharmacist", dispense.store)
    access.require_uninvolved(by, dispense.issue.prescription.person)
    with transaction.atomic():
        issue = claiming.hold(claiming.ticket_of(issue=dispense.issue, store=dispense.store))
        [bag] = locking.rows(Dispense.objects.filter(pk=dispense.pk))
        if bag.stage != "ready":
            raise NotReady(stage=bag.stage)
        if issue.prescription.validity != "active":
            raise claiming.NotActive(validity=issue.prescription.validity)
        _require_code(bag, code)
        HandoverCode.objects.filter(dispense=bag).update(used_at=clock.now())
        _use_up(bag)
        issuing.issue(owner=owner, by=by.actor, key=f"dispense:{bag.external_id}",
                      picks=bag_lines.picks_of(bag))  # fmt: skip
        failpoint("dispense.before-commit")
        Report.objects.create(dispense=bag, created_at=clock.now())
        advance(
            bag,
            "handed-over",
            by=by.actor,
            store=bag.store.code,
            updates={"handed_over_by_id": by.pk, "handed_over_at": clock.now()},
            event=MedicationHandedOver(issue=str(issue.external_id), dispense=str(bag.external_id)),
        )
        _close_issue(issue, by)
    return bag


def try_code(*, dispense: Dispense, code: str) -> None:
    """Count a wrong code before the hand-over's own transaction, so that guessing is bounded.

    Raises:
        HandoverCodeInvalid, HandoverLocked, NotReady.
    """
    with transaction.atomic():
        row = HandoverCode.objects.select_for_update().filter(dispense=dispense).first()
        if row is not None and row.attempts < MAX_ATTEMPTS and not _fits(row, dispense, code):
            HandoverCode.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
    _require_code(dispense, code)


def _fits(row: HandoverCode, dispense: Dispense, code: str) -> bool:
    return hmac.compare_digest(row.digest, _digest(dispense, code.strip()))


def _require_code(dispense: Dispense, code: str) -> None:
    row = HandoverCode.objects.filter(dispense=dispense).first()
    if row is None:
        raise NotReady(stage=dispense.stage)
    if row.attempts >= MAX_ATTEMPTS:
        raise HandoverLocked(dispense=str(dispense.external_id))
    is_usable = row.used_at is None and row.expires_at > clock.now()
    if not (is_usable and _fits(row, dispense, code)):
        raise HandoverCodeInvalid(dispense=str(dispense.external_id))


def _use_up(bag: Dispense) -> None:
    given: dict[int, int] = {}
    for line in bag.lines.all():
        given[line.issue_line_id] = given.get(line.issue_line_id, 0) + line.quantity
    for pk, quantity in sorted(given.items()):
        changed = IssueLine.objects.filter(pk=pk, dispensed__lte=F("quantity") - quantity).update(
            dispensed=F("dispensed") + quantity
        )
        if not changed:
            raise bag_lines.OverDispensed(line=pk, wanted=quantity)


def _close_issue(issue: Issue, by: Staff) -> None:
    is_complete = not issue.lines.filter(dispensed__lt=F("quantity")).exists()
    target = "dispensed" if is_complete else "part-dispensed"
    advance(issue, target, by=by.actor, field="use")
    if is_complete:
        claiming.close(issue=issue, reason="dispensed")
    claiming.postpone_next(issue=issue)


@transaction.atomic
def renew_code(*, dispense: Dispense, by: Staff) -> HandoverCode:
    """Replace a locked or expired code; a manager of the store does it.

    Raises:
        RoleMissing, NotReady.
    """
    [bag] = locking.rows(Dispense.objects.filter(pk=dispense.pk))
    access.require_role(by, "manager", bag.store)
    if bag.stage != "ready":
        raise NotReady(stage=bag.stage)
    HandoverCode.objects.filter(dispense=bag).delete()
    audit.record(
        by=by.actor, action="dispense.code-renewed", subject=bag.audit_subject,
        store=bag.store.code,
    )  # fmt: skip
    return _make_code(bag)


@transaction.atomic
def abandon(*, dispense: Dispense, by: Staff, reason: str) -> Dispense:
    """Give up a bag before it is handed over; its code opens nothing, its lots stay held.

    The next bag picks anew, so that a recalled lot is replaced.

    Raises:
        RoleMissing, NotReady.
    Locks: the issue, the bag.
    """
    access.require_role(by, "pharmacist", dispense.store)
    locking.rows(Issue.objects.filter(pk=dispense.issue_id))
    [bag] = locking.rows(Dispense.objects.filter(pk=dispense.pk))
    if bag.stage not in {"picking", "picked", "ready"}:
        raise NotReady(stage=bag.stage)
    HandoverCode.objects.filter(dispense=bag).delete()
    return advance(bag, "abandoned", by=by.actor, reason=reason, store=bag.store.code)


def lines_by_medicine(dispense: Dispense) -> dict[Medicine, int]:
    """Base units handed out of each medicine in this bag."""
    totals: dict[Medicine, int] = {}
    for line in dispense.lines.select_related("issue_line__item__medicine__product"):
        medicine = line.issue_line.item.known_medicine
        totals[medicine] = totals.get(medicine, 0) + line.quantity
    return totals
