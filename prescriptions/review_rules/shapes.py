"""What a clinical rule gets and gives: frozen facts in, drafts of findings out. No database.

A rule answers for every item it is asked about with `ok`, `alert` or `not-checked`; silence
is not an answer, and a gap in the facts is `not-checked`, never `ok`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseLimit:
    """Maxima of a substance by one route; None = the source names none."""

    max_single: Decimal | None
    max_daily: Decimal | None
    unit: str
    min_age_years: int
    usual: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A substance in a medicine: its amount in one base unit (UCUM) and the limit that holds."""

    substance: str
    groups: frozenset[str]
    amount: Decimal
    unit: str
    limit: DoseLimit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the prescription, resolved to a medicine of ours or not.

    Args:
        line: number of the prescription item, to hang the finding on.
        medicine: our code, or None when the line could not be resolved.
        form_route: the route that the form implies; `route` is what the line says.
        dose_quantity: one dose in `dose_unit`; None = not stated.
    """

    line: int
    medicine: str | None
    atc: str = ""
    base_unit: str = ""
    form_route: str = ""
    parts: tuple[Part, ...] = ()
    dose_quantity: Decimal | None = None
    dose_unit: str = ""
    doses_per_day: Decimal | None = None
    route: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allergen:
    """A stated allergy: a substance of ours with its groups, or a group by its own code."""

    code: str
    groups: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFacts:
    """All that the rules may know. None always means "not stated", never "nothing"."""

    items: tuple[Item, ...]
    age_years: int | None = None
    weight_kg: Decimal | None = None
    allergens: tuple[Allergen, ...] | None = None
    unresolved_allergies: int = 0  # stated, but not found in our knowledge
    current: tuple[Item, ...] | None = None  # what the patient already takes
    unresolved_current: int = 0
    knowledge_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingDraft:
    """One answer of one rule; severity 0 none, 1 note, 2 caution, 3 reason needed, 4 stop."""

    rule: str
    state: str  # ok, alert, not-checked
    code: str
    severity: int = 0
    line: int | None = None  # None = about the whole prescription
    knowledge_version: str = ""  # filled in by `run`
    facts: Mapping[str, Any] = field(default_factory=dict)
