"""The FHIR mapper: what it reads beyond the plain case, and what it refuses by field."""

from __future__ import annotations

import copy
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from prescriptions.canonical import CanonicalPrescription
from prescriptions.formats import FORMATS
from prescriptions.formats.errors import MalformedPrescription
from tests import prescription_factory as make

FHIR = FORMATS.get("fhir-r4")


def read(document: Any) -> CanonicalPrescription:
    return FHIR.read(make.as_bytes(document))


def changed(path: str, value: Any) -> dict[str, Any]:
    """The plain bundle with one place set, or removed by `...`."""
    document = copy.deepcopy(make.bundle())
    *way, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    node: Any = document["entry"]
    for step in way:
        node = node[step]
        if isinstance(node, dict):
            node = node.get("resource", node)
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return document


DISPENSE = "MedicationRequest.dispenseRequest"
DOSAGE = "MedicationRequest.dosageInstruction"


@pytest.mark.parametrize(
    ("path", "value", "code", "field"),
    [
        ("0.status", "draft", "rx.not-an-active-order", "MedicationRequest.status"),
        ("0.status", ..., "rx.not-an-active-order", "MedicationRequest.status"),
        ("0.intent", "plan", "rx.not-an-active-order", "MedicationRequest.intent"),
        ("0.doNotPerform", True, "rx.not-an-active-order", "MedicationRequest.doNotPerform"),
        ("0.subject", ..., "rx.field-missing", "MedicationRequest.subject.reference"),
        ("0.subject", {"reference": "Patient/2"}, "rx.field-missing", "MedicationRequest.subject"),
        ("0.subject", {"reference": "Practitioner/prescriber-a"}, "rx.field-invalid",
         "MedicationRequest.subject"),
        ("0.requester", ..., "rx.field-missing", "MedicationRequest.requester.reference"),
        ("0.authoredOn", ..., "rx.field-missing", "MedicationRequest.authoredOn"),
        ("0.authoredOn", "yesterday", "rx.field-invalid", "MedicationRequest.authoredOn"),
        ("0.authoredOn", "2026-03-02T09:00:00", "rx.field-invalid", "MedicationRequest.authoredOn"),
        ("0.medicationCodeableConcept", ..., "rx.field-missing", "MedicationRequest.medication"),
        ("0.medicationCodeableConcept", {}, "rx.field-missing", "MedicationRequest.medication"),
        ("0.dispenseRequest", ..., "rx.field-missing", f"{DISPENSE}.quantity"),
        ("0.dispenseRequest.quantity.value", 0, "rx.quantity", f"{DISPENSE}.quantity"),
        ("0.dispenseRequest.quantity.value", -30, "rx.quantity", f"{DISPENSE}.quantity"),
        ("0.dispenseRequest.quantity.value", 30.5, "rx.quantity", f"{DISPENSE}.quantity"),
        ("0.dispenseRequest.quantity.value", 10**6, "rx.quantity", f"{DISPENSE}.quantity"),
        ("0.dispenseRequest.quantity.value", "30", "rx.field-invalid", f"{DISPENSE}.quantity"),
        ("0.dispenseRequest.quantity.value", True, "rx.field-invalid", f"{DISPENSE}.quantity"),
        ("0.dispenseRequest.quantity.unit", ..., "rx.field-missing", f"{DISPENSE}.quantity.unit"),
        ("0.dispenseRequest.expectedSupplyDuration.code", "a", "rx.field-invalid",
         f"{DISPENSE}.expectedSupplyDuration"),
        ("0.dispenseRequest.numberOfRepeatsAllowed", -1, "rx.quantity",
         f"{DISPENSE}.numberOfRepeatsAllowed"),
        ("0.dispenseRequest.validityPeriod.end", "2026-03-01", "rx.field-invalid",
         f"{DISPENSE}.validityPeriod"),
        ("0.dosageInstruction.0.timing.repeat.periodUnit", "fortnight", "rx.field-invalid",
         f"{DOSAGE}.timing.repeat.periodUnit"),
        ("0.dosageInstruction.0.doseAndRate.0.doseQuantity.value", 0, "rx.field-invalid",
         f"{DOSAGE}.doseAndRate.doseQuantity.value"),
        ("0.dosageInstruction.0.text", "take \u202e1", "rx.field-invalid", f"{DOSAGE}.text"),
        ("0.substitution.allowedBoolean", "yes", "rx.field-invalid",
         "MedicationRequest.substitution.allowedBoolean"),
        ("0.groupIdentifier", ..., "rx.field-missing", "MedicationRequest.identifier"),
        ("1.name", ..., "rx.field-missing", "Patient.name"),
        ("1.identifier", [], "rx.field-missing", "Patient.identifier"),
        ("1.gender", "f", "rx.field-invalid", "Patient.gender"),
        ("1.birthDate", "1961-13-04", "rx.field-invalid", "Patient.birthDate"),
        ("2.qualification", [], "rx.field-missing", "Practitioner.identifier"),
        ("6.valueQuantity.code", "[lb_av]", "rx.field-invalid", "Observation.valueQuantity.unit"),
        ("4.code", {}, "rx.field-missing", "AllergyIntolerance.code"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field(path: str, value: Any, code: str, field: str) -> None:
    with pytest.raises(MalformedPrescription) as refusal:
        read(changed(path, value))

    assert (refusal.value.code, refusal.value.facts) == (code, {"field": field})


@pytest.mark.parametrize(
    ("document", "code", "field"),
    [
        ([], "rx.field-invalid", "resourceType"),
        ({"resourceType": "Patient"}, "rx.field-invalid", "resourceType"),
        (make.bundle(type="searchset"), "rx.field-invalid", "Bundle.type"),
        (make.bundle(*make.PEOPLE), "rx.field-missing", "MedicationRequest"),
        (make.bundle(make.line(), make.line(), *make.PEOPLE), "rx.field-invalid",
         "Bundle.entry.fullUrl"),
        (make.bundle(make.line(), *make.PEOPLE, {**make.PATIENT, "id": "two"}),
         "rx.field-cardinality", "Patient"),
        (make.bundle(make.line(), make.line(2, groupIdentifier={"value": "RX-2"}), *make.PEOPLE),
         "rx.field-invalid", "MedicationRequest.groupIdentifier"),
        (make.bundle(make.line(), make.line(2, status="cancelled"), *make.PEOPLE),
         "rx.not-an-active-order", "MedicationRequest.status"),
        (make.bundle(*[make.line(n) for n in range(201)]), "rx.field-cardinality", "Bundle.entry"),
    ],
)  # fmt: skip
def test_a_bundle_of_the_wrong_shape(document: Any, code: str, field: str) -> None:
    with pytest.raises(MalformedPrescription) as refusal:
        read(document)

    assert (refusal.value.code, refusal.value.facts["field"]) == (code, field)


def test_several_lines_keep_their_order_and_share_the_narrowest_window() -> None:
    second = make.line(2)
    second["dispenseRequest"]["validityPeriod"] = {"start": "2026-03-03", "end": "2026-03-20"}

    rx = read(make.bundle(make.line(), second, *make.PEOPLE))

    assert [(i.line, i.code) for i in rx.items] == [(1, "medicine-1"), (2, "medicine-2")]
    assert (rx.valid_from, rx.valid_until) == (dt.date(2026, 3, 3), dt.date(2026, 3, 4))
    assert (rx.allergies, rx.diagnoses, rx.patient_weight_kg) == (None, None, None)


def test_without_a_period_it_is_good_on_its_day_of_issue() -> None:
    rx = read(changed("0.dispenseRequest.validityPeriod", ...))

    assert (rx.valid_from, rx.valid_until) == (dt.date(2026, 3, 2), dt.date(2026, 3, 2))


def test_no_known_allergy_is_an_empty_list_and_not_silence() -> None:
    concept = {"coding": [{"system": "http://snomed.info/sct", "code": "716186003"}]}

    assert read(changed("4.code", concept)).allergies == ()


def test_a_medication_resource_gives_form_and_strength_and_a_role_the_department() -> None:
    medication = {
        "resourceType": "Medication",
        "code": {"coding": [{"system": "http://www.whocc.no/atc", "code": "C08CA01"}]},
        "form": {"text": "tablet"},
        "ingredient": [{"strength": {"numerator": {"value": 2.5, "code": "mg"}}}],
    }
    role = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": "Practitioner/prescriber-a"},
        "organization": {"reference": "Organization/clinic"},
    }
    request = make.line(
        medicationReference={"reference": "urn:uuid:m"}, requester={"reference": "urn:uuid:r"}
    )
    del request["medicationCodeableConcept"]
    document = make.bundle(request, *make.PEOPLE)
    document["entry"] += [
        {"fullUrl": "urn:uuid:m", "resource": medication},
        {"fullUrl": "urn:uuid:r", "resource": role},
    ]

    rx = read(document)

    item = rx.items[0]
    assert (item.code, item.display, item.form, item.strength) == (
        "C08CA01", "C08CA01", "tablet", "2.5 mg",
    )  # fmt: skip
    assert (rx.prescriber_licence, rx.department) == ("L-77", "Cardiology")


@pytest.mark.parametrize(
    ("repeat", "per_day"),
    [
        ({"frequency": 3, "period": 1, "periodUnit": "d"}, Decimal(3)),
        ({"frequency": 1, "period": 8, "periodUnit": "h"}, Decimal(3)),
        ({"frequency": 1, "period": 1, "periodUnit": "wk"}, Decimal("0.143")),
        ({}, None),
    ],
)
def test_doses_per_day(repeat: dict[str, Any], per_day: Decimal | None) -> None:
    rx = read(changed("0.dosageInstruction.0.timing.repeat", repeat))

    assert rx.items[0].doses_per_day == per_day


def test_instructions_of_different_doses_are_left_to_the_text() -> None:
    morning = {
        "text": "2 in the morning",
        "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablet"}}],
    }
    evening = {
        "text": "1 at night",
        "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
    }

    item = read(changed("0.dosageInstruction", [morning, evening])).items[0]

    assert item.dose_text == "2 in the morning; 1 at night"
    assert (item.dose_quantity, item.doses_per_day) == (None, None)


def test_thirty_point_zero_is_thirty() -> None:
    assert read(changed("0.dispenseRequest.quantity.value", 30.0)).items[0].quantity == 30
