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

HOUR, DAY = 60, 24 * 60
# The checks of verification (prescriptions/checks) by what they prove.
CHECKS: dict[str, str | Promise] = {
    "size": _("Size of the document"),
    "format": _("Format"),
    "parse": _("Readable"),
    "signer": _("One signer"),
    "algorithm": _("Kind of signature"),
    "certificate": _("Certificate"),
    "signature": _("Signature over the exact bytes"),
    "trust": _("Signer is trusted"),
    "validity": _("Certificate valid when signed"),
    "revocation": _("Certificate not revoked"),
    "structure": _("Complete"),
    "patient": _("Patient"),
    "signing-time": _("Time of signing"),
    "replay": _("Not used before"),
    "window": _("Valid today"),
}
GENDERS: dict[str, str | Promise] = {
    "female": _("female"),
    "male": _("male"),
    "other": pgettext_lazy("gender", "other"),
    "unknown": pgettext_lazy("gender", "unknown"),
}
FORMS: dict[str, str | Promise] = {
    "tablet": pgettext_lazy("form", "Tablets"),
    "capsule": pgettext_lazy("form", "Capsules"),
    "injection": pgettext_lazy("form", "Injection"),
    "syrup": pgettext_lazy("form", "Syrup"),
    "solution": pgettext_lazy("form", "Solution"),
    "suspension": pgettext_lazy("form", "Suspension"),
    "cream": pgettext_lazy("form", "Cream"),
    "ointment": pgettext_lazy("form", "Ointment"),
    "gel": pgettext_lazy("form", "Gel"),
    "drops": pgettext_lazy("form", "Drops"),
    "inhaler": pgettext_lazy("form", "Inhaler"),
    "patch": pgettext_lazy("form", "Patch"),
    "spray": pgettext_lazy("form", "Spray"),
    "powder": pgettext_lazy("form", "Powder"),
    "granules": pgettext_lazy("form", "Granules"),
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
    return str(FORMS.get(code.lower(), code))
