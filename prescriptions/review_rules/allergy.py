"""Allergy: does an item hold a stated allergen, or something that cross-reacts with it?

Severity by group is a decision of ours on common teaching (identical side chain or same class:
stop; weak or doubtful relation: caution or note); a pharmacist weighs each.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from prescriptions.review_rules.shapes import Allergen, FindingDraft, Item, Part, ReviewFacts

RULE = "allergy"
draft = partial(FindingDraft, rule=RULE)
SAME_SUBSTANCE = 4
SEVERITY = {
    "penicillins": 4,
    "aminopenicillin-side-chain": 4,
    "nsaids": 4,
    "salicylates": 4,
    "ace-inhibitors": 4,
    "aromatic-anticonvulsants": 4,
    "fluoroquinolones": 4,
    "sulfonamide-antibacterials": 4,
    # Classes in which a reaction to one rarely means a reaction to all.
    "sulfonamide-non-antibacterials": 1,
    "corticosteroids": 2,
    "dihydropyridines": 2,
    "proton-pump-inhibitors": 2,
    "statins": 2,
}
DEFAULT_SEVERITY = 3
# (allergen's group, item's group): related, but not the same class.
RELATED = {
    ("penicillins", "cephalosporins"): 2,
    ("cephalosporins", "penicillins"): 2,
    ("nsaids", "coxibs"): 2,
    ("ace-inhibitors", "angiotensin-receptor-blockers"): 2,
    ("sulfonamide-antibacterials", "sulfonamide-non-antibacterials"): 1,
}


def check(facts: ReviewFacts) -> Iterator[FindingDraft]:
    """Answer for each item; unknown allergies or an unresolved line are `not-checked`."""
    if facts.allergens is None:
        yield draft(state="not-checked", code="allergy.not-stated")
    if facts.unresolved_allergies:
        yield draft(
            state="not-checked",
            code="allergy.not-understood",
            facts={"count": facts.unresolved_allergies},
        )
    is_complete = facts.allergens is not None and not facts.unresolved_allergies
    for item in facts.items:
        yield from _item(item, facts.allergens or (), is_complete=is_complete)


def _item(
    item: Item, allergens: tuple[Allergen, ...], *, is_complete: bool
) -> Iterator[FindingDraft]:
    if not item.parts:
        yield draft(state="not-checked", code="allergy.medicine-not-resolved", line=item.line)
        return
    hits = [
        hit
        for part in item.parts
        for allergen in allergens
        if (hit := _meet(item, part, allergen)) is not None
    ]
    yield from hits
    # What keeps the check from being complete was said once, for the whole prescription.
    if not hits and is_complete:
        yield draft(state="ok", code="allergy.none-found", line=item.line)


def _meet(item: Item, part: Part, allergen: Allergen) -> FindingDraft | None:
    names = {"substance": part.substance, "allergen": allergen.code}
    alert = partial(draft, state="alert", line=item.line)
    if part.substance == allergen.code:
        return alert(code="allergy.same-substance", severity=SAME_SUBSTANCE, facts=names)
    shared = sorted(
        part.groups & allergen.groups, key=lambda group: -SEVERITY.get(group, DEFAULT_SEVERITY)
    )
    if shared:
        severity = SEVERITY.get(shared[0], DEFAULT_SEVERITY)
        return alert(
            code="allergy.same-group", severity=severity, facts={**names, "group": shared[0]}
        )
    related = [
        (severity, mine)
        for (theirs, mine), severity in RELATED.items()
        if theirs in allergen.groups and mine in part.groups
    ]
    if not related:
        return None
    severity, group = max(related)
    return alert(code="allergy.related-group", severity=severity, facts={**names, "group": group})
