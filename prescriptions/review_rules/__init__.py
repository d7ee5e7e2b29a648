"""The clinical rules of the review (审方), one file each, and the call that runs them all.

A new rule is one file with a `check(facts)` and one line in RULES. Rules are pure; the facts
are built by `prescriptions.review_rules.facts`, the sentences by `.sentences`.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from pharmacy.core.registry import Registry
from prescriptions.review_rules.shapes import FindingDraft, ReviewFacts

if TYPE_CHECKING:
    from prescriptions.models import Issue

logger = logging.getLogger(__name__)


class Rule(Protocol):
    """Look at the facts of one issue and answer for each of its items."""

    def __call__(self, facts: ReviewFacts) -> Iterable[FindingDraft]:
        """Return 1..n drafts; a gap in the facts is `not-checked`."""
        ...


RULES: Registry[Rule] = Registry(
    "review rule",
    {
        "allergy": "prescriptions.review_rules.allergy.check",
        "duplicate-therapy": "prescriptions.review_rules.duplicate_therapy.check",
        "maximum-dose": "prescriptions.review_rules.maximum_dose.check",
    },
)


def build_facts(issue: Issue) -> ReviewFacts:
    """Gather what the rules may know of an issue (the one part that asks the database)."""
    from prescriptions.review_rules import facts

    return facts.build(issue)


def run(facts: ReviewFacts, *, rules: Registry[Rule] = RULES) -> list[FindingDraft]:
    """Run every rule; one that fails or keeps silent is `not-checked`, the others still run."""
    return [
        dataclasses.replace(draft, knowledge_version=facts.knowledge_version)
        for name in rules.table
        for draft in _answers(name, facts, rules)
    ]


def _answers(name: str, facts: ReviewFacts, rules: Registry[Rule]) -> list[FindingDraft]:
    failed = FindingDraft(rule=name, state="not-checked", code="rule.failed")
    try:
        return list(rules.get(name)(facts)) or [failed]
    except Exception as error:  # noqa: BLE001 - a broken rule must never look like a passed one
        # The type alone: a message could hold what belongs to the patient.
        logger.error("review rule %s failed: %s", name, type(error).__name__)  # noqa: TRY400
        return [failed]
