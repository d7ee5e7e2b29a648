"""Duplicate therapy: the same substance twice, or two of one class (ATC level 4).

Items are compared with each other and with what the patient already takes. By different routes
(a gel beside a tablet) the same substance is a caution, not a stop.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain

from prescriptions.review_rules.shapes import FindingDraft, Item, ReviewFacts

RULE = "duplicate-therapy"
draft = partial(FindingDraft, rule=RULE)
ATC_LEVEL_4 = 5  # characters
# Groups that are a therapy and not only a chemical family: they catch combination products,
# whose ATC code is another one.
THERAPEUTIC = frozenset(
    {
        "ace-inhibitors", "angiotensin-receptor-blockers", "benzodiazepines", "beta-blockers",
        "cephalosporins", "coxibs", "dihydropyridines", "fibrates", "fluoroquinolones",
        "glp1-agonists", "macrolides", "nitrates", "nsaids", "penicillins",
        "proton-pump-inhibitors", "statins", "sulfonylureas", "xanthines",
    }
)  # fmt: skip


def check(facts: ReviewFacts) -> Iterator[FindingDraft]:
    """Answer for each item; an unknown medication list is `not-checked`."""
    if facts.current is None:
        yield draft(state="not-checked", code="duplicate.current-not-stated")
    if facts.unresolved_current:
        yield draft(
            state="not-checked",
            code="duplicate.current-not-resolved",
            facts={"count": facts.unresolved_current},
        )
    has_unresolved = any(not item.parts for item in facts.items)
    is_complete = not (facts.current is None or facts.unresolved_current or has_unresolved)
    for position, item in enumerate(facts.items):
        later = facts.items[position + 1 :]
        yield from _item(item, later, facts.current or (), facts.items, is_complete=is_complete)


def _item(
    item: Item,
    later: tuple[Item, ...],
    current: tuple[Item, ...],
    everything: tuple[Item, ...],
    *,
    is_complete: bool,
) -> Iterator[FindingDraft]:
    if not item.parts:
        yield draft(state="not-checked", code="duplicate.medicine-not-resolved", line=item.line)
        return
    here = [_compare(item, other, is_current=False) for other in later]
    taken = [_compare(item, other, is_current=True) for other in current]
    hits = [hit for hit in chain(here, taken) if hit is not None]
    yield from hits
    # The pair was reported at its first line; the second line must not claim to be fine.
    earlier = [other for other in everything if other is not item and other not in later]
    if hits or any(_compare(other, item, is_current=False) for other in earlier):
        return
    # What keeps the check from being complete was said once, not again for each line.
    if is_complete:
        yield draft(state="ok", code="duplicate.none-found", line=item.line)


def _compare(item: Item, other: Item, *, is_current: bool) -> FindingDraft | None:
    where = "current" if is_current else "prescription"
    facts = {"medicine": item.medicine, "other": other.medicine, "where": where}
    alert = partial(draft, state="alert", line=item.line)
    shared = {part.substance for part in item.parts} & {part.substance for part in other.parts}
    if shared:
        is_same_route = item.form_route == other.form_route
        return alert(
            code="duplicate.same-substance",
            severity=3 if is_same_route else 2,
            facts={**facts, "substance": min(shared)},
        )
    if not _is_same_class(item, other):
        return None
    return alert(
        code="duplicate.same-class", severity=2, facts={**facts, "atc": item.atc[:ATC_LEVEL_4]}
    )


def _groups(item: Item) -> frozenset[str]:
    return frozenset(chain.from_iterable(part.groups for part in item.parts)) & THERAPEUTIC


def _is_same_class(item: Item, other: Item) -> bool:
    if item.form_route != other.form_route:
        return False
    if len(item.atc) >= ATC_LEVEL_4 and item.atc[:ATC_LEVEL_4] == other.atc[:ATC_LEVEL_4]:
        return True
    return bool(_groups(item) & _groups(other))
