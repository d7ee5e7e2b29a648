"""Maximum dose: one dose and one day against the limits of each substance, and their sum.

Limits are for adults by route, each with its source. A child, an unknown age, a missing dose,
a substance without a limit: `not-checked`. A statistic such as the WHO daily dose is no limit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from prescriptions.review_rules import units
from prescriptions.review_rules.shapes import DoseLimit, FindingDraft, Item, Part, ReviewFacts

RULE = "maximum-dose"
draft = partial(FindingDraft, rule=RULE)
ABOVE, FAR_ABOVE = 3, 4
FAR = 2  # this many times the maximum and more is a stop


def check(facts: ReviewFacts) -> Iterator[FindingDraft]:
    """Answer for each item, then for substances that several items share."""
    for item in facts.items:
        yield from _item(item, facts.age_years)
    yield from _totals(facts)


def _item(item: Item, age: int | None) -> Iterator[FindingDraft]:
    skip = partial(draft, state="not-checked", line=item.line)
    if reason := _gap_of_item(item):
        yield skip(code=reason)
        return
    answers = [answer for part in item.parts for answer in _part(item, part, age)]
    yield from answers
    if not answers:
        yield draft(state="ok", code="dose.within-limits", line=item.line)


def _gap_of_item(item: Item) -> str:
    if not item.parts:
        return "dose.medicine-not-resolved"
    if item.dose_quantity is None or item.dose_quantity <= 0:
        return "dose.not-stated"
    return "" if units.route_of(item) else "dose.route-unclear"


def _gap_of_part(item: Item, part: Part, age: int | None) -> str:
    limit = part.limit
    if limit is None:
        return "dose.no-limit-known"
    if age is None:
        return "dose.age-not-stated"
    if age < limit.min_age_years:
        return "dose.age-not-covered"
    if limit.max_single is None and limit.max_daily is None:
        return "dose.no-limit-known"
    return "" if units.dose_of(item, part, limit.unit) is not None else "dose.unit-unclear"


def _part(item: Item, part: Part, age: int | None) -> Iterator[FindingDraft]:
    skip = partial(draft, state="not-checked", line=item.line)
    if reason := _gap_of_part(item, part, age):
        yield skip(code=reason, facts={"substance": part.substance})
        return
    limit = part.limit
    single = units.dose_of(item, part, limit.unit) if limit else None
    if limit is None or single is None:  # ruled out above; said again for the type checker
        return
    if limit.max_single is not None and single > limit.max_single:
        yield _above("dose.single-above-maximum", item, part, limit, single, limit.max_single)
    if item.doses_per_day is None:
        yield skip(code="dose.frequency-not-stated", facts={"substance": part.substance})
        return
    daily = single * item.doses_per_day
    if limit.max_daily is not None and daily > limit.max_daily:
        yield _above("dose.daily-above-maximum", item, part, limit, daily, limit.max_daily)


def _above(
    code: str, item: Item, part: Part, limit: DoseLimit, value: Decimal, maximum: Decimal
) -> FindingDraft:
    return draft(
        state="alert",
        code=code,
        severity=FAR_ABOVE if value >= FAR * maximum else ABOVE,
        line=item.line,
        facts=_numbers(part, limit, value, maximum),
    )


def _numbers(part: Part, limit: DoseLimit, value: Decimal, maximum: Decimal) -> dict[str, str]:
    return {
        "substance": part.substance,
        "value": f"{value.normalize():f}",
        "maximum": f"{maximum.normalize():f}",
        "unit": limit.unit,
        "usual": limit.usual,
        "source": limit.source,
    }


def _totals(facts: ReviewFacts) -> Iterator[FindingDraft]:
    """Substances in two or more items: their daily sum against one maximum."""
    shares: dict[tuple[str, str], list[tuple[Item, Part]]] = defaultdict(list)
    for item in facts.items:
        for part in item.parts:
            shares[part.substance, item.form_route].append((item, part))
    for held in shares.values():
        if len(held) > 1:
            yield from _total(held, facts.age_years)


def _total(held: list[tuple[Item, Part]], age: int | None) -> Iterator[FindingDraft]:
    item, part = held[0]
    limit = part.limit
    daily = [_daily(each, share) for each, share in held]
    is_covered = limit is not None and age is not None and age >= limit.min_age_years
    known = [value for value in daily if value is not None]
    if limit is None or limit.max_daily is None or not is_covered or len(known) < len(daily):
        yield draft(
            state="not-checked",
            code="dose.total-not-known",
            line=item.line,
            facts={"substance": part.substance},
        )
    elif sum(known) > limit.max_daily:
        total = sum(known, Decimal(0))
        yield _above("dose.total-above-maximum", item, part, limit, total, limit.max_daily)


def _daily(item: Item, part: Part) -> Decimal | None:
    if part.limit is None or item.doses_per_day is None or not units.route_of(item):
        return None
    single = units.dose_of(item, part, part.limit.unit)
    return None if single is None else single * item.doses_per_day
