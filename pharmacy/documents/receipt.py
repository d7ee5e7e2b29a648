"""The receipt of a sale (销售凭证): what was bought, what it cost, how it was paid. A5 or A6.

A receipt that does not add up is not printed.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from pharmacy.core.errors import Broken
from pharmacy.core.money import Money
from pharmacy.documents import fonts
from pharmacy.documents.sheet import INK, SOFT, Cell, Sheet, Style, pdf
from pharmacy.documents.tables import table

PAPERS = {"A5": (148 * mm, 210 * mm, 11 * mm), "A6": (105 * mm, 148 * mm, 7 * mm)}
FOOT = 9 * mm


class ReceiptDoesNotAdd(Broken):
    """Lines, total and tenders of a receipt disagree."""

    code = "documents.receipt-does-not-add"


@dataclass(frozen=True, kw_only=True)
class ReceiptLine:
    """One line: `price` per unit (a pack), `amount` for the whole line before discounts."""

    name_zh: str
    name_en: str
    quantity: int
    price: Money
    amount: Money


@dataclass(frozen=True, kw_only=True)
class Tender:
    """One way of paying and how much of the total it paid."""

    name_zh: str
    name_en: str
    amount: Money


@dataclass(frozen=True, kw_only=True)
class ReceiptData:
    """What a receipt says.

    Args:
        issued_at: aware; printed in `time_zone` (IANA).
        lines: 1..n.
        tenders: 1..n; together they are the total.
        discount: positive, taken off the sum of the lines.
        code: opaque id for the QR code; empty prints none.
        paper: a key of PAPERS.
    """

    store_name_zh: str
    store_name_en: str
    store_address_zh: str
    store_address_en: str
    store_phone: str
    store_licence: str
    order_number: str
    issued_at: dt.datetime
    lines: tuple[ReceiptLine, ...]
    tenders: tuple[Tender, ...]
    total: Money
    discount: Money | None = None
    delivery: Money | None = None
    code: str = ""
    time_zone: str = "Asia/Shanghai"
    paper: str = "A5"


def render(data: ReceiptData) -> bytes:
    """Print a receipt.

    Raises:
        ReceiptDoesNotAdd: the amounts disagree.
        FontMissing: the fonts are not installed.
    """
    _check(data)
    fonts.ready()
    width, height, margin = PAPERS[data.paper]
    dry = _draw(data, Sheet(None, width=width, height=height, margin=margin), pages=1)

    def draw(canvas: Canvas) -> None:
        sheet = Sheet(canvas, width=width, height=height, margin=margin)
        _draw(data, sheet, pages=dry.page)

    return pdf("Receipt", width=width, height=height, draw=draw)


def _check(data: ReceiptData) -> None:
    nothing = Money(0, data.total.currency)
    lines = sum((line.amount for line in data.lines), nothing)
    due = lines - (data.discount or nothing) + (data.delivery or nothing)
    paid = sum((tender.amount for tender in data.tenders), nothing)
    if due != data.total or paid != data.total:
        raise ReceiptDoesNotAdd(lines=due.minor, total=data.total.minor, tenders=paid.minor)


def _draw(data: ReceiptData, sheet: Sheet, *, pages: int) -> Sheet:
    sheet.bottom -= FOOT
    sheet.on_break = lambda at: _page_foot(data, at, pages)
    _page_foot(data, sheet, pages)
    _head(data, sheet)
    table(
        sheet,
        [
            Cell(text="品名 Item"),
            Cell(text="数量 Qty", align="right"),
            Cell(text="单价 Price", align="right"),
            Cell(text="金额 Amount", align="right"),
        ],
        [_line(line) for line in data.lines],
        (44, 15, 20, 21),
    )
    _totals(data, sheet)
    _close(data, sheet)
    return sheet


def _head(data: ReceiptData, sheet: Sheet) -> None:
    sheet.text(data.store_name_zh, Style(size=13, bold=True, align="center"))
    sheet.text(data.store_name_en, Style(size=9, align="center"))
    small = Style(size=7.2, color=SOFT, align="center")
    sheet.text(data.store_address_zh, small)
    sheet.text(data.store_address_en, small)
    sheet.text(f"电话 Phone  {data.store_phone}", small)
    sheet.text(f"药品经营许可证 Licence  {data.store_licence}", small)
    sheet.gap(5)
    sheet.rule(weight=1, color=INK)
    sheet.gap(4)
    sheet.text("销售凭证  Receipt", Style(size=11, bold=True))
    at = data.issued_at.astimezone(zoneinfo.ZoneInfo(data.time_zone))
    sheet.text(f"订单号 Order  {data.order_number}", Style(size=8.5))
    sheet.text(f"时间 Time  {at:%Y-%m-%d %H:%M} ({_offset(at)})", Style(size=8.5))
    sheet.gap(5)


def _offset(at: dt.datetime) -> str:
    return f"UTC{at:%z}"[:6] + ":" + f"{at:%z}"[3:5]


def _line(line: ReceiptLine) -> list[Cell]:
    return [
        Cell(text=line.name_zh, note=line.name_en),
        Cell(text=str(line.quantity), align="right"),
        Cell(text=str(line.price), align="right"),
        Cell(text=str(line.amount), align="right"),
    ]


def _totals(data: ReceiptData, sheet: Sheet) -> None:
    rows = [("小计 Subtotal", sum((x.amount for x in data.lines), Money(0, data.total.currency)))]
    rows += [("配送费 Delivery", data.delivery)] if data.delivery else []
    texts = [(name, str(amount)) for name, amount in rows]
    texts += [("优惠 Discount", f"-{data.discount}")] if data.discount else []
    tenders = [(f"{t.name_zh} {t.name_en}", str(t.amount)) for t in data.tenders]
    sheet.need(14 * (len(texts) + len(tenders) + 2))
    sheet.gap(4)
    for name, amount in texts:
        _pair(sheet, name, amount, Style(size=8.5))
    _pair(sheet, "合计 Total", str(data.total), Style(size=12, bold=True))
    sheet.gap(2)
    sheet.rule()
    sheet.gap(3)
    for name, amount in tenders:
        _pair(sheet, name, amount, Style(size=8.5, color=SOFT))


def _pair(sheet: Sheet, name: str, amount: str, style: Style) -> None:
    """A name on the left, an amount on the right, on one line."""
    split = sheet.right - fonts.width(amount, size=style.size, bold=style.bold) - 6
    right = Style(size=style.size, bold=style.bold, color=style.color, align="right")
    sheet.side_by_side(
        (sheet.left, split, lambda: sheet.text(name, style)),
        (sheet.left, sheet.right, lambda: sheet.text(amount, right)),
    )


def _close(data: ReceiptData, sheet: Sheet) -> None:
    side = 20 * mm if data.code else 0
    sheet.need(side + 20)
    sheet.gap(6)
    top = sheet.y
    note = Style(size=7, color=SOFT)
    edge = sheet.right - side - 4
    sheet.text("本凭证不作为发票。请妥善保管，退换时请出示。", note, right=edge)
    sheet.text(
        "This is not a tax invoice. Please keep it; you will need it for returns.", note, right=edge
    )
    if data.code:
        sheet.qr(data.code, left=sheet.right - side, top=top, side=side)
        sheet.y = max(sheet.y, top + side)


def _page_foot(data: ReceiptData, sheet: Sheet, pages: int) -> None:
    kept = sheet.y
    sheet.y = sheet.bottom + 3 * mm
    sheet.rule(weight=0.3)
    sheet.gap(3)
    _pair(sheet, data.order_number, f"{sheet.page}/{pages}", Style(size=7, color=SOFT))
    sheet.y = kept
