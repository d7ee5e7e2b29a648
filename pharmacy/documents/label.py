"""The dispensing label: what is in the box, for whom, how to take it, who answers for it.

Two sizes, 100 × 70 mm and 60 × 80 mm. Nothing on a label is ever cut off: the type shrinks
until all of it fits, down to a size that can still be read, and below that the label is
refused.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from pharmacy.core.errors import Refused
from pharmacy.documents import fonts
from pharmacy.documents.sheet import INK, SOFT, TINT, Sheet, Style, pdf

SIZES = {"100x70": (100 * mm, 70 * mm), "60x80": (60 * mm, 80 * mm)}
MARGIN = 3.2 * mm
SCALES = [1 - step * 0.03 for step in range(16)]  # 100 % down to 55 %


class LabelTooLong(Refused):
    """The text does not fit the label at a size that can be read."""

    code = "documents.label-too-long"
    sentence = _("This text does not fit the label. Shorten it or choose the larger label.")


@dataclass(frozen=True, kw_only=True)
class LabelData:
    """What one label says.

    Args:
        dispensed_at: aware; printed as the day in `time_zone` (IANA).
        number, of: this label is number 1..of.
        warnings: pairs of Chinese and English sentences, 0..n.
        code: opaque id for the QR code, nothing that identifies the patient.
        size: a key of SIZES.
    """

    store_name_zh: str
    store_name_en: str
    store_phone: str
    patient_name: str
    medicine_zh: str
    medicine_en: str
    strength: str
    quantity: int
    unit_zh: str
    unit_en: str
    dose_zh: str
    dose_en: str
    lot_number: str
    expiry_date: dt.date
    dispensed_at: dt.datetime
    pharmacist: str
    checker: str
    code: str
    number: int = 1
    of: int = 1
    warnings: tuple[tuple[str, str], ...] = ()
    time_zone: str = "Asia/Shanghai"
    size: str = "100x70"

    @property
    def day(self) -> dt.date:
        """The day of dispensing at the store."""
        return self.dispensed_at.astimezone(zoneinfo.ZoneInfo(self.time_zone)).date()


def render(data: LabelData) -> bytes:
    """Print one label as a PDF of exactly the label's size.

    Raises:
        FontMissing: the fonts are not installed.
        LabelTooLong: the texts cannot be made to fit.
    """
    fonts.ready()
    width, height = SIZES[data.size]
    scale = _scale_that_fits(data)

    def draw(canvas: Canvas) -> None:
        _draw(data, Sheet(canvas, width=width, height=height, margin=MARGIN, scale=scale))

    return pdf("Dispensing label", width=width, height=height, draw=draw)


def _scale_that_fits(data: LabelData) -> float:
    width, height = SIZES[data.size]
    for scale in SCALES:
        sheet = Sheet(None, width=width, height=height, margin=MARGIN, scale=scale)
        if _draw(data, sheet) <= sheet.bottom:
            return scale
    raise LabelTooLong(size=data.size)


def _draw(data: LabelData, sheet: Sheet) -> float:
    """Draw from the top; the foot hangs from the bottom edge. Returns where it all would end."""
    _head(data, sheet)
    _patient(data, sheet)
    _medicine(data, sheet)
    _dose(data, sheet)
    for chinese, english in data.warnings:
        _warning(chinese, english, sheet)
    sheet.gap(1.5)
    body = sheet.y
    _foot(data, sheet)
    foot = sheet.y - body
    if sheet.canvas is None:
        return body + foot
    return sheet.bottom


def _head(data: LabelData, sheet: Sheet) -> None:
    split = sheet.right - 0.36 * (sheet.right - sheet.left)
    sheet.side_by_side(
        (sheet.left, split, lambda: _store(data, sheet)),
        (split, sheet.right, lambda: _contact(data, sheet)),
    )
    sheet.gap(1.5)
    sheet.rule(weight=0.9, color=INK)
    sheet.gap(2)


def _store(data: LabelData, sheet: Sheet) -> None:
    sheet.text(data.store_name_zh, Style(size=8.5, bold=True))
    sheet.text(data.store_name_en, Style(size=6.5, color=SOFT))


def _contact(data: LabelData, sheet: Sheet) -> None:
    sheet.text(data.store_phone, Style(size=7.5, bold=True, align="right"))


def _patient(data: LabelData, sheet: Sheet) -> None:
    count = f"{data.number}/{data.of}"
    count_style = Style(size=10, bold=True, align="center")
    side = fonts.width(count, size=10 * sheet.scale, bold=True) + 8
    split = sheet.right - side

    def number() -> None:
        top = sheet.y
        sheet.text(count, count_style)
        sheet.box_at(split, top, side, sheet.y - top)

    sheet.side_by_side(
        (sheet.left, split - 4, lambda: sheet.text(data.patient_name, Style(size=12, bold=True))),
        (split, sheet.right, number),
    )
    sheet.gap(1.5)


def _medicine(data: LabelData, sheet: Sheet) -> None:
    sheet.text(data.medicine_zh, Style(size=11, bold=True))
    sheet.text(data.medicine_en, Style(size=8))
    amount = f"{data.strength}  ×  {data.quantity} {data.unit_zh} {data.unit_en}"
    sheet.text(amount, Style(size=8, bold=True))
    sheet.gap(2.5)


def _dose(data: LabelData, sheet: Sheet) -> None:
    chinese, english = Style(size=11.5, bold=True), Style(size=8.5)
    pad, top = 3 * sheet.scale, sheet.y
    inner = sheet.right - sheet.left - 4 * pad
    height = 2 * pad + sum(
        sheet.height_of(text, style, width=inner)
        for text, style in ((data.dose_zh, chinese), (data.dose_en, english))
    )
    sheet.box_at(sheet.left, top, sheet.right - sheet.left, height, fill=TINT, weight=1)
    sheet.y += pad
    sheet.text(data.dose_zh, chinese, left=sheet.left + 2 * pad, right=sheet.right - 2 * pad)
    sheet.text(data.dose_en, english, left=sheet.left + 2 * pad, right=sheet.right - 2 * pad)
    sheet.y = top + height
    sheet.gap(2.5)


def _warning(chinese: str, english: str, sheet: Sheet) -> None:
    sign = 8 * sheet.scale
    if sheet.canvas:
        _triangle(sheet, sheet.left, sheet.y + 1.2 * sheet.scale, sign * 0.85)
    sheet.text(f"{chinese} {english}".strip(), Style(size=7), left=sheet.left + sign + 2)
    sheet.gap(0.5)


def _triangle(sheet: Sheet, left: float, top: float, side: float) -> None:
    canvas: Canvas = sheet.canvas  # type: ignore[assignment]
    y = sheet.height - top
    path = canvas.beginPath()
    path.moveTo(left, y - side * 0.9)
    path.lineTo(left + side, y - side * 0.9)
    path.lineTo(left + side / 2, y)
    path.close()
    canvas.setFillColor(INK)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.setStrokeColorRGB(1, 1, 1)
    canvas.setLineWidth(side * 0.11)
    canvas.line(left + side / 2, y - side * 0.3, left + side / 2, y - side * 0.6)
    canvas.line(left + side / 2, y - side * 0.7, left + side / 2, y - side * 0.8)


def _foot(data: LabelData, sheet: Sheet) -> None:
    """Lot, expiry and names on the left, the code on the right, at the bottom edge."""
    side = 17 * mm * max(sheet.scale, 0.8)
    left_edge = sheet.right - side
    height = max(_facts_height(data, sheet, left_edge - 3), side)
    if sheet.canvas:
        sheet.y = sheet.bottom - height
    top = sheet.y
    sheet.rule()
    sheet.y = top + height - _facts_height(data, sheet, left_edge - 3)
    sheet.gap(4)
    for text, style in _facts(data):
        sheet.text(text, style, right=left_edge - 3)
    sheet.qr(data.code, left=left_edge, top=top + height - side, side=side)
    sheet.y = top + height


def _facts(data: LabelData) -> list[tuple[str, Style]]:
    strong, plain = Style(size=7.5, bold=True), Style(size=6.8)
    return [
        (f"批号 Lot  {data.lot_number}", strong),
        (f"有效期至 Expiry  {data.expiry_date.isoformat()}", strong),
        (f"调配日期 Dispensed  {data.day.isoformat()}", plain),
        (f"药师 Pharmacist  {data.pharmacist}", plain),
        (f"核对 Checked by  {data.checker}", plain),
    ]


def _facts_height(data: LabelData, sheet: Sheet, right: float) -> float:
    facts = _facts(data)
    return (
        sum(sheet.height_of(text, style, width=right - sheet.left) for text, style in facts)
        + 4 * sheet.scale
    )
