"""Build the facts of one issue for the rules: its lines, the patient, what was handed over.

A fixed number of queries, whatever the number of lines. What is not stated stays None.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from pharmacy.core import clock
from pharmacy.formulary import forms
from pharmacy.formulary.allergens import group_of
from pharmacy.formulary.models import DoseRule, Ingredient, Medicine, Substance
from pharmacy.people.models import Allergy
from prescriptions.models import DispenseLine, Issue, Prescription, PrescriptionItem
from prescriptions.review_rules.shapes import Allergen, DoseLimit, Item, Part, ReviewFacts

KNOWLEDGE_VERSION = "formulary-2026-11"
# A supply with no more than this left is a refill in time, not a duplicate (decision).
REFILL_DAYS = 7
DEFAULT_SUPPLY_DAYS = 30  # where the line does not say
LOOK_BACK_DAYS = 180

MEDICINE_PARTS = "ingredients__substance__doses"


def build(issue: Issue) -> ReviewFacts:
    """Return the facts of an issue as they are known now."""
    prescription = Prescription.objects.select_related("person", "issuer").get(
        pk=issue.prescription_id
    )
    today = clock.today(prescription.issuer.time_zone)
    allergens, unresolved = _allergens(prescription)
    current, unresolved_current = _current(prescription)
    lines = (
        PrescriptionItem.objects.filter(issueline__issue=issue)
        .select_related("medicine")
        .prefetch_related(f"medicine__{MEDICINE_PARTS}")
    )
    return ReviewFacts(
        items=tuple(_item(line) for line in lines),
        age_years=_age(prescription.patient_birth_date, today),
        weight_kg=prescription.patient_weight_kg,
        allergens=allergens,
        unresolved_allergies=unresolved,
        current=current,
        unresolved_current=unresolved_current,
        knowledge_version=KNOWLEDGE_VERSION,
    )


def _age(birth_date: Any, today: dt.date) -> int | None:
    """Full years, or None when the date is missing, partial or in the future."""
    try:
        born = dt.date.fromisoformat(str(birth_date or ""))
    except ValueError:
        return None
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years if years >= 0 else None


def _groups(substance: Substance) -> frozenset[str]:
    return frozenset(filter(None, substance.groups.split(",")))


def _limit(rule: DoseRule) -> DoseLimit:
    return DoseLimit(
        max_single=rule.max_single,
        max_daily=rule.max_daily,
        unit=rule.unit,
        min_age_years=rule.min_age_years,
        usual=rule.usual,
        source=rule.source,
    )


def _part(ingredient: Ingredient, route: str) -> Part:
    rules = ingredient.substance.doses.all()
    return Part(
        substance=ingredient.substance.code,
        groups=_groups(ingredient.substance),
        amount=ingredient.amount,
        unit=ingredient.unit,
        limit=next((_limit(rule) for rule in rules if rule.route == route), None),
    )


def _item(line: PrescriptionItem) -> Item:
    medicine: Medicine | None = line.medicine
    route = forms.route_of(medicine.form) if medicine else ""
    return Item(
        line=line.line,
        medicine=medicine.code if medicine else None,
        atc=medicine.atc if medicine else "",
        base_unit=medicine.base_unit if medicine else "",
        form_route=route,
        parts=tuple(_part(each, route) for each in medicine.ingredients.all()) if medicine else (),
        dose_quantity=line.dose_quantity,
        dose_unit=line.dose_unit,
        doses_per_day=line.doses_per_day,
        route=line.route,
        days=line.days_supply,
    )


def _allergens(prescription: Prescription) -> tuple[tuple[Allergen, ...] | None, int]:
    """Allergies of the prescription and of the person; None when neither states any.

    An empty list on the prescription says "none known"; an empty person's record says nothing.
    """
    stated: Any = prescription.allergies  # a list of {code, display}, decrypted
    recorded = (
        list(Allergy.objects.filter(person=prescription.person).values_list("code", flat=True))
        if prescription.person_id
        else []
    )
    if stated is None and not recorded:
        return None, 0
    words = [{"code": code} for code in recorded] + [_words(entry) for entry in stated or []]
    return _resolve(words)


def _words(entry: Any) -> dict[str, str]:
    fields = entry if isinstance(entry, dict) else {"display": str(entry)}
    return {key: str(fields.get(key) or "") for key in ("code", "display")}


def _resolve(entries: Iterable[dict[str, str]]) -> tuple[tuple[Allergen, ...], int]:
    known = {substance.code: substance for substance in Substance.objects.all()}
    by_name = {
        name.lower(): substance
        for substance in known.values()
        for name in (substance.code, substance.name_en, substance.name_zh)
    }
    groups = frozenset().union(*(_groups(substance) for substance in known.values()))
    found: dict[str, Allergen] = {}
    missing = 0
    for entry in entries:
        words = [word.strip().lower() for word in entry.values() if word.strip()]
        allergen = _allergen(words, by_name, groups)
        if allergen is None:
            missing += 1
        else:
            found[allergen.code] = allergen
    return tuple(found.values()), missing


def _allergen(
    words: list[str], by_name: dict[str, Substance], groups: frozenset[str]
) -> Allergen | None:
    for word in words:
        if word in by_name:
            return Allergen(code=by_name[word].code, groups=_groups(by_name[word]))
        group = word if word in groups else group_of(word)
        if group:
            return Allergen(code=group, groups=frozenset({group}))
    return None


def _current(prescription: Prescription) -> tuple[tuple[Item, ...] | None, int]:
    """What other prescriptions gave this person and has not run out; None for a stranger."""
    if prescription.person_id is None:
        return None, 0
    since = clock.now() - dt.timedelta(days=LOOK_BACK_DAYS)
    lines = (
        DispenseLine.objects.filter(
            Q(dispense__stage="handed-over"),
            dispense__handed_over_at__gte=since,
            dispense__issue__prescription__person=prescription.person,
        )
        .exclude(dispense__issue__prescription=prescription)
        .select_related("dispense", "issue_line__item__medicine")
        .prefetch_related(f"issue_line__item__medicine__{MEDICINE_PARTS}")
    )
    running = {
        line.issue_line.item_id: line.issue_line.item
        for line in lines
        if _days_left(line) > REFILL_DAYS
    }
    items = [_item(item) for item in running.values()]
    resolved = tuple(item for item in items if item.parts)
    return resolved, len(items) - len(resolved)


def _days_left(line: DispenseLine) -> int:
    """Whole days until a supply runs out, counted from its hand-over."""
    days = line.issue_line.item.days_supply or DEFAULT_SUPPLY_DAYS
    started = line.dispense.handed_over_at or clock.now()
    return (started + dt.timedelta(days=days) - clock.now()).days
