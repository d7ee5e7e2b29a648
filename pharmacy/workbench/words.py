"""How the bench names things: masked names, ages, checks, genders, units, forms.

Pure functions of plain values.
"""

from __future__ import annotations

import datetime as dt
import unicodedata

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from pharmacy.formulary import words as formulary

HOUR, DAY = 60, 24 * 60
GENDERS: dict[str, str | Promise] = {
    "female": _("female"),
    "male": _("male"),
    "other": pgettext_lazy("gender", "other"),
    "unknown": pgettext_lazy("gender", "unknown"),
}
PUT_BACK: dict[str, str | Promise] = {
    "recalled": _("A lot was recalled"),
    "damaged": _("A pack is damaged"),
    "wrong": _("It was picked wrong"),
    "not-collected": _("Nobody came for it"),
}
PLACES: dict[str, str | Promise] = {"shelf": _("Shelf"), "fridge": _("Fridge")}


def masked(name: str) -> str:
    """Initials of a written name: `P. O.`; of a Chinese one the middle is hidden: `王＊一`."""
    name = " ".join(name.split())
    if not name:
        return "–"
    if any("CJK" in unicodedata.name(char, "") for char in name):
        return name[0] + "＊" + (name[-1] if len(name) > 2 else "")
    return " ".join(f"{word[0].upper()}." for word in name.split()[:3])


def age_of_work(minutes: int) -> str:
    """`just now`, `4 min`, `2 h`, `3 days`."""
    if minutes < 1:
        return _t("just now")
    if minutes < HOUR:
        return _t("%(n)s min") % {"n": minutes}
    if minutes < DAY:
        return _t("%(n)s h") % {"n": minutes // HOUR}
    days = minutes // DAY
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def age_of_person(birth_date: str | None, today: dt.date) -> str:
    """Years of life; months for a small child; nothing when the date is not stated."""
    if not birth_date:
        return ""
    try:
        born = dt.date.fromisoformat(birth_date)
    except ValueError:  # some hospitals send only the year
        return ""
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months < 36:
        return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}
    return ngettext("%(n)s year", "%(n)s years", months // 12) % {"n": months // 12}


def form(code: str) -> str:
    """A dosage form in words; a hospital's own word stays as it is."""
    return formulary.form(code)
