"""Sample documents, and a way to read what was printed where."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager

from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from pharmacy.core.money import Money
from pharmacy.documents.label import LabelData
from pharmacy.documents.receipt import ReceiptData, ReceiptLine, Tender
from pharmacy.documents.record import (
    QUESTIONS,
    RecordAnswer,
    RecordCheck,
    RecordData,
    RecordItem,
    RecordStep,
)

# Half past one in the night of the 23rd in Shanghai.
LATE = dt.datetime(2026, 11, 22, 17, 30, tzinfo=dt.UTC)

LABEL = LabelData(
    store_name_zh="示范大药房 人民路店",
    store_name_en="Demonstration Pharmacy, Renmin Road",
    store_phone="021-5555 0101",
    patient_name="患者一 Patient One",
    medicine_zh="苯磺酸氨氯地平片",
    medicine_en="Amlodipine besylate tablets",
    strength="5 mg",
    quantity=28,
    unit_zh="片",
    unit_en="tablets",
    dose_zh="每日一次，每次 1 片，早晨服用",
    dose_en="1 tablet once a day, in the morning",
    lot_number="AML260301",
    expiry_date=dt.date(2028, 2, 29),
    dispensed_at=LATE,
    pharmacist="药师甲 Pharmacist A",
    checker="药师乙 Pharmacist B",
    code="7f9c2ba4e88f827d",
    number=1,
    of=3,
    warnings=(("避免与西柚汁同服。", "Do not take with grapefruit juice."),),
)

RECEIPT = ReceiptData(
    store_name_zh="示范大药房 人民路店",
    store_name_en="Demonstration Pharmacy, Renmin Road",
    store_address_zh="示范市人民路 1 号",
    store_address_en="1 Renmin Road, Demonstration City",
    store_phone="021-5555 0101",
    store_licence="示DA0000001",
    order_number="100042",
    issued_at=LATE,
    lines=(
        ReceiptLine(
            name_zh="苯磺酸氨氯地平片 5 mg × 28 片",
            name_en="Amlodipine besylate tablets 5 mg × 28",
            quantity=2,
            price=Money(2_800),
            amount=Money(5_600),
        ),
        ReceiptLine(
            name_zh="对乙酰氨基酚片 0.5 g × 20 片",
            name_en="Paracetamol tablets 0.5 g × 20",
            quantity=1,
            price=Money(1_250),
            amount=Money(1_250),
        ),
    ),
    discount=Money(250),
    delivery=Money(600),
    total=Money(7_200),
    tenders=(
        Tender(name_zh="医保统筹", name_en="Insurance fund", amount=Money(5_000)),
        Tender(name_zh="银行卡", name_en="Card", amount=Money(2_200)),
    ),
    code="r-7f9c2ba4e88f827d",
)

RECORD = RecordData(
    store_name_zh="示范大药房 人民路店",
    store_name_en="Demonstration Pharmacy, Renmin Road",
    store_licence="示DA0000001",
    record_id="0b6a7f54-2f6a-4d7e-9a53-9c0a2f6f1f11",
    prescription_id="RX-000314",
    patient_name="患者一 Patient One",
    patient_facts="女 F · 1958-03-12",
    hospital="示范市第一医院 Demonstration First Hospital",
    department="心内科 Cardiology",
    prescriber="医师甲 Prescriber A",
    issued_at=LATE,
    diagnosis="原发性高血压 Essential hypertension (I10)",
    decision="approve",
    reviewer="药师甲 Pharmacist A",
    reviewed_at=LATE,
    items=(
        RecordItem(
            name_zh="苯磺酸氨氯地平片",
            name_en="Amlodipine besylate tablets",
            strength="5 mg",
            quantity="28 片",
            dose="每日一次，每次 1 片",
            lot_number="AML260301",
            expiry_date=dt.date(2028, 2, 29),
        ),
    ),
    answers=tuple(
        RecordAnswer(
            question=code, is_confirmed=code != "age", note="已更正" if code == "age" else ""
        )
        for code in QUESTIONS
    ),
    checks=(
        RecordCheck(name="签名 Signature", outcome="passed", detail="ECDSA P-256"),
        RecordCheck(name="吊销 Revocation", outcome="inconclusive"),
    ),
    steps=(
        RecordStep(name_zh="调配", name_en="Picked", who="药师乙 Pharmacist B", at=LATE),
        RecordStep(name_zh="发药", name_en="Handed over", who="", at=None),
    ),
)


def read(document: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(document))


def text_of(document: bytes) -> str:
    """All text of all pages, without spaces and line ends."""
    return "".join("".join(page.extract_text() for page in read(document).pages).split())


def squeezed(text: str) -> str:
    return "".join(text.split())


@contextmanager
def watched() -> Iterator[list[tuple[float, float, float, float]]]:
    """Collect (left, right, bottom, top) of every text that is drawn meanwhile."""
    seen: list[tuple[float, float, float, float]] = []
    original = Canvas.drawString

    def draw(self: Canvas, x: float, y: float, text: str, *args: object, **kwargs: object) -> None:
        right = x + stringWidth(text, self._fontname, self._fontsize)
        seen.append((x, right, y - self._fontsize * 0.25, y + self._fontsize * 0.85))
        original(self, x, y, text, *args, **kwargs)

    Canvas.drawString = draw
    try:
        yield seen
    finally:
        Canvas.drawString = original
