"""The dispensing record (处方调配记录): one A4 file for whoever asks later how it was done.

Prescription and prescriber, what verification found, the pharmacist's decision with the ten
matches of 四查十对 (处方管理办法 第三十七条), which lots went out, and who did what and when.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from pharmacy.documents import fonts
from pharmacy.documents.sheet import INK, SOFT, Cell, Sheet, Style, pdf
from pharmacy.documents.tables import table

WIDTH, HEIGHT, MARGIN = 210 * mm, 297 * mm, 16 * mm
FOOT = 10 * mm
CITATION = "处方管理办法 第三十七条"
# code → the check it belongs to (查) and the thing it matches (对), in the article's order.
QUESTIONS = {
    "department": ("查处方 Prescription", "科别", "Department"),
    "name": ("查处方 Prescription", "姓名", "Patient's name"),
    "age": ("查处方 Prescription", "年龄", "Patient's age"),
    "medicine": ("查药品 Medicine", "药名", "Name of the medicine"),
    "form": ("查药品 Medicine", "剂型", "Dosage form"),
    "strength": ("查药品 Medicine", "规格", "Strength"),
    "quantity": ("查药品 Medicine", "数量", "Quantity"),
    "properties": ("查配伍禁忌 Compatibility", "药品性状", "Properties of the medicine"),
    "usage": ("查配伍禁忌 Compatibility", "用法用量", "Usage and dose"),
    "diagnosis": ("查用药合理性 Rational use", "临床诊断", "Clinical diagnosis"),
}
DECISIONS = {
    "approve": "通过 Approved",
    "decline": "不通过 Declined",
    "query": "与医师确认 Queried",
}
OUTCOMES = {
    "passed": "通过 Passed",
    "failed": "未通过 Failed",
    "inconclusive": "无法核实 Inconclusive",
}

# The checks of verification by their codes; another name is printed as it is.
CHECKS = {
    "size": "大小 Size of the document",
    "format": "格式 Format",
    "parse": "可读取 Readable",
    "signer": "唯一签名人 One signer",
    "algorithm": "签名算法 Kind of signature",
    "certificate": "证书 Certificate",
    "signature": "数字签名 Signature over the bytes",
    "trust": "签名人可信 Signer is trusted",
    "validity": "签名时证书有效 Certificate valid when signed",
    "revocation": "证书未吊销 Certificate not revoked",
    "structure": "内容完整 Complete",
    "patient": "患者一致 Patient",
    "signing-time": "签名时间 Time of signing",
    "replay": "未曾使用 Not used before",
    "window": "在有效期内 Valid on the day",
}


@dataclass(frozen=True, kw_only=True)
class RecordItem:
    """One medicine that went out of one lot; `dose` is the sentence of the prescription."""

    name_zh: str
    name_en: str
    strength: str
    quantity: str
    dose: str
    lot_number: str
    expiry_date: dt.date


@dataclass(frozen=True, kw_only=True)
class RecordCheck:
    """One check: `name` a key of CHECKS, `outcome` a key of OUTCOMES, `detail` a sentence."""

    name: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordAnswer:
    """One of the ten matches: `question` is a key of QUESTIONS."""

    question: str
    is_confirmed: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordStep:
    """Who did what and when (aware); `None` when it has not been done."""

    name_zh: str
    name_en: str
    who: str
    at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class RecordData:
    """What a record says. Instants are aware and printed in `time_zone` (IANA)."""

    store_name_zh: str
    store_name_en: str
    store_licence: str
    record_id: str
    prescription_id: str
    patient_name: str
    patient_facts: str
    hospital: str
    department: str
    prescriber: str
    issued_at: dt.datetime
    diagnosis: str
    decision: str
    reviewer: str
    reviewed_at: dt.datetime
    items: tuple[RecordItem, ...]
    answers: tuple[RecordAnswer, ...]
    checks: tuple[RecordCheck, ...]
    steps: tuple[RecordStep, ...]
    review_reason: str = ""
    time_zone: str = "Asia/Shanghai"

    def when(self, instant: dt.datetime | None) -> str:
        """An instant at the store, to the minute."""
        if instant is None:
            return "—"
        return f"{instant.astimezone(zoneinfo.ZoneInfo(self.time_zone)):%Y-%m-%d %H:%M}"


def render(data: RecordData) -> bytes:
    """Print a dispensing record on A4.

    Raises:
        FontMissing: the fonts are not installed.
    """
    fonts.ready()
    dry = _draw(data, Sheet(None, width=WIDTH, height=HEIGHT, margin=MARGIN), pages=1)

    def draw(canvas: Canvas) -> None:
        _draw(data, Sheet(canvas, width=WIDTH, height=HEIGHT, margin=MARGIN), pages=dry.page)

    return pdf("Dispensing record", width=WIDTH, height=HEIGHT, draw=draw)


def _draw(data: RecordData, sheet: Sheet, *, pages: int) -> Sheet:
    sheet.bottom -= FOOT
    sheet.on_break = lambda at: _page_foot(data, at, pages)
    _page_foot(data, sheet, pages)
    _head(data, sheet)
    _prescription(data, sheet)
    for title, draw in _sections(data):
        _section(sheet, title)
        draw(sheet)
    return sheet


def _sections(data: RecordData) -> list[tuple[str, Callable[[Sheet], None]]]:
    return [
        ("药品与批号  Medicines and lots", lambda sheet: _items(data, sheet)),
        ("审方  Review", lambda sheet: _review(data, sheet)),
        (f"四查十对  Four checks, ten matches（{CITATION}）", lambda sheet: _answers(data, sheet)),
        ("验真  Verification", lambda sheet: _checks(data, sheet)),
        ("经手人  Who did it", lambda sheet: _steps(data, sheet)),
    ]


def _head(data: RecordData, sheet: Sheet) -> None:
    sheet.text(data.store_name_zh, Style(size=10, bold=True))
    sheet.text(
        f"{data.store_name_en}  ·  药品经营许可证 Licence  {data.store_licence}",
        Style(size=8, color=SOFT),
    )
    sheet.gap(6)
    sheet.text("处方调配记录  Dispensing record", Style(size=16, bold=True))
    sheet.gap(4)
    sheet.rule(weight=1.2, color=INK)
    sheet.gap(6)


def _prescription(data: RecordData, sheet: Sheet) -> None:
    middle = (sheet.left + sheet.right) / 2
    left = [
        ("处方 Prescription", data.prescription_id),
        ("患者 Patient", f"{data.patient_name}  {data.patient_facts}".strip()),
        ("诊断 Diagnosis", data.diagnosis),
    ]
    right = [
        ("医院 Hospital", data.hospital),
        ("科别 Department", data.department),
        ("医师 Prescriber", data.prescriber),
        ("开具 Issued", data.when(data.issued_at)),
    ]
    sheet.side_by_side(
        (sheet.left, middle - 6, lambda: _pairs(sheet, left)),
        (middle + 6, sheet.right, lambda: _pairs(sheet, right)),
    )


def _pairs(sheet: Sheet, pairs: list[tuple[str, str]]) -> None:
    for name, value in pairs:
        _pair(sheet, name, value or "—")
        sheet.gap(1.5)


def _pair(sheet: Sheet, name: str, value: str) -> None:
    edge = sheet.left + 81
    quiet, plain = Style(size=8.5, color=SOFT), Style(size=8.5)
    sheet.side_by_side(
        (sheet.left, edge - 1, lambda: sheet.text(name, quiet)),
        (edge + 1, sheet.right, lambda: sheet.text(value, plain)),
    )


def _section(sheet: Sheet, title: str) -> None:
    sheet.need(60)
    sheet.gap(9)
    sheet.text(title, Style(size=10, bold=True))
    sheet.gap(2.5)


def _items(data: RecordData, sheet: Sheet) -> None:
    head = [
        "药品 Medicine",
        "规格 Strength",
        "数量 Quantity",
        "用法用量 Dose",
        "批号 Lot",
        "有效期 Expiry",
    ]
    rows = [
        [
            Cell(text=item.name_zh, note=item.name_en), Cell(text=item.strength),
            Cell(text=item.quantity), Cell(text=item.dose), Cell(text=item.lot_number),
            Cell(text=item.expiry_date.isoformat()),
        ]
        for item in data.items
    ]  # fmt: skip
    table(sheet, [Cell(text=text) for text in head], rows, (27, 13, 14, 26, 15, 15))


def _review(data: RecordData, sheet: Sheet) -> None:
    _pairs(
        sheet,
        [
            ("结论 Decision", DECISIONS.get(data.decision, data.decision)),
            ("药师 Pharmacist", f"{data.reviewer}  {data.when(data.reviewed_at)}"),
            ("理由 Reason", data.review_reason),
        ],
    )


def _answers(data: RecordData, sheet: Sheet) -> None:
    said = {answer.question: answer for answer in data.answers}
    rows = []
    previous = ""
    for code, (group, chinese, english) in QUESTIONS.items():
        answer = said.get(code)
        rows.append(
            [
                Cell(text="" if group == previous else group), Cell(text=f"{chinese} {english}"),
                Cell(text=_yes_no(answer), bold=True), Cell(text=answer.note if answer else ""),
            ]
        )  # fmt: skip
        previous = group
    head = ["四查 Check", "十对 Match", "结果 Result", "备注 Note"]
    table(sheet, [Cell(text=text) for text in head], rows, (26, 34, 18, 30))


def _yes_no(answer: RecordAnswer | None) -> str:
    if answer is None:
        return "未答 Not answered"
    return "✓ 相符 Yes" if answer.is_confirmed else "× 不符 No"


def _checks(data: RecordData, sheet: Sheet) -> None:
    rows = [
        [
            Cell(text=CHECKS.get(check.name, check.name)), Cell(text=OUTCOMES.get(check.outcome, check.outcome), bold=True),
            Cell(text=check.detail),
        ]
        for check in data.checks
    ]  # fmt: skip
    head = ["核查 Check", "结果 Result", "说明 Detail"]
    table(sheet, [Cell(text=text) for text in head], rows, (34, 20, 54))


def _steps(data: RecordData, sheet: Sheet) -> None:
    rows = [
        [
            Cell(text=f"{step.name_zh} {step.name_en}"), Cell(text=step.who or "—"),
            Cell(text=data.when(step.at)),
        ]
        for step in data.steps
    ]  # fmt: skip
    head = ["步骤 Step", "姓名 Name", f"时间 Time ({data.time_zone})"]
    table(sheet, [Cell(text=text) for text in head], rows, (34, 38, 36))


def _page_foot(data: RecordData, sheet: Sheet, pages: int) -> None:
    kept = sheet.y
    sheet.y = sheet.bottom + 4 * mm
    sheet.rule(weight=0.3)
    sheet.gap(3)
    style = Style(size=7.5, color=SOFT)
    number = Style(size=7.5, color=SOFT, align="right")
    top = sheet.y
    sheet.text(f"记录 Record  {data.record_id}", style, right=sheet.right - 40)
    sheet.y = top
    sheet.text(f"{sheet.page}/{pages}", number)
    sheet.y = kept
