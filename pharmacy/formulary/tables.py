"""The seed tables as frozen rows, read from `data/` and checked before anything is written."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pharmacy.core.errors import Broken
from pharmacy.formulary import forms, gtin, strengths
from pharmacy.formulary.models import SUPPLY_CLASSES

DATA = Path(__file__).parent / "data"
UNITS = frozenset({"mg", "ug", "g", "[iU]", "{dose}"})
ATC = re.compile(r"[A-Z]\d\d[A-Z]([A-Z](\d\d)?)?")


class InconsistentSeed(Broken):
    """The seed tables contradict themselves; nothing was loaded."""

    code = "formulary.inconsistent-seed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstanceRow:
    """One row of substances.csv."""

    code: str
    name_en: str
    name_zh: str
    groups: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseRow:
    """One row of doses.csv; amounts in `unit`, None = the label names no maximum."""

    substance: str
    route: str
    usual: str
    max_single: Decimal | None
    max_daily: Decimal | None
    unit: str
    min_age_years: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineRow:
    """One row of medicines.csv; ingredients are (substance, amount in one base unit, unit)."""

    number: int
    name_en: str
    name_zh: str
    strength: str
    form: str
    base_unit: str
    pack_size: int
    atc: str
    supply_class: str
    ingredients: tuple[tuple[str, Decimal, str], ...]
    price_minor: int
    is_chronic: bool
    is_cold_chain: bool

    @property
    def code(self) -> str:
        """Our code: amlodipine-5mg-tablet-28."""
        words = f"{self.name_en} {self.strength.replace(' ', '')} {self.form} {self.pack_size}"
        return re.sub(r"[^a-z0-9.%]+", "-", words.lower()).replace(".", "_").replace("%", "pct")

    @property
    def barcode(self) -> str:
        """In-store EAN-13 of the pack."""
        return gtin.in_store(self.number)

    @property
    def title(self) -> str:
        """What the shop calls it, in English."""
        words = f"{self.name_en} {self.strength} {self.form.replace('-', ' ')}"
        return f"{words}, {self.pack_size} {self.base_unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """All three tables."""

    substances: tuple[SubstanceRow, ...]
    doses: tuple[DoseRow, ...]
    medicines: tuple[MedicineRow, ...]


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _ingredient(text: str) -> tuple[str, Decimal, str]:
    substance, amount, unit = text.rsplit(" ", 2)
    return substance, Decimal(amount), unit


def _medicine(row: dict[str, str]) -> MedicineRow:
    plain: dict[str, Any] = {
        **row,
        **{key: int(row[key]) for key in ("number", "pack_size", "price_minor")},
        **{key: row[key] == "yes" for key in ("is_chronic", "is_cold_chain")},
        "ingredients": tuple(_ingredient(part) for part in row["ingredients"].split(" + ")),
    }
    return MedicineRow(**plain)


def _dose(row: dict[str, str]) -> DoseRow:
    plain: dict[str, Any] = {
        **row,
        **{key: Decimal(row[key]) if row[key] else None for key in ("max_single", "max_daily")},
        "min_age_years": int(row["min_age_years"]),
    }
    return DoseRow(**plain)


def read() -> Seed:
    """Read the three tables."""
    return Seed(
        substances=tuple(SubstanceRow(**row) for row in _rows("substances.csv")),
        doses=tuple(_dose(row) for row in _rows("doses.csv")),
        medicines=tuple(_medicine(row) for row in _rows("medicines.csv")),
    )


def _medicine_faults(row: MedicineRow, known: set[str]) -> list[str]:
    checks = {
        "code": len(row.code) <= 60,
        "form": row.form in forms.ROUTES,
        "supply class": row.supply_class in SUPPLY_CLASSES,
        "ATC": not row.atc or ATC.fullmatch(row.atc) is not None,
        "strength": strengths.parse(row.strength) is not None,
        "pack or price": row.pack_size > 0 and row.price_minor > 0,
        "barcode": gtin.is_valid(row.barcode),
        "substance": all(name in known for name, _, _ in row.ingredients),
        "amount": all(amount > 0 and unit in UNITS for _, amount, unit in row.ingredients),
        "ingredient twice": len({name for name, _, _ in row.ingredients}) == len(row.ingredients),
    }
    return [f"{row.number} {row.code}: {name}" for name, is_fine in checks.items() if not is_fine]


def _dose_faults(row: DoseRow, known: set[str]) -> list[str]:
    checks = {
        "substance": row.substance in known,
        "route": row.route in forms.ROUTES.values(),
        "unit": row.unit in UNITS,
        "maximum": all(value is None or value > 0 for value in (row.max_single, row.max_daily)),
        "source": bool(row.source),
    }
    return [f"dose {row.substance}: {name}" for name, is_fine in checks.items() if not is_fine]


def _repeats(what: str, keys: list[Any]) -> list[str]:
    return [f"{what} twice: {key}" for key in sorted({k for k in keys if keys.count(k) > 1})]


def faults(seed: Seed) -> list[str]:
    """List what contradicts itself, one line a fault; empty when the tables are sound."""
    known = {row.code for row in seed.substances}
    return [
        *_repeats("substance", [row.code for row in seed.substances]),
        *_repeats("number", [row.number for row in seed.medicines]),
        *_repeats("code", [row.code for row in seed.medicines]),
        *_repeats("dose", [(row.substance, row.route) for row in seed.doses]),
        *(fault for row in seed.medicines for fault in _medicine_faults(row, known)),
        *(fault for row in seed.doses for fault in _dose_faults(row, known)),
    ]
