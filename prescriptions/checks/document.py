"""Before anything is believed: size, format, and whether the container parses."""

from __future__ import annotations

import hashlib

from pharmacy.core.parsing import MAX_BYTES, Empty, TooLarge
from prescriptions import formats
from prescriptions.checks.examination import Case


def size(case: Case) -> None:
    """One byte to 1 MB."""
    if not case.raw:
        raise Empty
    if len(case.raw) > MAX_BYTES:
        raise TooLarge(size=len(case.raw), limit=MAX_BYTES)
    case.sha256 = hashlib.sha256(case.raw).hexdigest()


def known_format(case: Case) -> None:
    """The named format, or the one that recognises the bytes."""
    if case.format_name == "auto":
        case.format = formats.detect(case.raw, case.media_type)
    else:
        case.format = formats.FORMATS.get(case.format_name)


def parse(case: Case) -> None:
    """The container opens under the strict limits of its format."""
    case.envelope = case.format.open(case.raw, case.signature)
