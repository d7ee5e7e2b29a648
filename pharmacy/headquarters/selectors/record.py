"""One prescription as headquarters may see it: evidence, axes, fills, bags, what was done.

The patient is not here: neither name, birth date, identifier, allergies, diagnoses nor notes.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from pharmacy.core.models import AuditEntry
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.headquarters import people, words
from pharmacy.headquarters.errors import RecordMissing
from pharmacy.headquarters.selectors import prescriptions
from pharmacy.people.models import Store
from pharmacy.pieces import words as said
from prescriptions.checks.words import CHECKS
from prescriptions.models import Dispense, Issue, Prescription, Report, SourceDocument

OUTCOMES = {"passed": "pass", "failed": "fail", "inconclusive": "unknown"}
PATIENT = tuple(name.removeprefix("prescription__") for name in prescriptions.PATIENT)
MOST_ENTRIES = 200


@dataclass(frozen=True)
class Bag:
    """One bag: who made it, when it left, whether the hospital knows."""

    dispense: Dispense
    report: Report | None


@dataclass(frozen=True)
class Fill:
    """One fill cycle with its lines, its orders and its bags."""

    issue: Issue
    lines: list[Any]
    orders: list[Fulfilment]
    bags: list[Bag]


@dataclass(frozen=True)
class Record:
    """Everything the page shows."""

    prescription: Prescription
    evidence: dict[str, list[dict[str, Any]]]
    fills: list[Fill]
    entries: list[dict[str, Any]]

    @property
    def last_fill(self) -> Fill:
        """The fill that is under way, or the latest."""
        under_way = [each for each in self.fills if each.issue.use not in CLOSED_USES]
        begun = [each for each in self.fills if each.issue.use != "future"]
        return under_way[0] if under_way else (begun or self.fills)[-1]


CLOSED_USES = {"future", "reported", "cancelled", "expired", "not-dispensed"}


def find(key: uuid.UUID) -> Prescription:
    """The prescription without what identifies its patient.

    Raises:
        RecordMissing: there is none.
    """
    rows = Prescription.objects.select_related("issuer", "source").defer(*PATIENT, "source__raw")
    found = rows.filter(external_id=key).first()
    if found is None:
        raise RecordMissing(prescription=str(key))
    return found


def find_document(key: uuid.UUID) -> SourceDocument:
    """A document without its bytes.

    Raises:
        RecordMissing: there is none.
    """
    rows = SourceDocument.objects.select_related("issuer").defer("raw")
    found = rows.filter(external_id=key).first()
    if found is None:
        raise RecordMissing(document=str(key))
    return found


def load(prescription: Prescription) -> Record:
    """Read all of it; a constant count of queries for any number of fills."""
    issues = list(
        prescription.issues.order_by("number").prefetch_related(
            "lines__item__medicine",
            "fulfilments__store",
            "fulfilments__order",
            "dispenses__store",
            "dispenses__picker",
            "dispenses__checker",
            "dispenses__lines__issue_line__item__medicine",
        )
    )
    bags = [bag for issue in issues for bag in issue.dispenses.all()]
    reports = {row.dispense_id: row for row in Report.objects.filter(dispense__in=bags)}
    return Record(
        prescription=prescription,
        evidence=evidence(prescription.source),
        fills=[_fill(issue, reports) for issue in issues],
        entries=entries(_subjects(prescription, issues, list(reports.values()))),
    )


def _fill(issue: Issue, reports: dict[int, Report]) -> Fill:
    return Fill(
        issue,
        list(issue.lines.all()),
        sorted(issue.fulfilments.all(), key=lambda row: row.started_at),
        [Bag(bag, reports.get(bag.pk)) for bag in sorted(issue.dispenses.all(), key=_number)],
    )


def _number(bag: Dispense) -> int:
    return bag.number


def evidence(source: SourceDocument) -> dict[str, list[dict[str, Any]]]:
    """The newest outcome of each check, what is not right apart; one query."""
    newest = {check.check_name: check for check in source.checks.order_by("position", "pk")}
    shown = [
        {
            "outcome": OUTCOMES[check.outcome],
            "name": CHECKS.get(name, name),
            "message": words.refusal(check.code) if check.code else "",
        }
        for name, check in newest.items()
    ]
    return {
        "problems": [each for each in shown if each["outcome"] != "pass"],
        "passed": [each for each in shown if each["outcome"] == "pass"],
    }


def _subjects(
    prescription: Prescription, issues: list[Issue], reports: list[Report]
) -> dict[str, str]:
    """Everything of this prescription that the audit log may name, with its bag or fill."""
    found = {prescription.source.audit_subject: "", prescription.audit_subject: ""}
    for issue in issues:
        found[issue.audit_subject] = ""
        found |= {row.audit_subject: "" for row in issue.fulfilments.all()}
        found |= {bag.audit_subject: "" for bag in issue.dispenses.all()}
    return found | {row.audit_subject: "" for row in reports}


def entries(subjects: dict[str, str]) -> list[dict[str, Any]]:
    """What the audit log says of these subjects, newest first, in words; three queries."""
    rows = list(AuditEntry.objects.filter(subject__in=subjects).order_by("-pk")[:MOST_ENTRIES])
    who = people.names(row.actor for row in rows)
    codes = {row.store for row in rows if row.store}
    stores = {store.code: said.localized(store) for store in Store.objects.filter(code__in=codes)}
    return [
        {
            "text": words.ACTIONS.get(row.action, row.action),
            "at": row.at,
            "detail": " · ".join(
                part
                for part in (who[row.actor], stores.get(row.store, ""), words.reason(row.reason))
                if part
            ),
        }
        for row in rows
    ]
