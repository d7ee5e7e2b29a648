"""The one reading of a prescription that every format ends in, free of any format's words.

Dates are calendar days in the issuer's time zone. A quantity is a whole number of `unit`s:
base units (tablet, mL, ...) or, where the issuer prescribes packs, `{Package}`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

PACKAGE = "{Package}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CanonicalItem:
    """One prescribed medicine; `quantity` is that of one issue."""

    line: int
    display: str
    quantity: int
    unit: str
    system: str = ""
    code: str = ""
    strength: str = ""
    form: str = ""
    dose_quantity: Decimal | None = None
    dose_unit: str = ""
    doses_per_day: Decimal | None = None
    dose_text: str = ""
    route: str = ""
    days_supply: int | None = None
    is_substitution_allowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CanonicalPrescription:
    """Who prescribed what for whom, and on which days it is good (`valid_until` included)."""

    identifier: str
    patient_name: str
    prescriber_name: str
    issued_at: dt.datetime
    valid_from: dt.date
    valid_until: dt.date
    items: tuple[CanonicalItem, ...]
    group_identifier: str = ""
    patient_identifier_system: str = ""
    patient_identifier: str = ""
    patient_birth_date: dt.date | None = None
    patient_gender: str = ""
    patient_weight_kg: Decimal | None = None
    allergies: tuple[dict[str, str], ...] | None = None  # None: not stated; (): none known
    diagnoses: tuple[dict[str, str], ...] | None = None
    prescriber_licence: str = ""
    department: str = ""
    signed_at: dt.datetime | None = None
    issues_allowed: int = 1
    min_interval_days: int = 0
    note: str = ""

    @property
    def content_hash(self) -> str:
        """sha256 of what makes it the same prescription through whichever channel it comes.

        Patient identifier, prescriber, issue time in UTC and the lines; not the identifier that
        a channel gave it, and not the free texts.
        """
        lines = [[i.system, i.code or i.display, i.quantity, i.unit] for i in self.items]
        whole = [
            self.patient_identifier_system,
            self.patient_identifier or self.patient_name,
            self.prescriber_licence or self.prescriber_name,
            self.issued_at.astimezone(dt.UTC).isoformat(),
            self.valid_from.isoformat(),
            lines,
        ]
        text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: dates in ISO 8601, decimals as strings."""
        return {**plain(dataclasses.asdict(self)), "content_hash": self.content_hash}


def plain(value: Any) -> Any:
    """Turn dates and decimals into text, tuples into lists, all the way down."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value
