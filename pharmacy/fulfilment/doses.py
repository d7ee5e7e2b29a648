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
    """`每日2次，每次1片` and `1 tablet, twice a day`, for paper that is read in both languages.

    A rhythm that is not a whole number of times a day or of days between is not put in words of
    ours: the prescriber's own text stands.
    """
    often = _often(item.doses_per_day)
    if item.dose_quantity is None or often is None:
        return item.dose_text or "遵医嘱", item.dose_text or "As your doctor told you"
    zh, one, many = UNITS.get(item.dose_unit, (item.dose_unit,) * 3)
    amount = f"{item.dose_quantity.normalize():f}"
    unit = one if item.dose_quantity <= 1 else many
    return f"{often[0]}，每次{amount}{zh}", f"{amount} {unit}, {often[1]}"


def _often(per_day: Decimal | None) -> tuple[str, str] | None:
    """How often, in both languages; `0.143` doses a day, as stored, are one in seven days."""
    if not per_day:
        return None
    if per_day == int(per_day):
        times = int(per_day)
        return f"每日{times}次", TIMES.get(times, f"{times} times a day")
    days = round(1 / per_day)
    if days < 2 or round(Decimal(1) / days, 3) != round(per_day, 3):
        return None
    return f"每{days}日1次", "once a week" if days == 7 else f"once every {days} days"
