"""How much of a substance one dose holds: from the words of the line to milligrams or units.

Conversions are explicit; what cannot be converted with certainty gives None.
"""

from __future__ import annotations

from decimal import Decimal

from pharmacy.core.quantity import MASS_IN_MG, Quantity, UnitMismatch
from prescriptions.review_rules.shapes import Item, Part

# Words that prescriptions use for one base unit.
BASE_UNIT_WORDS: dict[str, frozenset[str]] = {
    "tablet": frozenset({"tablet", "tablets", "tab", "片", "{tablet}", "{tbl}", "1"}),
    "capsule": frozenset({"capsule", "capsules", "cap", "粒", "{capsule}", "1"}),
    "pill": frozenset({"pill", "pills", "丸", "粒", "{pill}", "1"}),
    "sachet": frozenset({"sachet", "sachets", "袋", "包", "{sachet}", "1"}),
    "dose": frozenset(
        {"dose", "doses", "puff", "puffs", "揿", "喷", "吸", "{dose}", "{puff}", "{actuat}", "1"}
    ),
    "mL": frozenset({"ml", "毫升"}),
    "g": frozenset({"g", "克"}),
}
AMOUNT_WORDS = {
    "mg": "mg", "毫克": "mg", "g": "g", "克": "g", "ug": "ug", "mcg": "ug", "μg": "ug",
    "微克": "ug", "iu": "[iU]", "[iu]": "[iU]", "u": "[iU]", "unit": "[iU]", "units": "[iU]",
    "单位": "[iU]",
}  # fmt: skip
ROUTE_WORDS = {
    "oral": "oral", "po": "oral", "p.o.": "oral", "by mouth": "oral", "口服": "oral",
    "26643006": "oral", "sublingual": "sublingual", "舌下": "sublingual", "舌下含服": "sublingual",
    "sl": "sublingual", "topical": "topical", "外用": "topical", "cutaneous": "topical",
    "inhaled": "inhaled", "inhalation": "inhaled", "吸入": "inhaled", "nasal": "nasal",
    "鼻用": "nasal", "喷鼻": "nasal", "ophthalmic": "ophthalmic", "滴眼": "ophthalmic",
    "injection": "injection", "subcutaneous": "injection", "sc": "injection",
    "皮下注射": "injection", "34206005": "injection",
}  # fmt: skip


def route_of(item: Item) -> str | None:
    """The route of an item, or None when the line and the form disagree or are not known."""
    if not item.route.strip():
        return item.form_route or None
    stated = ROUTE_WORDS.get(item.route.strip().lower())
    return stated if stated == item.form_route else None


def dose_of(item: Item, part: Part, unit: str) -> Decimal | None:
    """How much of one substance one dose holds, in `unit`; None when it cannot be told."""
    if item.dose_quantity is None:
        return None
    word = item.dose_unit.strip().lower()
    if word in BASE_UNIT_WORDS.get(item.base_unit, frozenset()):
        return _convert(item.dose_quantity * part.amount, part.unit, unit)
    # "500 mg" of a combination does not say of which substance.
    if len(item.parts) != 1 or word not in AMOUNT_WORDS:
        return None
    return _convert(item.dose_quantity, AMOUNT_WORDS[word], unit)


def _convert(value: Decimal, given: str, wanted: str) -> Decimal | None:
    if given != wanted and not {given, wanted} <= MASS_IN_MG.keys():
        return None
    try:
        return Quantity(value, given).to(wanted).value
    except UnitMismatch:
        return None
