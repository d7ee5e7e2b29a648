"""Strengths written many ways, compared as numbers: "5mg", "5 mg", "5毫克", "0.005 g" are one."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

# Unit as written → (our unit, factor to it).
UNITS: dict[str, tuple[str, Decimal]] = {
    "mg": ("mg", Decimal(1)), "毫克": ("mg", Decimal(1)),
    "g": ("mg", Decimal(1000)), "克": ("mg", Decimal(1000)),
    "ug": ("mg", Decimal("0.001")), "mcg": ("mg", Decimal("0.001")), "微克": ("mg", Decimal("0.001")),
    "ml": ("mL", Decimal(1)), "毫升": ("mL", Decimal(1)),
    "units": ("[iU]", Decimal(1)), "unit": ("[iU]", Decimal(1)), "iu": ("[iU]", Decimal(1)),
    "u": ("[iU]", Decimal(1)), "[iu]": ("[iU]", Decimal(1)), "单位": ("[iU]", Decimal(1)),
    "国际单位": ("[iU]", Decimal(1)), "%": ("%", Decimal(1)),
}  # fmt: skip
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
PART = re.compile(rf"(\d+(?:\.\d+)?)?\s*({_UNIT})(?![a-z])")
# "per tablet" says nothing more than the strength itself.
_PER_PIECE = re.compile(
    r"\s*(?:/|per)\s*(?:1\s*)?(?:tablet|tab|capsule|cap|dose|puff|片|粒|揿|喷|吸)\b"
)
_PACK = re.compile(r"\s*[x*×].*$")

Strength = tuple[tuple[str, Decimal], ...]


def _plain(text: str) -> str:
    # NFKC turns full-width digits and the micro sign (to Greek mu) into one form each.
    return unicodedata.normalize("NFKC", text).lower().replace("μ", "u").replace(",", "")


def parse(text: str) -> Strength | None:
    """Return the parts in mg, mL, [iU] or %, sorted; None when anything is not understood.

    A part without a number counts as one: "1.34 mg/mL" is 1.34 mg in 1 mL.
    """
    plain = _PACK.sub("", _PER_PIECE.sub("", _plain(text))).strip()
    parts: list[tuple[str, Decimal]] = []
    for piece in filter(None, re.split(r"\s*[/:+]\s*", plain)):
        found = PART.fullmatch(piece.strip())
        if found is None:
            return None
        unit, factor = UNITS[found[2]]
        parts.append((unit, Decimal(found[1] or 1) * factor))
    return tuple(sorted(parts)) or None


def find_in(text: str) -> tuple[str, str]:
    """Take the first strength out of a display text: ("Amlodipine tablet", "5 mg")."""
    plain = unicodedata.normalize("NFKC", text)
    one = rf"\d+(?:\.\d+)?\s*(?:{_UNIT})(?![a-zA-Z])"
    found = re.search(rf"{one}(?:\s*[/:+]\s*(?:{one}|mL|ml))*", plain, re.IGNORECASE)
    if found is None:
        return plain.strip(), ""
    return f"{plain[: found.start()]} {plain[found.end() :]}".strip(" ,;-"), found[0]
