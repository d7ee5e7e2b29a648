"""Patient and prescriber of a KBV bundle; practice supply has no patient."""

from __future__ import annotations

from typing import Any

from lxml import etree

from prescriptions.formats import fields
from prescriptions.formats.errors import FieldInvalid
from prescriptions.formats.kbv_bundle import NAMESPACES, KbvBundle, value

KVNR_SYSTEMS = {
    "http://fhir.de/NamingSystem/gkv/kvid-10",
    "http://fhir.de/sid/gkv/kvid-10",
    "http://fhir.de/sid/pkv/kvid-10",
}
ANR = "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR"
ZANR = "http://fhir.de/NamingSystem/kzbv/zahnarztnummer"
GENDERS = {"male", "female", "other", "unknown"}


def patient(bundle: KbvBundle) -> dict[str, Any]:
    """Whom the order is for; empty for practice supply, which a later check refuses."""
    if bundle.all("SupplyRequest"):
        return {"patient_name": ""}
    found = bundle.find(bundle.order(), "f:subject", "Patient")
    bundle.one("Patient")
    gender = value(found, "f:gender")
    if gender and gender not in GENDERS:
        raise FieldInvalid(field="Patient.gender")
    system, number = _identifier(found, KVNR_SYSTEMS)
    born = value(found, "f:birthDate")
    return {
        "patient_name": _name(found, "Patient.name", limit=400),
        "patient_identifier_system": system,
        "patient_identifier": fields.text(number, "Patient.identifier", limit=60),
        "patient_birth_date": fields.day(born, "Patient.birthDate") if len(born) == 10 else None,
        "patient_gender": gender,
    }


def prescriber(bundle: KbvBundle, order: etree._Element) -> dict[str, Any]:
    """Who signed for it; a doctor without a number of their own works under another's."""
    found = bundle.find(order, "f:requester", "Practitioner") if _names_requester(order) else None
    if found is None:
        found = bundle.find(bundle.one("Composition"), "f:author", "Practitioner")
    others = [each for each in bundle.all("Practitioner") if each is not found]
    numbers = [_identifier(each, {ANR, ZANR})[1] for each in [found, *others]]
    organizations = bundle.all("Organization")
    department = value(organizations[0], "f:name") if organizations else ""
    return {
        "prescriber_name": _name(found, "Practitioner.name", limit=80),
        "prescriber_licence": fields.text(
            next(filter(None, numbers), ""), "Practitioner.identifier", limit=40
        ),
        "department": fields.text(department, "Organization.name", limit=400)[:80],
    }


def _names_requester(order: etree._Element) -> bool:
    return value(order, "f:requester/f:reference").startswith("Practitioner/")


def _identifier(person: etree._Element, systems: set[str]) -> tuple[str, str]:
    for each in person.findall("f:identifier", NAMESPACES):
        system, number = value(each, "f:system"), value(each, "f:value")
        if system in systems and number:
            return system, number
    return "", ""


def _name(person: etree._Element, field: str, *, limit: int) -> str:
    names = person.findall("f:name", NAMESPACES)
    official = [each for each in names if value(each, "f:use") == "official"] or names
    first = fields.only(official[:1], field)
    given = [each.get("value", "") for each in first.findall("f:given", NAMESPACES)]
    parts = [value(first, "f:prefix"), *given, value(first, "f:family")]
    return fields.text(" ".join(filter(None, parts)), field, limit=limit, required=True)
