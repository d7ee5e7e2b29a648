"""Findings in words for people: what was found, why it matters, on what source, what to do.

The rules give codes and numbers; here alone they become sentences, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as render
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Wording:
    """A template for one code; `%(name)s` marks a fact."""

    what: Text
    why: Text
    todo: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A finding as people read it; `source` is "" where the rule is our own."""

    what: str
    why: str
    source: str
    todo: str


GAP = _("The check could not be made, so nothing is known about it.")
ASK_PATIENT = _("Ask the patient or the prescriber, then weigh it yourself.")
ASK_PRESCRIBER = _("Ask the prescriber before you approve.")
CHECK_YOURSELF = _("Check it yourself against the current label.")
FINE = _("Nothing to do.")
RULE_FAILED = Wording(_("This check failed to run."), GAP, CHECK_YOURSELF)
UNRESOLVED = Wording(
    _("The medicine on this line is not known to us."), GAP, _("Check the line by hand.")
)
ALLERGIC = _("An allergic reaction may follow.")
TOO_MUCH = _("Above the maximum, harm becomes more likely than help.")
TWICE = _("Together they may add up to an overdose or to double side effects.")

WORDINGS: dict[str, Wording] = {
    "rule.failed": RULE_FAILED,
    # --- Allergy ----------------------------------------------------------------------------
    "allergy.none-found": Wording(_("No stated allergy is touched."), "", FINE),
    "allergy.not-stated": Wording(_("Allergies are not stated."), GAP, ASK_PATIENT),
    "allergy.not-understood": Wording(
        _("Stated allergies that we do not know: %(count)s."), GAP, ASK_PATIENT
    ),
    "allergy.medicine-not-resolved": UNRESOLVED,
    "allergy.same-substance": Wording(
        _("The patient is allergic to %(substance)s."), ALLERGIC, ASK_PRESCRIBER
    ),
    "allergy.same-group": Wording(
        _("%(substance)s is of the same group (%(group)s) as %(allergen)s, which the patient does not tolerate."),
        ALLERGIC, ASK_PRESCRIBER,
    ),
    "allergy.related-group": Wording(
        _("%(substance)s is related to %(allergen)s, which the patient does not tolerate."),
        _("A cross-reaction is possible, though not common."), ASK_PATIENT,
    ),
    # --- Duplicate therapy ------------------------------------------------------------------
    "duplicate.none-found": Wording(_("No duplicate therapy."), "", FINE),
    "duplicate.current-not-stated": Wording(
        _("It is not stated what else the patient takes."), GAP, ASK_PATIENT
    ),
    "duplicate.current-not-resolved": Wording(
        _("%(count)s medicines that the patient takes are not known to us."), GAP, ASK_PATIENT
    ),
    "duplicate.medicine-not-resolved": UNRESOLVED,
    "duplicate.same-substance": Wording(
        _("%(substance)s is in two medicines: %(medicine)s and %(other)s."), TWICE, ASK_PRESCRIBER
    ),
    "duplicate.same-class": Wording(
        _("%(medicine)s and %(other)s belong to one class."), TWICE, ASK_PRESCRIBER
    ),
    # --- Dose -------------------------------------------------------------------------------
    "dose.within-limits": Wording(_("The dose is within its limits."), "", FINE),
    "dose.medicine-not-resolved": UNRESOLVED,
    "dose.not-stated": Wording(_("The dose is not stated."), GAP, ASK_PRESCRIBER),
    "dose.frequency-not-stated": Wording(
        _("It is not stated how often a day to take it."), GAP, ASK_PRESCRIBER
    ),
    "dose.route-unclear": Wording(
        _("The route does not fit the dosage form, or is not known."), GAP, ASK_PRESCRIBER
    ),
    "dose.unit-unclear": Wording(
        _("The unit of the dose cannot be converted for %(substance)s."), GAP, CHECK_YOURSELF
    ),
    "dose.no-limit-known": Wording(
        _("No maximum dose of %(substance)s is known to us."), GAP, CHECK_YOURSELF
    ),
    "dose.age-not-stated": Wording(
        _("The patient's age is not stated."), GAP, ASK_PATIENT
    ),
    "dose.age-not-covered": Wording(
        _("The limits of %(substance)s do not cover a patient of this age."), GAP, CHECK_YOURSELF
    ),
    "dose.total-not-known": Wording(
        _("%(substance)s is in several lines, and their sum cannot be told."), GAP, CHECK_YOURSELF
    ),
    "dose.single-above-maximum": Wording(
        _("One dose holds %(value)s %(unit)s of %(substance)s; the maximum is %(maximum)s %(unit)s."),
        TOO_MUCH, ASK_PRESCRIBER,
    ),
    "dose.daily-above-maximum": Wording(
        _("One day holds %(value)s %(unit)s of %(substance)s; the maximum is %(maximum)s %(unit)s."),
        TOO_MUCH, ASK_PRESCRIBER,
    ),
    "dose.total-above-maximum": Wording(
        _("All lines together hold %(value)s %(unit)s of %(substance)s a day; the maximum is %(maximum)s %(unit)s."),
        TOO_MUCH, ASK_PRESCRIBER,
    ),
}  # fmt: skip


def sentence(
    *, code: str, facts: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> Sentence:
    """Return the words of a finding; an unknown code reads as a check that failed.

    Args:
        names: what to call codes of substances and medicines in the reader's language; a code
            without a name stands as it is.
    """
    wording = WORDINGS.get(code, RULE_FAILED)
    called = {key: (names or {}).get(str(value), value) for key, value in facts.items()}
    source = str(facts.get("source", ""))
    return Sentence(
        what=_fill(wording.what, called),
        why=str(wording.why),
        source=render(source) if source else "",
        todo=str(wording.todo),
    )


class _Gaps(dict[str, Any]):
    """A missing fact reads as a dash instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return "–"


def _fill(template: Text, facts: Mapping[str, Any]) -> str:
    return str(template) % _Gaps(facts)
