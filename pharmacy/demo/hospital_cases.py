"""What the simulated hospital prescribes: cases in a hospital's own words, as FHIR R4 Bundles.

Medicines are named by ATC code, strength and form, never by our codes.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from pharmacy.demo.cast import PATIENTS

ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
UCUM = "http://unitsofmeasure.org"
PRESCRIPTION_SYSTEM = "urn:hospital:riverside:prescription"
ID_CARD_SYSTEM = "urn:oid:2.16.156.10011.1.3"
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Order:
    """One medicine as the doctor writes it."""

    atc: str
    text: str
    strength: str
    unit: str
    form: str
    quantity: int
    counted_in: str
    dose: str
    times_a_day: int
    days: int
    sentence: str


@dataclass(frozen=True)
class Case:
    """One prescription: for whom, why, what, and how often it may be filled."""

    patient: int
    diagnosis: tuple[str, str]
    orders: tuple[Order, ...]
    repeats: int = 0
    allergies: tuple[tuple[str, str], ...] = ()
    weight_kg: str = "62.0"
    department: str = "心内科"
    note: str = field(default="")


AMLODIPINE = Order("C08CA01", "苯磺酸氨氯地平片 amlodipine", "5", "mg", "tablet", 28, "tablet", "1", 1, 28,
                   "口服 每次1片 每日1次")  # fmt: skip
ATORVASTATIN = Order("C10AA05", "阿托伐他汀钙片 atorvastatin", "20", "mg", "tablet", 28, "tablet", "1", 1, 28,
                     "口服 每次1片 每晚1次")  # fmt: skip
METFORMIN = Order("A10BA02", "盐酸二甲双胍片 metformin", "500", "mg", "tablet", 48, "tablet", "1", 2, 24,
                  "口服 每次1片 每日2次 随餐")  # fmt: skip
AMOXICILLIN = Order("J01CA04", "阿莫西林胶囊 amoxicillin", "500", "mg", "capsule", 24, "capsule", "1", 3, 8,
                    "口服 每次1粒 每日3次")  # fmt: skip
PARACETAMOL_HIGH = Order("N02BE01", "对乙酰氨基酚片 paracetamol", "500", "mg", "tablet", 20, "tablet", "2", 6, 2,
                         "口服 每次2片 每日6次")  # fmt: skip

CASES = {
    "hypertension": Case(0, ("I10", "高血压"), (AMLODIPINE, ATORVASTATIN), repeats=2),
    "diabetes": Case(1, ("E11.9", "2型糖尿病"), (METFORMIN,), repeats=2, department="内分泌科",
                     allergies=(("91936005", "penicillin"),)),
    "allergy": Case(1, ("J06.9", "上呼吸道感染"), (AMOXICILLIN,), department="呼吸科",
                    allergies=(("91936005", "penicillin"),)),
    "overdose": Case(2, ("R50.9", "发热"), (PARACETAMOL_HIGH,), department="急诊科"),
    "simple": Case(2, ("I10", "高血压"), (AMLODIPINE,), department="全科"),
}  # fmt: skip


def bundle(case: Case, now: dt.datetime) -> dict[str, Any]:
    """A FHIR R4 Bundle of a case, issued now, valid for three days (处方管理办法 art. 18)
    or, for a repeat prescription, for twelve weeks (长期处方管理规范).
    """
    patient = PATIENTS[case.patient]
    local = now.astimezone(ZONE)
    last = local.date() + dt.timedelta(days=83 if case.repeats else 2)
    urls = {name: f"urn:uuid:{uuid.uuid4()}" for name in ("patient", "doctor", "role", "place")}
    resources: list[tuple[str, dict[str, Any]]] = [
        (urls["patient"], _patient(patient)),
        (urls["doctor"], _doctor()),
        (urls["place"], {"resourceType": "Organization", "name": case.department}),
        (urls["role"], {
            "resourceType": "PractitionerRole",
            "practitioner": {"reference": urls["doctor"]},
            "organization": {"reference": urls["place"]},
        }),
    ]  # fmt: skip
    resources += [(f"urn:uuid:{uuid.uuid4()}", found) for found in _findings(case, urls["patient"])]
    number = f"RX{local:%Y%m%d}{secrets.randbelow(10**8):08d}"
    for order in case.orders:
        medication = f"urn:uuid:{uuid.uuid4()}"
        resources.append((medication, _medication(order)))
        request = _request(case, order, number, local, last)
        request["medicationReference"] = {"reference": medication}
        request["subject"] = {"reference": urls["patient"]}
        request["requester"] = {"reference": urls["role"]}
        resources.append((f"urn:uuid:{uuid.uuid4()}", request))
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": PRESCRIPTION_SYSTEM, "value": number},
        "timestamp": local.isoformat(timespec="seconds"),
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in resources],
    }


def _patient(patient: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "identifier": [{"system": ID_CARD_SYSTEM, "value": patient.identifier}],
        "name": [{"text": patient.name}],
        "gender": patient.gender,
        "birthDate": patient.birth_date,
    }


def _doctor() -> dict[str, Any]:
    return {
        "resourceType": "Practitioner",
        "identifier": [{"system": "urn:hospital:riverside:staff", "value": "D-1001"}],
        "name": [{"text": "医师甲 Physician A"}],
        "qualification": [
            {
                "identifier": [{"system": "urn:licence:physician", "value": "110000000001001"}],
                "code": {"text": "执业医师"},
            }
        ],
    }


def _findings(case: Case, patient: str) -> list[dict[str, Any]]:
    code, text = case.diagnosis
    subject = {"reference": patient}
    found: list[dict[str, Any]] = [
        {
            "resourceType": "Condition",
            "subject": subject,
            "code": {"coding": [{"system": ICD10, "code": code}], "text": text},
        },
        {
            "resourceType": "Observation",
            "status": "final",
            "subject": subject,
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
            "valueQuantity": {"value": float(case.weight_kg), "system": UCUM, "code": "kg"},
        },
    ]
    known = case.allergies or (("716186003", "no known allergy"),)
    found += [
        {
            "resourceType": "AllergyIntolerance",
            "patient": subject,
            "code": {"coding": [{"system": SNOMED, "code": snomed}], "text": name},
        }
        for snomed, name in known
    ]
    return found


def _medication(order: Order) -> dict[str, Any]:
    return {
        "resourceType": "Medication",
        "code": {"coding": [{"system": ATC, "code": order.atc}], "text": order.text},
        "form": {"text": order.form},
        "ingredient": [
            {
                "itemCodeableConcept": {"coding": [{"system": ATC, "code": order.atc}]},
                "strength": {
                    "numerator": {"value": int(order.strength), "system": UCUM, "code": order.unit},
                    "denominator": {"value": 1, "code": "{" + order.counted_in + "}"},
                },
            }
        ],
    }


def _request(
    case: Case, order: Order, number: str, issued: dt.datetime, last: dt.date
) -> dict[str, Any]:
    counted = "{" + order.counted_in + "}"
    dispense: dict[str, Any] = {
        "validityPeriod": {"start": issued.date().isoformat(), "end": last.isoformat()},
        "quantity": {"value": order.quantity, "system": UCUM, "code": counted},
        "expectedSupplyDuration": {"value": order.days, "system": UCUM, "code": "d"},
        "numberOfRepeatsAllowed": case.repeats,
    }
    if case.repeats:
        wait = max(order.days - 7, 1)
        dispense["dispenseInterval"] = {"value": wait, "system": UCUM, "code": "d"}
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "groupIdentifier": {"system": PRESCRIPTION_SYSTEM, "value": number},
        "authoredOn": issued.isoformat(timespec="seconds"),
        "dosageInstruction": [
            {
                "text": order.sentence,
                "timing": {
                    "repeat": {"frequency": order.times_a_day, "period": 1, "periodUnit": "d"}
                },
                "route": {"coding": [{"system": SNOMED, "code": "26643006"}], "text": "oral"},
                "doseAndRate": [
                    {"doseQuantity": {"value": float(order.dose), "system": UCUM, "code": counted}}
                ],
            }
        ],
        "dispenseRequest": dispense,
        "substitution": {"allowedBoolean": False},
    }
