"""Everything a pharmacist reads about one prescription: evidence, patient, items, findings.

Reads only; `first_look` asks the rules when nobody has asked them yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import get_language

from pharmacy.core import clock, locking
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.pieces import words as said
from pharmacy.workbench import selectors, words
from pharmacy.workbench.findings import Shown, show
from prescriptions import review
from prescriptions.checks import messages
from prescriptions.checks.words import CHECKS
from prescriptions.models import Finding, Issue, IssueLine, Review

OUTCOMES = {"passed": "pass", "failed": "fail", "inconclusive": "unknown"}
# Which of the four 查 of the article each of the ten 对 belongs to.
FOUR = {
    "prescription": ("department", "name", "age"),
    "medicine": ("medicine", "form", "strength", "quantity"),
    "compatibility": ("properties", "usage"),
    "diagnosis": ("diagnosis",),
}


@dataclass(frozen=True)
class Question:
    """One of the ten checks: what is written on the prescription, and the tick."""

    code: str
    label: str | Promise
    value: str
    is_ticked: bool
    is_missing: bool


@dataclass(frozen=True)
class Sheet:
    """One prescription as the bench shows it."""

    row: Fulfilment
    lines: list[IssueLine]
    evidence: dict[str, list[dict[str, Any]]]
    findings: list[Shown]
    last: Review | None
    age: str
    allergies: list[str] | None  # None: the prescriber stated nothing
    diagnoses: list[str]
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def gender(self) -> str | Promise:
        """In words; nothing when it is not stated."""
        return words.GENDERS.get(self.row.issue.prescription.patient_gender, "")

    @property
    def is_open(self) -> bool:
        """Whether a decision is still to be made."""
        is_decided = self.last is not None and self.last.decision in {"approve", "decline"}
        return self.row.stage == "in-review" and not is_decided

    @property
    def grave(self) -> list[Shown]:
        """What is not fine, the severe first."""
        return [shown for shown in self.findings if shown.finding.state != "ok"]

    @property
    def fine(self) -> list[tuple[str, list[str]]]:
        """What was examined and found in order: the sentence, and the lines it holds for."""
        held: dict[str, list[str]] = {}
        for shown in self.findings:
            if shown.finding.state == "ok":
                held.setdefault(shown.title, []).append(shown.about)
        return list(held.items())

    def questions(
        self, ticked: Mapping[str, bool], missing: list[str]
    ) -> list[tuple[str, list[Question]]]:
        """The ten checks in their four groups, with what the document says to each."""
        return [
            (
                group,
                [
                    Question(
                        code,
                        review.CHECKLIST[code],
                        self.facts.get(code, ""),
                        bool(ticked.get(code)),
                        code in missing,
                    )
                    for code in codes
                ],
            )
            for group, codes in FOUR.items()
        ]


@transaction.atomic
def first_look(row: Fulfilment) -> list[Finding]:
    """The findings of an issue; the rules run when this store opens it for the first time.

    Locks: the issue, so that two who open it at once see the same findings.
    """
    found = review.current_findings(row.issue)
    if _is_ours(row, found):
        return found
    [locked] = locking.rows(Issue.objects.filter(pk=row.issue_id))
    if not _is_ours(row, review.current_findings(locked)):
        review.prepare(issue=locked)
    return review.current_findings(locked)


def _is_ours(row: Fulfilment, found: list[Finding]) -> bool:
    """Whether they were found since this store took the issue; knowledge may have changed."""
    return bool(found) and found[0].found_at >= row.started_at


def load(row: Fulfilment) -> Sheet:
    """Read one prescription; findings are asked for while its review is open."""
    issue, prescription = row.issue, row.issue.prescription
    made = issue.reviews.filter(store=row.store, decided_at__gte=row.started_at)
    last = made.select_related("reviewer").order_by("-decided_at").first()
    is_open = row.stage == "in-review"
    found = first_look(row) if is_open else review.current_findings(issue)
    lines = selectors.lines_of_issue(issue)
    today = clock.today(row.store.time_zone)
    age = words.age_of_person(prescription.patient_birth_date, today)
    diagnoses = [_diagnosis(each) for each in prescription.diagnoses or []]
    allergies = prescription.allergies
    return Sheet(
        row=row,
        lines=lines,
        evidence=_evidence(row),
        findings=show(found),
        last=last,
        age=age,
        allergies=None if allergies is None else [_display(each) for each in allergies],
        diagnoses=diagnoses,
        facts=_facts(row, lines, age, diagnoses),
    )


def _evidence(row: Fulfilment) -> dict[str, list[dict[str, Any]]]:
    """The newest outcome of each check of the document, what is not right apart."""
    newest: dict[str, Any] = {}
    for check in row.issue.prescription.source.checks.order_by("position"):
        newest[check.check_name] = check
    shown = [
        {
            "outcome": OUTCOMES[check.outcome],
            "name": CHECKS.get(name, name),
            "message": messages.SENTENCES.get(check.code, check.message),
        }
        for name, check in newest.items()
    ]
    return {
        "problems": [each for each in shown if each["outcome"] != "pass"],
        "passed": [each for each in shown if each["outcome"] == "pass"],
    }


def _display(coded: Any) -> str:
    return str(coded.get("display") or coded.get("code") or "") if isinstance(coded, dict) else ""


def _diagnosis(coded: Any) -> str:
    text, code = _display(coded), coded.get("code", "") if isinstance(coded, dict) else ""
    return f"{text} ({code})" if code and code != text else text


def medicine_name(line: IssueLine) -> str:
    """The name of a line: ours where the medicine is known, else the hospital's."""
    medicine = line.item.medicine
    return said.localized(medicine) if medicine else line.item.display


def _facts(
    row: Fulfilment, lines: list[IssueLine], age: str, diagnoses: list[str]
) -> dict[str, str]:
    prescription = row.issue.prescription
    joint = "；" if (get_language() or "").startswith("zh") else "; "

    def each(what: Any) -> str:
        return joint.join(dict.fromkeys(text for line in lines if (text := str(what(line)))))

    return {
        "department": prescription.department,
        "name": prescription.patient_name,
        "age": age,
        "medicine": each(medicine_name),
        "form": each(lambda line: words.form(_of(line, "form"))),
        "strength": each(lambda line: _of(line, "strength")),
        "quantity": each(lambda line: said.quantity(line.quantity, line.item.unit)),
        "properties": each(_properties),
        "usage": each(lambda line: _dose(line.item)),
        "diagnosis": joint.join(diagnoses),
    }


def _of(line: IssueLine, name: str) -> str:
    own = getattr(line.item.medicine, name, "") if line.item.medicine else ""
    return own or getattr(line.item, name)


def _properties(line: IssueLine) -> str:
    medicine = line.item.medicine
    return str(words.PLACES["fridge"]) if medicine and medicine.is_cold_chain else ""


def _dose(item: Any) -> str:
    return said.dose(
        amount=item.dose_quantity,
        unit=item.dose_unit,
        per_day=item.doses_per_day,
        text=item.dose_text,
    )
