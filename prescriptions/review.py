"""Stage 4, review (审方): a licensed pharmacist weighs the findings and decides.

The rules in `review_rules/` find; a person decides. Approval needs every one of the ten
answers of 四查十对 (处方管理办法 art. 37) and a reason for every finding that is not fine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from pharmacy.core import audit, clock
from pharmacy.core.errors import Invalid, Refused
from pharmacy.core.outbox import record
from pharmacy.core.states import advance
from pharmacy.people import access
from pharmacy.people.models import Staff, Store
from prescriptions import claiming, review_rules
from prescriptions.events import PrescriptionApproved, PrescriptionDeclined, PrescriptionQueried
from prescriptions.models import ChecklistAnswer, Finding, Issue, PrescriptionItem, Review

# The ten matches in the order of the article: prescription, medicine, compatibility, diagnosis.
CHECKLIST = {
    "department": _("Department"),
    "name": _("Patient's name"),
    "age": _("Patient's age"),
    "medicine": _("Name of the medicine"),
    "form": _("Dosage form"),
    "strength": _("Strength"),
    "quantity": _("Quantity"),
    "properties": _("Properties of the medicine"),
    "usage": _("Usage and dose"),
    "diagnosis": _("Clinical diagnosis"),
}
DECLINE_REASONS = {
    "dose": _("The dose does not fit"),
    "interaction": _("Interaction or duplicate therapy"),
    "allergy": _("The patient is allergic"),
    "unclear": _("The prescription is unclear"),
    "not-indicated": _("Does not fit the diagnosis"),
    "suspicious": _("The prescription may not be genuine"),
    "unavailable": _("The medicine cannot be supplied"),
}
NEEDS_REASON = 2  # alerts of this severity and above need a written reason


class UnresolvedFinding(Refused):
    """A finding that is not fine has no reason beside it."""

    code = "review.unresolved-finding"
    sentence = _("Some findings still need a reason.")


class ChecklistIncomplete(Refused):
    """Not all of the ten answers are yes."""

    code = "review.checklist-incomplete"
    sentence = _("All ten checks must be confirmed before approval.")


class ReasonMissing(Invalid):
    """A decline or a query needs a coded reason."""

    code = "review.reason-missing"
    sentence = _("Choose a reason.")


class AlreadyDecided(Refused):
    """The issue was approved or declined before."""

    code = "review.already-decided"
    sentence = _("This prescription was already decided.")


@dataclass(frozen=True)
class Decision:
    """What the pharmacist says: `approve`, `decline` or `query`, and on what grounds.

    `answers` maps each question of CHECKLIST to yes or no; `overrides` maps the id of a
    finding to the reason why it is acceptable.
    """

    verdict: str
    answers: Mapping[str, bool] = field(default_factory=dict)
    overrides: Mapping[int, str] = field(default_factory=dict)
    reason_code: str = ""
    note: str = ""


@transaction.atomic
def prepare(*, issue: Issue) -> list[Finding]:
    """Run every clinical rule on an issue and keep what they found.

    Runs again for each call; findings of earlier runs are kept for the record and only the
    newest of each rule counts.
    """
    drafts = review_rules.run(review_rules.build_facts(issue))
    items = {item.line: item for item in PrescriptionItem.objects.filter(issueline__issue=issue)}
    now = clock.now()
    return Finding.objects.bulk_create(
        [
            Finding(
                issue=issue,
                item=items.get(draft.line) if draft.line else None,
                rule=draft.rule,
                knowledge_version=draft.knowledge_version,
                state=draft.state,
                severity=draft.severity,
                code=draft.code,
                facts=dict(draft.facts),
                found_at=now,
            )
            for draft in drafts
        ]
    )


def current_findings(issue: Issue) -> list[Finding]:
    """The findings of the newest run, the severe ones first."""
    newest = issue.findings.order_by("-found_at").values_list("found_at", flat=True).first()
    if newest is None:
        return []
    found = issue.findings.filter(found_at=newest).select_related("item", "overridden_by")
    rank = {"alert": 0, "not-checked": 1, "ok": 2}
    return sorted(found, key=lambda f: (rank[f.state], -f.severity, f.pk))


def decide(*, issue: Issue, store: Store, reviewer: Staff, decision: Decision) -> Review:
    """Record the decision of a licensed pharmacist of the store that holds the issue.

    Rule: 处方管理办法 art. 33-37; checks by the reviewer, the ten answers are kept.

    Raises:
        NotLicensed, RoleMissing: the reviewer may not decide here.
        OwnRecord: the reviewer is the patient.
        ClaimLost: the store does not hold the issue.
        AlreadyDecided, UnresolvedFinding, ChecklistIncomplete, ReasonMissing.
    Emits: PrescriptionApproved, PrescriptionDeclined or PrescriptionQueried.   Locks: the issue.
    """
    access.require_licence(reviewer, store)
    access.require_uninvolved(reviewer, issue.prescription.person)
    if decision.verdict != "approve" and decision.reason_code not in DECLINE_REASONS:
        raise ReasonMissing(field="reason_code")
    with transaction.atomic():
        held = claiming.hold(claiming.ticket_of(issue=issue, store=store))
        if held.use not in {"claimed", "reserved"} or approval_of(held):
            raise AlreadyDecided(issue=str(issue.external_id))
        if decision.verdict == "approve":
            _settle_findings(held, reviewer, decision)
        made = _keep(held, store, reviewer, decision)
        _EFFECTS[decision.verdict](held, store, reviewer, decision)
    return made


def approval_of(issue: Issue) -> Review | None:
    """The approval that counts now: made by the store that holds the issue, under this claim.

    A store that takes over after a cancellation reviews again.
    """
    held = issue.claims.filter(closed_at=None).first()
    if held is None:
        return None
    made = issue.reviews.filter(decision="approve", store=held.store_id)
    return made.filter(decided_at__gte=held.opened_at).order_by("-decided_at").first()


def _settle_findings(issue: Issue, reviewer: Staff, decision: Decision) -> None:
    if any(not decision.answers.get(question) for question in CHECKLIST):
        missing = [question for question in CHECKLIST if not decision.answers.get(question)]
        raise ChecklistIncomplete(missing=missing)
    findings = current_findings(issue)
    if not findings:
        raise UnresolvedFinding(findings="none-run")
    for finding in findings:
        needs = finding.state == "not-checked" or (
            finding.state == "alert" and finding.severity >= NEEDS_REASON
        )
        reason = decision.overrides.get(finding.pk, "").strip()
        if needs and not reason:
            raise UnresolvedFinding(finding=finding.pk, code=finding.code)
        if reason:
            finding.override_reason, finding.overridden_by = reason[:300], reviewer
            finding.save(update_fields=["override_reason", "overridden_by"])


def _keep(issue: Issue, store: Store, reviewer: Staff, decision: Decision) -> Review:
    made = Review.objects.create(
        issue=issue,
        store=store,
        reviewer=reviewer,
        decision=decision.verdict,
        reason_code=decision.reason_code,
        note=decision.note[:400],
        decided_at=clock.now(),
    )
    ChecklistAnswer.objects.bulk_create(
        ChecklistAnswer(review=made, question=question, is_confirmed=bool(answer))
        for question, answer in decision.answers.items()
        if question in CHECKLIST
    )
    audit.record(
        by=reviewer.actor,
        action=f"review.{decision.verdict}",
        subject=issue.audit_subject,
        store=store.code,
        reason=decision.reason_code,
    )
    return made


def _approve(issue: Issue, store: Store, reviewer: Staff, _decision: Decision) -> None:
    event = PrescriptionApproved(issue=str(issue.external_id), store=store.code)
    if issue.prescription.review in {"pending", "queried"}:
        advance(issue.prescription, "approved", by=reviewer.actor, field="review", event=event)
    else:  # a later issue of a prescription that was approved before
        record(event)


def _decline(issue: Issue, store: Store, reviewer: Staff, decision: Decision) -> None:
    """End the issue; only "we cannot supply it" leaves it free for another store."""
    claiming.close(issue=issue, reason=f"declined:{decision.reason_code}")
    is_free = decision.reason_code == "unavailable"
    if not is_free and issue.prescription.review in {"pending", "queried"}:
        advance(issue.prescription, "declined", by=reviewer.actor, field="review")
    advance(
        issue,
        "available" if is_free else "not-dispensed",
        by=reviewer.actor,
        field="use",
        reason=decision.reason_code,
        store=store.code,
        event=PrescriptionDeclined(
            issue=str(issue.external_id), store=store.code, reason_code=decision.reason_code
        ),
    )


def _query(issue: Issue, store: Store, reviewer: Staff, decision: Decision) -> None:
    event = PrescriptionQueried(
        issue=str(issue.external_id), store=store.code, reason_code=decision.reason_code
    )
    if issue.prescription.review == "pending":
        advance(issue.prescription, "queried", by=reviewer.actor, field="review", event=event)
    else:
        record(event)


_EFFECTS = {"approve": _approve, "decline": _decline, "query": _query}
