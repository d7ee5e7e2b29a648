"""A dose as a sentence people say, in Chinese and in English."""

from __future__ import annotations

from decimal import Decimal

from prescriptions.models import PrescriptionItem

UNITS = {
    "tablet": ("片", "tablet", "tablets"),
    "capsule": ("粒", "capsule", "capsules"),
    "mL": ("毫升", "mL", "mL"),
    "sachet": ("袋", "sachet", "sachets"),
    "pill": ("丸", "pill", "pills"),
    "g": ("克", "g", "g"),
    "mg": ("毫克", "mg", "mg"),
}
TIMES = {1: "once a day", 2: "twice a day", 3: "three times a day", 4: "four times a day"}


def sentences(item: PrescriptionItem) -> tuple[str, str]:
    """`每日2次,每次1片` and `1 tablet, twice a day`; the prescriber's own text when unstructured."""
    if item.dose_quantity is None or item.doses_per_day is None:
        return item.dose_text or "遵医嘱", item.dose_text or "As your doctor told you"
    zh, one, many = UNITS.get(item.dose_unit, (item.dose_unit,) * 3)
    amount = _number(item.dose_quantity)
    times = item.doses_per_day
    often = TIMES.get(int(times)) if times == int(times) else None
    english = often or f"{_number(times)} times a day"
    unit = one if item.dose_quantity <= 1 else many
    return f"每日{_number(times)}次，每次{amount}{zh}", f"{amount} {unit}, {english}"


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
