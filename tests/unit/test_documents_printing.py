"""Labels, receipts and records: complete, readable by machines, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import segno
from pypdf.generic import IndirectObject
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics

from pharmacy.core.money import Money
from pharmacy.documents import fonts, label, receipt, record
from pharmacy.documents.merge import NotOurPaper, merged
from pharmacy.documents.sheet import _dark_runs
from tests.documents_fixtures import (
    LABEL,
    RECEIPT,
    RECORD,
    read,
    squeezed,
    text_of,
    watched,
)

LONG_NAME = "阿不都热合曼·买买提依明·艾力 Alexandria-Wilhelmina Featherstonehaugh-Cholmondeley"
LONG_LABEL = replace(
    LABEL,
    patient_name=LONG_NAME,
    store_name_zh="示范大药房连锁有限公司人民路第二十三分店",
    medicine_zh="沙美特罗替卡松粉吸入剂（复方制剂，含沙美特罗和丙酸氟替卡松）",
    medicine_en="Salmeterol xinafoate and fluticasone propionate powder for inhalation",
    dose_zh="每日两次，每次 1 吸，早晚各一次；吸入后请用清水漱口，切勿咽下。",
    dose_en="1 inhalation twice a day, morning and evening; rinse your mouth with water.",
    number=12,
    of=12,
)
SLACK = 2.4  # points by which the boxes of two lines may touch; letters are lower than their box
DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "label": lambda: label.render(LABEL),
    "small label": lambda: label.render(replace(LABEL, size="60x80")),
    "long label": lambda: label.render(LONG_LABEL),
    "receipt": lambda: receipt.render(RECEIPT),
    "record": lambda: record.render(RECORD),
}


@pytest.fixture(params=list(DOCUMENTS))
def document(request: pytest.FixtureRequest) -> bytes:
    return DOCUMENTS[request.param]()


# --- Every document --------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_the_same_values_give_the_same_bytes(name: str) -> None:
    assert DOCUMENTS[name]() == DOCUMENTS[name]()


def test_metadata_tell_the_kind_of_document_and_nothing_of_the_patient(document: bytes) -> None:
    metadata = read(document).metadata
    assert metadata.title in {"Dispensing label", "Receipt", "Dispensing record"}
    assert metadata.author == "Rxflow"
    assert not re.search("患者|Patient|Amlodipine|100042", str(dict(metadata)))


def test_every_font_is_an_embedded_subset_that_can_be_copied_as_text(document: bytes) -> None:
    for page in read(document).pages:
        for font in page["/Resources"]["/Font"].values():
            face = font.get_object() if isinstance(font, IndirectObject) else font
            assert face["/Subtype"] == "/TrueType"
            assert re.match(r"/[A-Z]{6}\+NotoSansSC", face["/BaseFont"])
            assert "/FontFile2" in face["/FontDescriptor"]
            assert "/ToUnicode" in face


def test_a_document_is_small_enough_to_send(document: bytes) -> None:
    assert len(document) < 120_000


def test_missing_fonts_say_what_to_do(tmp_path: Path, settings) -> None:
    settings.DOCUMENT_FONT_DIR = tmp_path
    with pytest.raises(fonts.FontMissing) as refused:
        label.render(LABEL)
    assert refused.value.code == "documents.font-missing"
    assert "make assets" in str(refused.value)
    assert refused.value.facts["command"] == "make assets"


def test_the_fonts_have_every_letter_that_we_print() -> None:
    fonts.ready()
    source = "".join(Path(module.__file__).read_text() for module in (label, receipt, record))
    for name in (fonts.REGULAR, fonts.BOLD):
        glyphs = pdfmetrics.getFont(name).face.charToGlyph
        assert {c for c in source if c not in "→\n" and ord(c) not in glyphs} == set()


# --- The label -------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "width", "height"), [("100x70", 100, 70), ("60x80", 60, 80)])
def test_a_label_has_exactly_the_size_of_the_label(size: str, width: int, height: int) -> None:
    (page,) = read(label.render(replace(LABEL, size=size))).pages
    assert [float(x) for x in page.mediabox[2:]] == pytest.approx(
        [width * mm, height * mm], abs=0.01
    )


@pytest.mark.parametrize("size", list(label.SIZES))
@pytest.mark.parametrize("data", [LABEL, LONG_LABEL], ids=["usual", "long"])
def test_a_label_says_all_of_it_in_both_languages(data: label.LabelData, size: str) -> None:
    text = text_of(label.render(replace(data, size=size)))
    for said in (
        data.store_name_zh, data.store_name_en, data.store_phone, data.patient_name,
        data.medicine_zh, data.medicine_en, data.strength, f"{data.quantity} 片 tablets",
        data.dose_zh, data.dose_en, data.lot_number, "2028-02-29", "2026-11-23",
        f"{data.number}/{data.of}", data.pharmacist, data.checker, *data.warnings[0],
    ):  # fmt: skip
        assert squeezed(said) in text, said


@pytest.mark.parametrize("size", list(label.SIZES))
@pytest.mark.parametrize("data", [LABEL, LONG_LABEL], ids=["usual", "long"])
def test_nothing_on_a_label_leaves_its_margins_or_covers_something_else(
    data: label.LabelData, size: str
) -> None:
    width, height = label.SIZES[size]
    with watched() as texts:
        label.render(replace(data, size=size))
    for left, right, bottom, top in texts:
        assert left >= label.MARGIN - 0.01
        assert right <= width - label.MARGIN + 0.01
        assert bottom >= label.MARGIN - 0.01
        assert top <= height - label.MARGIN + 1
    for at, one in enumerate(texts):
        for other in texts[at + 1 :]:
            beside = one[1] <= other[0] + 0.01 or other[1] <= one[0] + 0.01
            above = one[2] >= other[3] - SLACK or other[2] >= one[3] - SLACK
            assert beside or above


def test_a_label_is_dated_in_the_stores_time_zone() -> None:
    assert "2026-11-22" in text_of(label.render(replace(LABEL, time_zone="Europe/Berlin")))


def test_a_text_that_cannot_be_read_is_refused_and_not_cut() -> None:
    with pytest.raises(label.LabelTooLong) as refused:
        label.render(replace(LABEL, dose_zh="每日一次，" * 120))
    assert refused.value.facts == {"size": "100x70"}


def test_the_code_on_paper_has_every_dark_module() -> None:
    matrix = [list(row) for row in segno.make(LABEL.code, micro=False, error="m").matrix]
    for row in matrix:
        drawn = [0] * len(row)
        for start, length in _dark_runs(row):
            drawn[start : start + length] = [1] * length
        assert drawn == row


def test_the_labels_of_a_bag_go_to_the_printer_in_one_file() -> None:
    labels = [label.render(replace(LABEL, number=n, of=3)) for n in (1, 2)]
    joined = merged([*labels, receipt.render(RECEIPT)])
    pages = read(joined).pages
    assert [squeezed(page.extract_text()).count("苯磺酸氨氯地平片") for page in pages] == [1, 1, 1]
    assert [float(page.mediabox[2]) / mm for page in pages] == pytest.approx(
        [100, 100, 148], abs=0.01
    )
    assert "2/3" in pages[1].extract_text()
    assert joined == merged([*labels, receipt.render(RECEIPT)])
    assert merged(labels[:1]) == labels[0]
    assert len(joined) < sum(map(len, labels)) + len(receipt.render(RECEIPT))


@pytest.mark.parametrize("papers", [[], [b"%PDF-1.4"]])
def test_only_our_own_papers_are_joined(papers: list[bytes]) -> None:
    with pytest.raises(NotOurPaper):
        merged(papers)


# --- The receipt -----------------------------------------------------------------------------


def test_a_receipt_says_what_was_bought_and_how_it_was_paid() -> None:
    text = text_of(receipt.render(RECEIPT))
    for said in (
        "示范大药房 人民路店", "示DA0000001", "100042", "2026-11-23 01:30 (UTC+08:00)",
        "苯磺酸氨氯地平片 5 mg × 28 片", "Paracetamol tablets", "¥28.00", "¥56.00",
        "小计 Subtotal", "¥68.50", "-¥2.50", "配送费 Delivery", "¥6.00", "合计 Total", "¥72.00",
        "医保统筹 Insurance fund", "¥50.00", "银行卡 Card", "¥22.00", "1/1",
    ):  # fmt: skip
        assert squeezed(said) in text, said


def test_a_receipt_without_discount_and_delivery_does_not_speak_of_them() -> None:
    tenders = (replace(RECEIPT.tenders[0], amount=Money(6_850)),)
    plain = replace(
        RECEIPT, discount=None, delivery=None, total=Money(6_850), tenders=tenders, code=""
    )
    text = text_of(receipt.render(plain))
    assert "Discount" not in text
    assert "Delivery" not in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"total": Money(7_201)},
        {"discount": None},
        {"delivery": Money(601)},
        {"tenders": RECEIPT.tenders[:1]},
        {"lines": RECEIPT.lines[:1]},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_receipt_that_does_not_add_up_is_not_printed(wrong: dict) -> None:
    with pytest.raises(receipt.ReceiptDoesNotAdd):
        receipt.render(replace(RECEIPT, **wrong))


@pytest.mark.parametrize("paper", list(receipt.PAPERS))
def test_a_long_receipt_goes_on_over_the_page_with_its_head_and_number(paper: str) -> None:
    line = replace(RECEIPT.lines[0], quantity=1, amount=Money(2_800))
    total = Money(2_800 * 40)
    tenders = (replace(RECEIPT.tenders[0], amount=total),)
    data = replace(
        RECEIPT, lines=(line,) * 40, discount=None, delivery=None, total=total,
        tenders=tenders, paper=paper,
    )  # fmt: skip
    width, _height, margin = receipt.PAPERS[paper]
    with watched() as texts:
        document = receipt.render(data)
    pages = [squeezed(page.extract_text()) for page in read(document).pages]
    assert len(pages) > 1
    assert sum(page.count("苯磺酸氨氯地平片") for page in pages) == 40
    for number, page in enumerate(pages, start=1):
        assert f"{number}/{len(pages)}" in page
    assert all("品名Item" in page for page in pages if "苯磺酸氨氯地平片" in page)
    assert all(
        margin - 0.01 <= left and right <= width - margin + 0.01 and bottom > 0
        for left, right, bottom, _top in texts
    )


# --- The record ------------------------------------------------------------------------------


def test_a_record_holds_the_whole_story() -> None:
    text = text_of(record.render(RECORD))
    for said in (
        "RX-000314", RECORD.record_id, "患者一 Patient One", "心内科 Cardiology",
        "医师甲 Prescriber A", "示范市第一医院", "通过 Approved", "处方管理办法 第三十七条",
        "AML260301", "2028-02-29", "2026-11-23 01:30", "药师乙 Pharmacist B", "发药 Handed over",
        "签名 Signature", "ECDSA P-256", "无法核实 Inconclusive", "已更正",
    ):  # fmt: skip
        assert squeezed(said) in text, said
    assert text.count("相符Yes") == 9
    assert text.count("不符No") == 1
    for _group, chinese, english in record.QUESTIONS.values():
        assert squeezed(f"{chinese}{english}") in text


def test_there_are_four_checks_and_ten_matches() -> None:
    assert len(record.QUESTIONS) == 10
    assert len({group for group, _zh, _en in record.QUESTIONS.values()}) == 4


def test_an_answer_that_was_not_given_is_not_printed_as_a_yes() -> None:
    text = text_of(record.render(replace(RECORD, answers=RECORD.answers[1:])))
    assert text.count("相符Yes") == 8
    assert text.count("未答Notanswered") == 1


@pytest.mark.parametrize(
    ("name", "printed"), [*record.CHECKS.items(), ("Some other check", "Some other check")]
)
def test_a_check_is_named_in_both_languages(name: str, printed: str) -> None:
    checks = (record.RecordCheck(name=name, outcome="passed"),)
    assert squeezed(f"{printed} 通过 Passed") in text_of(
        record.render(replace(RECORD, checks=checks))
    )


def test_a_step_that_was_not_done_has_neither_name_nor_time() -> None:
    done = replace(
        RECORD.steps[1], who="药师甲 Pharmacist A", at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    )
    assert "2026-11-2308:00" in text_of(record.render(replace(RECORD, steps=(done,))))
    assert "发药Handedover——" in text_of(record.render(RECORD))


def test_a_record_of_many_medicines_repeats_the_head_of_the_table() -> None:
    pages = read(record.render(replace(RECORD, items=RECORD.items * 40))).pages
    texts = [squeezed(page.extract_text()) for page in pages]
    assert len(texts) > 1
    assert sum(text.count("AML260301") for text in texts) == 40
    assert all("批号Lot" in text for text in texts if "AML260301" in text)
