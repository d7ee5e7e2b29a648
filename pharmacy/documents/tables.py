"""A table on a sheet: a head that comes again on each page, rows that never break in two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pharmacy.documents.sheet import TINT, Cell, Sheet, Style

BODY, HEAD = Style(size=8.5), Style(size=7.6, bold=True)


def table(
    sheet: Sheet, head: Sequence[Cell], rows: Iterable[Sequence[Cell]], shares: Sequence[float]
) -> None:
    """Draw a table across the sheet; `shares` are the columns' parts of the width."""
    total = sum(shares)
    widths = [share / total * (sheet.right - sheet.left) for share in shares]
    cells = [list(row) for row in rows]
    first = sheet.row_height(cells[0], widths, BODY) if cells else 0
    sheet.need(sheet.row_height(head, widths, HEAD) + first)
    _head(sheet, head, widths)
    for row in cells:
        page = sheet.page
        sheet.need(sheet.row_height(row, widths, BODY))
        if sheet.page != page:
            _head(sheet, head, widths)
        sheet.row(row, widths, BODY)
        sheet.rule(weight=0.3)


def _head(sheet: Sheet, head: Sequence[Cell], widths: Sequence[float]) -> None:
    height = sheet.row_height(head, widths, HEAD)
    sheet.box_at(sheet.left, sheet.y, sheet.right - sheet.left, height, fill=TINT, stroke=None)
    sheet.row(head, widths, HEAD)
