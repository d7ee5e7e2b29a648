"""Rows as a CSV file that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

from pharmacy.core import clock
from pharmacy.headquarters.errors import ExportTooLarge

MOST = 20_000
# A cell that begins so is a formula to a spreadsheet (OWASP, CSV Injection); full-width too.
STARTS_FORMULA = tuple("=+-@＝＋－＠\t\r\n")
# Tells Excel that the file is UTF-8; without it Chinese names break.
BOM = "\ufeff"


def safe(value: Any) -> Any:
    """The cell as it may stand in a file: text that looks like a formula gets a quote before it."""
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(STARTS_FORMULA) else text


def export(name: str, heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The rows under their heads, as a download with today's date in its name.

    Raises:
        ExportTooLarge: more rows than one file carries.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([safe(str(head)) for head in heads])
    for count, row in enumerate(rows, start=1):
        if count > MOST:
            raise ExportTooLarge(most=MOST)
        writer.writerow([safe(cell) for cell in row])
    file = f"{name}-{clock.today():%Y%m%d}.csv"
    return HttpResponse(
        BOM + text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
