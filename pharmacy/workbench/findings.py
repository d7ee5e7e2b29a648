"""What the clinical rules found, in words: the two things, why, what to do, where it is from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pharmacy.formulary.models import Medicine, Substance
from pharmacy.pieces import words
from prescriptions.models import Finding
from prescriptions.review import NEEDS_REASON
from prescriptions.review_rules import sentences

SEVERE, MODERATE = 3, 2
GRADES: dict[int, str | Promise] = {
    0: _("Fine"),
    1: _("Minor"),
    2: _("Moderate"),
    3: _("Severe"),
    4: _("Contraindicated"),
}


@dataclass(frozen=True)
class Shown:
    """A finding with its sentence."""

    finding: Finding
    title: str
    why: str
    advice: str
    source: str
    about: str

    @property
    def css(self) -> str:
        """How loud the card is: `severe`, `moderate` or `minor`."""
        if self.finding.state == "not-checked":
            return "moderate"
        if self.finding.severity >= SEVERE:
            return "severe"
        return "moderate" if self.finding.severity == MODERATE else "minor"

    @property
    def grade(self) -> str | Promise:
        """The severity in words."""
        return _("Not checked") if self.finding.state == "not-checked" else grade(self.severity)

    @property
    def severity(self) -> int:
        """0 none to 4 contraindicated."""
        return self.finding.severity

    @property
    def needs_reason(self) -> bool:
        """Whether approval needs a written reason beside it."""
        state = self.finding.state
        return state == "not-checked" or (state == "alert" and self.severity >= NEEDS_REASON)


def grade(severity: int) -> str | Promise:
    """A severity in words."""
    return GRADES.get(severity, GRADES[4])


def show(found: Iterable[Finding]) -> list[Shown]:
    """Sentences for findings, in their order; two queries name the codes they speak of."""
    rows = list(found)
    names = _names({str(value) for row in rows for value in row.facts.values()})
    return [_show(row, names) for row in rows]


def _names(codes: set[str]) -> dict[str, str]:
    """What substances and medicines are called in the reader's language."""
    named = {row.code: words.localized(row) for row in Substance.objects.filter(code__in=codes)}
    for medicine in Medicine.objects.filter(code__in=codes):
        named[medicine.code] = f"{words.localized(medicine)} {medicine.strength}"
    return named


def _show(finding: Finding, names: dict[str, str]) -> Shown:
    said = sentences.sentence(code=finding.code, facts=finding.facts, names=names)
    return Shown(
        finding,
        title=said.what,
        why=said.why,
        advice=said.todo if finding.state != "ok" else "",
        source=said.source,
        about=_about(finding),
    )


def _about(finding: Finding) -> str:
    """The line of the prescription that it is about, in the hospital's words."""
    if finding.item is None:
        return ""
    return f"{finding.item.line}. {finding.item.display}"
