"""The papers of an order: dispensing label, receipt and dispensing record, as PDF bytes.

Gathers plain values from the rows; `pharmacy.documents` draws them.
"""

from __future__ import annotations

from pharmacy.documents import label as label_paper
from pharmacy.documents import receipt as receipt_paper
from pharmacy.documents import record as record_paper
from pharmacy.documents.label import LabelData
from pharmacy.documents.merge import merged
from pharmacy.documents.receipt import ReceiptData, ReceiptLine, Tender
from pharmacy.documents.record import (
    RecordAnswer,
    RecordCheck,
    RecordData,
    RecordItem,
    RecordStep,
)
from pharmacy.formulary.models import Medicine
from pharmacy.fulfilment import doses, ordering
from pharmacy.fulfilment.models import Fulfilment
from prescriptions.dispensing import NotApproved
from prescriptions.models import Dispense, DispenseLine, Prescription, Review

KEEP_FROM_CHILDREN = ("请放在儿童接触不到的地方", "Keep out of the reach of children")
KEEP_COLD = ("2–8 °C 冷藏保存", "Keep in the refrigerator at 2–8 °C")
GENDERS = {"female": "女 Female", "male": "男 Male"}
UNITS_ZH = {
    "tablet": "片", "capsule": "粒", "mL": "毫升", "g": "克", "dose": "喷", "sachet": "袋",
    "patch": "贴", "pen": "支", "vial": "瓶", "suppository": "枚", "pill": "丸",
}  # fmt: skip


def label(dispense: Dispense) -> bytes:
    """One label for each line of a bag, in one PDF."""
    lines = list(dispense.lines.select_related("issue_line__item__medicine"))
    pages = [
        label_paper.render(_label_data(dispense, line, number, len(lines)))
        for number, line in enumerate(lines, start=1)
    ]
    return merged(pages)


def _label_data(bag: Dispense, line: DispenseLine, number: int, of: int) -> LabelData:
    item, store = line.issue_line.item, bag.store
    medicine = item.known_medicine
    sentence_zh, sentence_en = doses.sentences(item)
    return LabelData(
        store_name_zh=store.name_zh,
        store_name_en=store.name_en,
        store_phone=store.phone,
        patient_name=bag.issue.prescription.patient_name,
        medicine_zh=medicine.name_zh,
        medicine_en=medicine.name_en,
        strength=medicine.strength,
        quantity=line.quantity,
        unit_zh=UNITS_ZH.get(medicine.base_unit, medicine.base_unit),
        unit_en=_plural(medicine.base_unit, line.quantity),
        dose_zh=sentence_zh,
        dose_en=sentence_en,
        lot_number=line.lot_number,
        expiry_date=line.expiry_date,
        dispensed_at=bag.checked_at or bag.started_at,
        pharmacist=_reviewer(bag),
        checker=bag.checker.name if bag.checker else "—",
        code=f"urn:uuid:{bag.external_id}",
        number=number,
        of=of,
        warnings=_warnings(medicine),
        time_zone=store.time_zone,
    )


def _reviewer(bag: Dispense) -> str:
    approved = _approval(bag)
    return approved.reviewer.name if approved else "—"


def _approval(bag: Dispense) -> Review | None:
    """The approval that the bag was made on; a store that took over reviewed again."""
    made = bag.issue.reviews.filter(decision="approve", decided_at__lte=bag.started_at)
    return made.select_related("reviewer").order_by("-decided_at").first()


def _plural(unit: str, quantity: int) -> str:
    is_word = unit not in {"mL", "g"}
    return f"{unit}{'s' if quantity != 1 and is_word else ''}"


def _warnings(medicine: Medicine) -> tuple[tuple[str, str], ...]:
    return (KEEP_FROM_CHILDREN, KEEP_COLD) if medicine.is_cold_chain else (KEEP_FROM_CHILDREN,)


def receipt(fulfilment: Fulfilment) -> bytes:
    """The receipt of what was handed over so far, at the prices of the order."""
    store, order = fulfilment.store, fulfilment.placed_order
    bags = list(fulfilment.issue.dispenses.filter(stage="handed-over").order_by("number"))
    total = ordering.sum_of(ordering.value_of(fulfilment, bag) for bag in bags)
    return receipt_paper.render(
        ReceiptData(
            store_name_zh=store.name_zh,
            store_name_en=store.name_en,
            store_address_zh=store.address_zh,
            store_address_en=store.address_en,
            store_phone=store.phone,
            store_licence=store.licence_number,
            order_number=order.number,
            issued_at=bags[-1].given_at,
            lines=tuple(_receipt_lines(fulfilment, bags)),
            tenders=(Tender(name_zh="银行卡", name_en="Card", amount=total),),
            total=total,
            code=f"urn:uuid:{fulfilment.external_id}",
            time_zone=store.time_zone,
        )
    )


def _receipt_lines(fulfilment: Fulfilment, bags: list[Dispense]) -> list[ReceiptLine]:
    prices = ordering.price_per_pack(fulfilment.placed_order)
    packs: dict[Medicine, int] = {}
    for bag in bags:
        for medicine, quantity in ordering.given(bag).items():
            packs[medicine] = packs.get(medicine, 0) + quantity // medicine.pack_size
    return [
        ReceiptLine(
            name_zh=f"{medicine.name_zh} {medicine.strength}",
            name_en=f"{medicine.name_en} {medicine.strength}",
            quantity=count,
            price=ordering.money(prices[medicine.product_id]),
            amount=ordering.money(prices[medicine.product_id] * count),
        )
        for medicine, count in packs.items()
    ]


def record(dispense: Dispense) -> bytes:
    """The dispensing record of one bag: prescription, checks, decision, lots, people."""
    prescription = dispense.issue.prescription
    approved = _approval(dispense)
    if approved is None:
        raise NotApproved(issue=str(dispense.issue.external_id))
    store = dispense.store
    return record_paper.render(
        RecordData(
            store_name_zh=store.name_zh,
            store_name_en=store.name_en,
            store_licence=store.licence_number,
            record_id=str(dispense.external_id),
            prescription_id=prescription.issuer_identifier,
            patient_name=prescription.patient_name,
            patient_facts=_facts(prescription),
            hospital=prescription.issuer.name,
            department=prescription.department,
            prescriber=prescription.prescriber_name,
            issued_at=prescription.issued_at,
            diagnosis="; ".join(found["display"] for found in prescription.diagnoses or []),
            decision=approved.decision,
            reviewer=f"{approved.reviewer.name} ({approved.reviewer.licence_number})",
            reviewed_at=approved.decided_at,
            review_reason=approved.note,
            items=tuple(_record_item(line) for line in _lines(dispense)),
            answers=_answers(approved),
            checks=_checks(prescription),
            steps=_steps(dispense),
            time_zone=store.time_zone,
        )
    )


def _lines(dispense: Dispense) -> list[DispenseLine]:
    return list(dispense.lines.select_related("issue_line__item__medicine"))


def _facts(prescription: Prescription) -> str:
    facts: list[str] = [GENDERS.get(prescription.patient_gender, "")]
    facts.append(prescription.patient_birth_date or "")
    if prescription.patient_weight_kg:
        facts.append(f"{prescription.patient_weight_kg} kg")
    return " · ".join(filter(None, facts))


def _record_item(line: DispenseLine) -> RecordItem:
    item = line.issue_line.item
    zh, en = doses.sentences(item)
    return RecordItem(
        name_zh=item.known_medicine.name_zh,
        name_en=item.known_medicine.name_en,
        strength=item.known_medicine.strength,
        quantity=f"{line.quantity} {_plural(item.known_medicine.base_unit, line.quantity)}",
        dose=item.dose_text or f"{zh} {en}",
        lot_number=line.lot_number,
        expiry_date=line.expiry_date,
    )


def _answers(approved: Review) -> tuple[RecordAnswer, ...]:
    return tuple(
        RecordAnswer(question=row.question, is_confirmed=row.is_confirmed, note=row.note)
        for row in approved.answers.order_by("pk")
    )


def _checks(prescription: Prescription) -> tuple[RecordCheck, ...]:
    return tuple(
        RecordCheck(name=row.check_name, outcome=row.outcome, detail=row.message)
        for row in prescription.source.checks.order_by("position")
    )


def _steps(bag: Dispense) -> tuple[RecordStep, ...]:
    checker = bag.checker.name if bag.checker else "—"
    giver = bag.handed_over_by.name if bag.handed_over_by else "—"
    return (
        RecordStep(name_zh="调配", name_en="Picked", who=bag.picker.name, at=bag.started_at),
        RecordStep(name_zh="核对", name_en="Checked", who=checker, at=bag.checked_at),
        RecordStep(name_zh="发药", name_en="Handed over", who=giver, at=bag.handed_over_at),
    )
