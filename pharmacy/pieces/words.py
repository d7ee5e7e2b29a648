"""How the pages say money, quantities, times and doses, in the reader's language.

Pure functions of plain values; the template tags only wrap them.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import gettext, ngettext, pgettext

from pharmacy.core import clock
from pharmacy.core.money import Money

NEAR_DAYS = 6


def money(value: Money | int | None, currency: str = "CNY") -> str:
    """An amount with its currency sign; an integer counts minor units; None is a dash."""
    if value is None:
        return "–"
    held = value if isinstance(value, Money) else Money(value, currency)
    text = str(Money(abs(held.minor), held.currency))
    return f"−{text}" if held.minor < 0 else text


def _unit(unit: str, count: Decimal) -> str:
    n = 1 if count == 1 else 2
    words = {
        "tablet": ngettext("tablet", "tablets", n),
        "capsule": ngettext("capsule", "capsules", n),
        "dose": ngettext("dose", "doses", n),
        "pack": ngettext("pack", "packs", n),
        "sachet": ngettext("sachet", "sachets", n),
        "vial": ngettext("vial", "vials", n),
        "patch": ngettext("patch", "patches", n),
        "drop": ngettext("drop", "drops", n),
        "puff": ngettext("puff", "puffs", n),
        "mL": pgettext("unit", "mL"),
        "g": pgettext("unit", "g"),
        "mg": pgettext("unit", "mg"),
    }
    return words.get(unit.strip("{}"), unit)


def number(value: Decimal | int | str) -> str:
    """A number as people write it: separators, no trailing zeros."""
    exact = Decimal(value).normalize()
    places = max(0, -int(exact.as_tuple().exponent))
    return f"{exact:,.{places}f}"


def quantity(value: Decimal | int | str | None, unit: str) -> str:
    """`28 tablets`, `1 capsule`, `2.5 mL`; Chinese needs no space and no plural."""
    if value is None:
        return "–"
    exact = Decimal(value)
    return gettext("%(number)s %(unit)s") % {"number": number(exact), "unit": _unit(unit, exact)}


def zone(place: Any) -> zoneinfo.ZoneInfo:
    """The time zone of a store, of its name, or the chain's."""
    name = place if isinstance(place, str) else getattr(place, "time_zone", "")
    return zoneinfo.ZoneInfo(name or settings.CHAIN_TIME_ZONE)


def _relative(days: int) -> str:
    near = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}
    return near.get(days, "")


def _written(date: dt.date, today: dt.date) -> str:
    same_year = date.year == today.year
    pattern = pgettext("date", "j M") if same_year else pgettext("date", "j M Y")
    return formats.date_format(date, pattern)


def day(date: dt.date | None, place: Any = None) -> str:
    """A calendar day: `today`, `tomorrow`, `3 Nov`, or `3 Nov 2027` in another year."""
    if date is None:
        return "–"
    today = clock.now().astimezone(zone(place)).date()
    return _relative((date - today).days) or _written(date, today)


def when(instant: dt.datetime | None, place: Any = None) -> str:
    """An instant as people say it in a store's zone: `today 17:30`, `Tue 09:00`, `3 Nov 12:10`."""
    if instant is None:
        return "–"
    local, today = instant.astimezone(zone(place)), clock.now().astimezone(zone(place)).date()
    away = (local.date() - today).days
    name = _relative(away)
    if not name and 0 < away <= NEAR_DAYS:
        name = formats.date_format(local.date(), "D")
    words = {"day": name or _written(local.date(), today), "time": local.strftime("%H:%M")}
    return gettext("%(day)s %(time)s") % words


def dose(
    *, amount: Decimal | None = None, unit: str = "", per_day: Decimal | None = None, text: str = ""
) -> str:
    """One sentence that says how to take it.

    The prescriber's own words win: they are what was signed.
    """
    if text:
        return text
    if amount is None or not per_day:
        return gettext("As the doctor told you")
    facts = {"dose": quantity(amount, unit), "times": number(per_day)}
    if per_day == 1:
        return gettext("%(dose)s once a day") % facts
    if per_day == 2:
        return gettext("%(dose)s twice a day") % facts
    if per_day < 1:
        facts["days"] = number((1 / Decimal(per_day)).quantize(Decimal(1)))
        return gettext("%(dose)s every %(days)s days") % facts
    return gettext("%(dose)s, %(times)s times a day") % facts


def localized(row: Any, field: str = "name") -> str:
    """The row's `<field>_zh` or `<field>_en`, whichever the reader speaks; the other when empty."""
    both = [getattr(row, f"{field}_en", ""), getattr(row, f"{field}_zh", "")]
    if (translation.get_language() or "").startswith("zh"):
        both.reverse()
    return next((name for name in both if name), "")
