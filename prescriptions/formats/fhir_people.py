"""The people of a Bundle and what it says of the patient's health."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from prescriptions.formats import fields
from prescriptions.formats.errors import FieldInvalid, FieldMissing, FieldTooMany
from prescriptions.formats.fhir_bundle import Resources, coding

GENDERS = {"male", "female", "other", "unknown"}
NO_KNOWN_ALLERGY = {"716186003", "409137002"}  # SNOMED CT: no known allergy; no drug allergy
BODY_WEIGHT = "29463-7"  # LOINC
GRAMS = {"kg": 1000, "g": 1}
MAX_WEIGHT_KG = 700
REFUTED = {"refuted", "entered-in-error"}


def patient(resources: Resources, requests: list[dict[str, Any]]) -> dict[str, Any]:
    """The one patient that every request is for."""
    everyone = resources.all("Patient")
    if len(everyone) > 1:
        raise FieldTooMany(field="Patient")
    for request in requests:
        found = resources.find(request.get("subject"), "MedicationRequest.subject", "Patient")
    gender = fields.text(found.get("gender"), "Patient.gender", limit=10)
    if gender:
        fields.choice(gender, GENDERS, "Patient.gender")
    identifier = _identifier(found, "Patient.identifier")
    born = found.get("birthDate")
    return {
        "patient_name": name(found, "Patient.name", limit=200),
        "patient_identifier_system": identifier[0],
        "patient_identifier": identifier[1],
        "patient_gender": gender,
        "patient_birth_date": fields.day(born, "Patient.birthDate") if born else None,
    }


def prescriber(resources: Resources, requests: list[dict[str, Any]]) -> dict[str, Any]:
    """Name, licence and department of the one prescriber."""
    found = [_requester(resources, request) for request in requests]
    person, department = found[0]
    if any(each[0] is not person for each in found):
        raise FieldInvalid(field="MedicationRequest.requester")
    organizations = resources.all("Organization")
    if not department and len(organizations) == 1:
        department = fields.text(organizations[0].get("name"), "Organization.name", limit=80)
    return {
        "prescriber_name": name(person, "Practitioner.name", limit=80),
        "prescriber_licence": _licence(person),
        "department": department,
    }


def findings(resources: Resources) -> dict[str, Any]:
    """Allergies, diagnoses and body weight; absent is "not stated", never "none"."""
    return {
        "allergies": _allergies(resources.all("AllergyIntolerance")),
        "diagnoses": _concepts(resources.all("Condition"), "Condition.code"),
        "patient_weight_kg": _weight(resources.all("Observation")),
    }


def name(person: dict[str, Any], field: str, *, limit: int) -> str:
    """The name as written, else given and family name."""
    names = fields.sequence(person.get("name"), field)
    first = fields.mapping(names[0] if names else None, field)
    written = fields.text(first.get("text"), field, limit=limit)
    if written:
        return written
    given = [
        fields.text(each, field, limit=limit) for each in fields.sequence(first.get("given"), field)
    ]
    family = fields.text(first.get("family"), field, limit=limit)
    return fields.text(" ".join(filter(None, [*given, family])), field, limit=limit, required=True)


def _identifier(person: dict[str, Any], field: str) -> tuple[str, str]:
    known = fields.sequence(person.get("identifier"), field)
    if not known:
        raise FieldMissing(field=field)
    first = fields.mapping(known[0], field)
    return (
        fields.text(first.get("system"), f"{field}.system", limit=120, required=True),
        fields.text(first.get("value"), f"{field}.value", limit=60, required=True),
    )


def _requester(resources: Resources, request: dict[str, Any]) -> tuple[dict[str, Any], str]:
    field = "MedicationRequest.requester"
    found = resources.find(request.get("requester"), field, "Practitioner", "PractitionerRole")
    if found["resourceType"] == "Practitioner":
        return found, ""
    person = resources.find(
        found.get("practitioner"), "PractitionerRole.practitioner", "Practitioner"
    )
    if not found.get("organization"):
        return person, ""
    place = resources.find(found["organization"], "PractitionerRole.organization", "Organization")
    return person, fields.text(place.get("name"), "Organization.name", limit=80)


def _licence(person: dict[str, Any]) -> str:
    """Number of the first qualification, else the first identifier of the practitioner."""
    field = "Practitioner.qualification"
    for qualification in fields.sequence(person.get("qualification"), field):
        known = fields.sequence(
            fields.mapping(qualification, field).get("identifier"), f"{field}.identifier"
        )
        for each in known:
            value = fields.mapping(each, f"{field}.identifier").get("value")
            return fields.text(value, f"{field}.identifier.value", limit=40, required=True)
    return fields.text(
        _identifier(person, "Practitioner.identifier")[1], "Practitioner.identifier", limit=40
    )


def _allergies(known: list[dict[str, Any]]) -> tuple[dict[str, str], ...] | None:
    if not known:
        return None
    stated = [each for each in known if not _is_refuted(each)]
    concepts = _concepts(stated, "AllergyIntolerance.code") or ()
    return tuple(each for each in concepts if each["code"] not in NO_KNOWN_ALLERGY)


def _is_refuted(resource: dict[str, Any]) -> bool:
    status = resource.get("verificationStatus")
    return status is not None and coding(status, "verificationStatus")["code"] in REFUTED


def _concepts(resources: list[dict[str, Any]], field: str) -> tuple[dict[str, str], ...] | None:
    found = [coding(each.get("code"), field) for each in resources if not _is_refuted(each)]
    if any(not each["code"] and not each["display"] for each in found):
        raise FieldMissing(field=field)
    return tuple(found) or None


def _weight(observations: list[dict[str, Any]]) -> Decimal | None:
    for each in observations:
        if coding(each.get("code"), "Observation.code")["code"] != BODY_WEIGHT:
            continue
        field = "Observation.valueQuantity"
        quantity = fields.mapping(each.get("valueQuantity"), field)
        written = quantity.get("code") or quantity.get("unit")
        unit = fields.choice(written, GRAMS, f"{field}.unit")
        most = MAX_WEIGHT_KG * 1000 // GRAMS[unit]
        value = fields.decimal(quantity.get("value"), field, most=most)
        return round(value * GRAMS[unit] / 1000, 1)
    return None
