"""Which medicine of ours a prescription line means: exactly one, or none.

Three ways in turn: a code that we hold, then ATC with strength and form, then the generic name
with strength and form. Two that fit are no answer, and neither is a line whose code and name
disagree: a pharmacist decides then.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from django.db.models import Q

from pharmacy.formulary import forms, strengths, systems
from pharmacy.formulary.models import Medicine, MedicineCode

Coding = tuple[str, str]


def resolve(
    *, codings: Sequence[Coding] = (), display: str = "", strength: str = "", form: str = ""
) -> Medicine | None:
    """Return the one medicine that fits, or None.

    Args:
        codings: (system, code) pairs of the line, 0..n.
        display: the name as written, which may carry strength and form too.
    """
    known = _by_code(codings)
    if known:
        return known[0] if len(known) == 1 else None
    by_name, strength, form = _named(display, strength, form)
    wanted = strengths.parse(strength)
    if wanted is None or not form:
        return None
    pool = _by_atc(codings)
    if pool is None:
        pool = by_name
    elif by_name:
        # Code and name speak of the same medicine, or a human looks at it.
        agreed = {medicine.pk for medicine in by_name}
        pool = [medicine for medicine in pool if medicine.pk in agreed]
    fitting = [row for row in pool if _fits(row, wanted, forms.normalise(form))]
    return fitting[0] if len(fitting) == 1 else None


def _by_code(codings: Sequence[Coding]) -> list[Medicine]:
    if not codings:
        return []
    pairs = set(codings)
    held = MedicineCode.objects.filter(code__in=[code for _, code in codings])
    found = {row.medicine_id for row in held if (row.system, row.code) in pairs}
    return list(Medicine.objects.filter(pk__in=found)) if found else []


def _by_atc(codings: Sequence[Coding]) -> list[Medicine] | None:
    """Medicines of the line's ATC codes, or None when it carries none that we hold."""
    codes = [code.strip().upper() for system, code in codings if system in systems.ATC_NAMES]
    full = [code for code in codes if len(code) == 7]
    found = list(Medicine.objects.filter(atc__in=full)) if full else []
    return found or None


def _fits(medicine: Medicine, wanted: strengths.Strength, form: str) -> bool:
    return medicine.form == form and strengths.parse(medicine.strength) == wanted


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _named(display: str, strength: str, form: str) -> tuple[list[Medicine], str, str]:
    """Medicines whose name the display is, with what it says of strength and form."""
    bare, found_strength = strengths.find_in(display)
    bare, found_form = _split_form(_plain(bare))
    names = {_plain(display), bare} - {""}
    matches = [row for row in _candidates(names) if names & _names_of(row)] if names else []
    return matches, strength or found_strength, form or found_form


def _split_form(name: str) -> tuple[str, str]:
    stem, form = forms.split_ending(name)
    if form:
        return stem, form
    words = name.split()
    for size in (3, 2, 1):
        tail = "-".join(words[-size:])
        if len(words) > size and (known := forms.normalise(tail)) in forms.ROUTES:
            return " ".join(words[:-size]), known
    return name, ""


def _candidates(names: Iterable[str]) -> Iterable[Medicine]:
    """Medicines that may bear one of the names; `_names_of` has the last word."""
    wanted = Q()
    for name in names:
        wanted |= Q(name_en__iexact=name) | Q(name_zh__istartswith=name)
        wanted |= Q(ingredients__substance__name_en__iexact=name)
        wanted |= Q(ingredients__substance__name_zh__iexact=name)
    found = Medicine.objects.filter(wanted).distinct()
    return found.prefetch_related("ingredients__substance")


def _names_of(medicine: Medicine) -> set[str]:
    names = {medicine.name_en, medicine.name_zh, forms.split_ending(medicine.name_zh)[0]}
    parts = list(medicine.ingredients.all())
    if len(parts) == 1:
        names |= {parts[0].substance.name_en, parts[0].substance.name_zh}
    return {_plain(name) for name in names}
