"""How long a prescription is good, and how long its records stay.

The sums differ between countries: "within six months beginning with" counts the first day,
"28 days after" does not. Dates are local days of the issuer.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from pharmacy.core.errors import Refused


class UnknownJurisdiction(Refused):
    """We hold no rule on this for this country and class."""

    code = "policy.unknown-jurisdiction"
    sentence = _("We do not know the rules of this place, so we cannot accept this.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A last day with its source; `last_day` None = the law read here sets no end."""

    last_day: dt.date | None
    citation: str
    citation_confirmed: bool


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or that month's last day where it is shorter."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return day.replace(
        year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1])
    )


def _days(count: int) -> Callable[[dt.date], dt.date]:
    return lambda day: day + dt.timedelta(days=count)


def _months(count: int, *, counts_first_day: bool) -> Callable[[dt.date], dt.date]:
    back = dt.timedelta(days=1 if counts_first_day else 0)
    return lambda day: add_months(day, count) - back


# (country, class) → how to count, longest the prescriber may state, citation, mark.
_CN = "处方管理办法 art. 18"
_UK_CD = "Misuse of Drugs Regulations 2001 reg. 16(1)(e)"
VALIDITY: dict[
    tuple[str, str], tuple[Callable[[dt.date], dt.date] | None, int | None, str, str]
] = {
    # The text is silent on whether the issue day counts among the 3: strict, it does.
    **{
        ("CN", name): (_days(0), 2, _CN, "V")
        for name in ("rx", "ephedrine", "psychotropic-2", "narcotic", "toxic")
    },
    ("GB", "rx"): (
        _months(6, counts_first_day=True), None,
        "Human Medicines Regulations 2012 reg. 217", "V",
    ),
    ("GB", "narcotic"): (_days(28), None, _UK_CD, "V"),
    ("GB", "psychotropic-2"): (_days(28), None, _UK_CD, "V"),
    ("DE", "narcotic"): (_days(7), None, "BtMVV § 12(1)", "V"),
    ("DE", "t-prescription"): (_days(6), None, "AMVV § 3a(4)", "V"),
    ("DE", "rx"): (_months(3, counts_first_day=False), None, "AMVV § 2(5), BGB §§ 187-188", "K"),
    ("DE", "payer"): (_days(28), None, "AM-RL § 11(4)", "K"),
    ("US", "psychotropic-2"): (
        _months(6, counts_first_day=False), None, "21 CFR 1306.22(a)", "V",
    ),
    ("US", "narcotic"): (None, None, "21 CFR 1306.12", "V"),
}  # fmt: skip
ALIASES = {"UK": "GB"}


def validity(
    *,
    jurisdiction: str,
    supply_class: str,
    issued_on: dt.date,
    stated_until: dt.date | None = None,
) -> Term:
    """Return the last day on which a prescription may be dispensed.

    Args:
        stated_until: what the prescriber wrote; it may shorten, and lengthens only as far as
            the law lets it (China: three days, the issue day counted).

    Raises:
        UnknownJurisdiction: no rule for this country and class.
    """
    key = (ALIASES.get(jurisdiction, jurisdiction), supply_class)
    if key not in VALIDITY:
        raise UnknownJurisdiction(jurisdiction=jurisdiction, supply_class=supply_class)
    count, may_extend, source, mark = VALIDITY[key]
    legal = count(issued_on) if count else None
    limit = _days(may_extend)(issued_on) if may_extend is not None else legal
    last = legal if stated_until is None else min(stated_until, limit or stated_until)
    return Term(last_day=last, citation=source, citation_confirmed=mark in {"V", "S"})


# (country, class or "") → years, citation, mark; the class row adds to the country's row.
RETENTION = {
    ("CN", ""): (5, "药品经营和使用质量监督管理办法 (Decree 84) art. 42", "S"),
    ("US", ""): (2, "21 CFR 1311.305, 1304.06", "V"),
    ("GB", ""): (2, "", "K"),
    ("DE", "narcotic"): (3, "BtMVV § 12(4)", "V"),
}


def keep_until(
    *,
    jurisdiction: str,
    created_on: dt.date,
    expires_on: dt.date | None = None,
    supply_class: str = "rx",
) -> Term:
    """Return the last day on which the records of a sale must still be kept.

    Rule: China keeps five years, and at least one year after the medicine expired
    (Decree 84 art. 42; the second half is from memory and kept because it is stricter).

    Args:
        expires_on: expiry date of the lot that was handed over, where one was.

    Raises:
        UnknownJurisdiction: no rule for this country and class.
    """
    country = ALIASES.get(jurisdiction, jurisdiction)
    rows = [RETENTION[key] for key in ((country, ""), (country, supply_class)) if key in RETENTION]
    if not rows:
        raise UnknownJurisdiction(jurisdiction=jurisdiction, supply_class=supply_class)
    years, source, mark = max(rows)
    last = add_months(created_on, 12 * years)
    if country == "CN" and expires_on:
        last = max(last, add_months(expires_on, 12))
    return Term(last_day=last, citation=source, citation_confirmed=mark in {"V", "S"})
