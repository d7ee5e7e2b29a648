"""Both formats from a signer's key to a canonical prescription, with every named field."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from asn1crypto import cms, parser

from prescriptions.canonical import CanonicalItem
from prescriptions.checks import CHECKS, examine
from tests import prescription_factory as make
from tests.prescription_factory import NOW, Doctor, Hospital


def test_a_hospital_signs_a_bundle_and_every_field_arrives() -> None:
    # given a bundle of one line, signed beside the bytes
    hospital, raw = Hospital(), make.as_bytes(make.bundle())

    # when it is examined with the hospital's certificate pinned
    found = examine(raw=raw, signature=hospital.sign(raw), trust=hospital.trust(), at=NOW)

    # then every check passed, in order, and the reading is exact
    assert [(c.check, c.outcome) for c in found.results] == [(c.name, "passed") for c in CHECKS]
    assert (found.verdict, found.format, found.issuer) == ("accepted", "fhir-r4", "hospital")
    assert found.payload == raw
    rx = found.prescription
    assert rx is not None
    assert rx.identifier == rx.group_identifier == "RX-2026-0001"
    assert (rx.patient_identifier_system, rx.patient_identifier) == ("urn:id:resident", "P-0001")
    assert (rx.patient_name, rx.patient_gender) == ("Patient One", "female")
    assert rx.patient_birth_date == dt.date(1961, 5, 4)
    assert rx.patient_weight_kg == Decimal("61.5")
    assert rx.allergies == (
        {"system": "urn:chain:group", "code": "penicillins", "display": "Penicillin"},
    )
    assert rx.diagnoses == (
        {"system": "http://hl7.org/fhir/sid/icd-10", "code": "I10", "display": ""},
    )
    assert (rx.prescriber_name, rx.prescriber_licence) == ("Prescriber A", "L-77")
    assert rx.department == "Cardiology"
    assert rx.issued_at == dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
    assert rx.signed_at == NOW
    assert (rx.valid_from, rx.valid_until) == (dt.date(2026, 3, 2), dt.date(2026, 3, 4))
    assert (rx.issues_allowed, rx.min_interval_days) == (3, 0)
    assert rx.items == (
        CanonicalItem(
            line=1, display="Medicine 1 5 mg tablets", quantity=30, unit="tablet",
            system="urn:chain:medicine", code="medicine-1", dose_quantity=Decimal(1),
            dose_unit="tablet", doses_per_day=Decimal(1), dose_text="1 tablet once a day",
            route="26643006", days_supply=30, is_substitution_allowed=True,
        ),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["P-256", "brainpool", "RSA"])
def test_a_doctor_signs_around_a_kbv_bundle(kind: str) -> None:
    doctor = Doctor("Doctor of " + kind, kind)
    raw = doctor.sign(make.kbv())

    found = examine(raw=raw, trust=doctor.trust(), at=NOW)

    assert (found.verdict, found.refusal, found.format) == ("accepted", "", "kbv-cades")
    rx = found.prescription
    assert rx is not None
    assert rx.identifier == "160.100.000.000.002.36"
    assert (rx.patient_name, rx.patient_identifier) == ("Patient One", "M310119800")
    assert (rx.prescriber_name, rx.prescriber_licence) == ("Prescriber A", "456456534")
    assert rx.department == "Practice"
    assert (rx.valid_from, rx.valid_until) == (dt.date(2026, 3, 2), dt.date(2026, 6, 2))
    assert rx.items == (
        CanonicalItem(
            line=1, display="Medicine 1 N1", quantity=1, unit="{Package}",
            system="http://fhir.de/CodeSystem/ifa/pzn", code="08585997", dose_text="1-0-0-0",
            is_substitution_allowed=True,
        ),
    )  # fmt: skip


def test_a_multiple_prescription_opens_and_closes_with_its_period() -> None:
    extension = (
        '<extension url="https://fhir.kbv.de/StructureDefinition/KBV_EX_ERP_Multiple_Prescription">'
        '<extension url="Kennzeichen"><valueBoolean value="true"/></extension>'
        '<extension url="Zeitraum"><valuePeriod><start value="2026-06-01"/>'
        '<end value="2026-08-31"/></valuePeriod></extension>'
        '<extension url="ID"><valueIdentifier><value value="urn:uuid:part"/></valueIdentifier>'
        "</extension></extension>"
    )
    doctor = Doctor()
    raw = doctor.sign(make.kbv(extension=extension))

    early = examine(raw=raw, trust=doctor.trust(), at=NOW)
    in_time = examine(raw=raw, trust=doctor.trust(), at=dt.datetime(2026, 8, 31, 21, tzinfo=dt.UTC))
    late = examine(raw=raw, trust=doctor.trust(), at=dt.datetime(2026, 8, 31, 22, tzinfo=dt.UTC))

    assert (early.verdict, early.refusal) == ("refused", "rx.not-yet-valid")
    assert in_time.verdict == "accepted"  # 23:00 in Berlin
    assert (late.verdict, late.refusal) == ("refused", "rx.expired")  # midnight in Berlin
    assert in_time.prescription.group_identifier == "urn:uuid:part"


def test_the_same_content_has_the_same_hash_under_another_number() -> None:
    hospital, raw = Hospital(), make.as_bytes(make.bundle())
    found = examine(raw=raw, signature=hospital.sign(raw), trust=hospital.trust(), at=NOW)
    read = found.prescription

    renumbered = dataclasses.replace(read, identifier="other", note="other")
    more = dataclasses.replace(read, items=(dataclasses.replace(read.items[0], quantity=31),))

    assert renumbered.content_hash == read.content_hash
    assert more.content_hash != read.content_hash
    assert read.to_json()["items"][0]["dose_quantity"] == "1"
    assert read.to_json()["content_hash"] == read.content_hash


def test_signed_attributes_of_indefinite_length_are_verified_in_definite_form() -> None:
    """BER lets a writer leave lengths open; the signature is over the DER all the same."""
    doctor = Doctor("Doctor BER", "P-256")
    raw = doctor.sign(make.kbv())
    attributes = cms.ContentInfo.load(raw)["content"]["signer_infos"][0]["signed_attrs"].dump()
    opened = b"\xa0\x80" + attributes[3:] + b"\x00\x00"
    rewritten = _open_lengths(raw, attributes, opened)
    found = examine(raw=rewritten, trust=doctor.trust(), at=NOW)

    assert (found.verdict, found.refusal) == ("accepted", "")


def _open_lengths(raw: bytes, old: bytes, new: bytes) -> bytes:
    """Replace an element and leave the lengths of everything around it open."""

    def rewrite(element: bytes) -> bytes:
        if element == old:
            return new
        if old not in element:
            return element
        _class, _method, _tag, header, contents, _trailer = parser.parse(element)
        inner = []
        while contents:
            size = parser.peek(contents)
            inner.append(rewrite(contents[:size]))
            contents = contents[size:]
        return header[:1] + b"\x80" + b"".join(inner) + b"\x00\x00"

    return rewrite(raw)
