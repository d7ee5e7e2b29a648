"""Small readers for fields of outside documents; each refusal names the field, never its value."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Container
from decimal import Decimal
from typing import Any

from prescriptions.formats.errors import FieldInvalid, FieldMissing, FieldTooMany, QuantityNotWhole

MAX_QUANTITY = 100_000
# Control characters, and those that reorder text on the screen.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})\Z")


def text(value: Any, field: str, *, limit: int, required: bool = False) -> str:
    """A line of text without hidden characters; absent gives "" unless required."""
    if value is None or value == "":
        if required:
            raise FieldMissing(field=field)
        return ""
    if not isinstance(value, str) or len(value) > limit:
        raise FieldInvalid(field=field)
    if not value.isprintable() and _HIDDEN.search(value):  # the first is quick, and stricter
        raise FieldInvalid(field=field)
    stripped = value.strip()
    if required and not stripped:
        raise FieldMissing(field=field)
    return stripped


def mapping(value: Any, field: str) -> dict[str, Any]:
    """An object, or {} when absent."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FieldInvalid(field=field)
    return value


def sequence(value: Any, field: str, *, limit: int = 50) -> list[Any]:
    """A list, or [] when absent."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise FieldInvalid(field=field)
    if len(value) > limit:
        raise FieldTooMany(field=field)
    return value


def choice(value: Any, allowed: Container[str], field: str) -> str:
    """One of the words that are allowed."""
    if not isinstance(value, str) or value not in allowed:
        raise FieldInvalid(field=field)
    return value


def only(values: list[Any], field: str) -> Any:
    """The one element."""
    if not values:
        raise FieldMissing(field=field)
    if len(values) > 1:
        raise FieldTooMany(field=field)
    return values[0]


def whole(value: Any, field: str, *, least: int = 1, most: int = MAX_QUANTITY) -> int:
    """A whole number within bounds; 30 and 30.0 are whole, 30.5 and true are not."""
    if value is None:
        raise FieldMissing(field=field)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise FieldInvalid(field=field)
    if not least <= value <= most or value != int(value):
        raise QuantityNotWhole(field=field)
    return int(value)


def decimal(value: Any, field: str, *, most: int = MAX_QUANTITY, places: int = 3) -> Decimal:
    """A decimal above zero with few enough places to be stored exactly."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise FieldInvalid(field=field)
    exact = Decimal(value)
    if not exact.is_finite() or not 0 < exact <= most:
        raise FieldInvalid(field=field)
    if exact != round(exact, places):
        raise FieldInvalid(field=field)
    return exact


def day(value: Any, field: str) -> dt.date:
    """The calendar day of a FHIR date or dateTime, as its writer saw the calendar."""
    if not isinstance(value, str):
        raise FieldInvalid(field=field) if value is not None else FieldMissing(field=field)
    if not (_DATE.match(value) or _INSTANT.match(value)):
        raise FieldInvalid(field=field)
    try:
        written = dt.date.fromisoformat(value[:10])
    except ValueError:
        raise FieldInvalid(field=field) from None
    if not 1880 <= written.year <= 2200:
        raise FieldInvalid(field=field)
    return written


def instant(value: Any, field: str, zone: str) -> dt.datetime:
    """An aware instant; a bare date is the start of that day in the zone."""
    written = day(value, field)
    if len(value) == 10:
        return dt.datetime.combine(written, dt.time(), zoneinfo.ZoneInfo(zone))
    try:
        return dt.datetime.fromisoformat(value)
    except ValueError:
        raise FieldInvalid(field=field) from None
