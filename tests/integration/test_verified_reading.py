"""What verification makes of a genuine document: whose it is, and how much of what."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from pharmacy.formulary import units
from pharmacy.fulfilment import placement
from pharmacy.people.models import Person
from prescriptions.models import Prescription
from tests import story

pytestmark = pytest.mark.django_db(transaction=True)


def changed(change: Any) -> bytes:
    document = json.loads(story.document("simple", patient=0))
    for entry in document["entry"]:
        change(entry["resource"])
    return json.dumps(document, ensure_ascii=False).encode()


def test_the_same_number_in_another_system_is_another_person() -> None:
    # given a hospital that numbers its own patients and happens to use our patient's number
    w = story.world()

    def renumber(resource: dict[str, Any]) -> None:
        if resource["resourceType"] == "Patient":
            resource["identifier"][0]["system"] = "urn:hospital:records"

    prescription = story.verified(raw=changed(renumber))
    # then nothing of it reaches our patient
    assert prescription.person is not None
    assert prescription.person != w.person
    assert not Prescription.objects.filter(person=w.person).exists()


def test_the_national_number_finds_our_patient() -> None:
    w = story.world()
    people = Person.objects.count()
    assert story.verified("simple", patient=0).person == w.person
    assert Person.objects.count() == people


@pytest.mark.parametrize(
    ("unit", "quantity", "base_units"),
    [("{tablet}", 28, 28), ("片", 56, 56), ("盒", 2, 56), ("{Package}", 1, 28)],
)
def test_packs_and_tablets_are_not_confused(unit: str, quantity: int, base_units: int) -> None:
    w = story.world()

    def recount(resource: dict[str, Any]) -> None:
        if resource["resourceType"] == "MedicationRequest":
            resource["dispenseRequest"]["quantity"] = {"value": quantity, "unit": unit}

    item = story.verified(raw=changed(recount)).items.get()
    assert item.medicine == w.amlodipine
    assert (item.quantity, item.unit) == (base_units, "tablet")


def test_a_word_that_does_not_fit_leaves_the_line_to_a_pharmacist() -> None:
    w = story.world()

    def recount(resource: dict[str, Any]) -> None:
        if resource["resourceType"] == "MedicationRequest":
            resource["dispenseRequest"]["quantity"] = {"value": 28, "unit": "瓶"}

    prescription = story.verified(raw=changed(recount))
    assert prescription.items.get().medicine is None
    with pytest.raises(placement.MedicineUnknown):
        story.claimed(w, issue=prescription.issues.get())
    assert prescription.issues.get().use == "available"


def test_what_identifies_the_patient_rests_sealed() -> None:
    w = story.world()
    story.verified("simple", patient=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM prescriptions_prescription p")
        row = cursor.fetchone()[0]
        cursor.execute("SELECT p::text FROM people_person p WHERE id = %s", [w.person.pk])
        row += cursor.fetchone()[0]
    for secret in (w.person.name, w.person.identifier, w.person.birth_date):
        assert secret not in row
        assert secret.encode().hex() not in row


def test_the_unit_words_of_the_seed_are_all_known() -> None:
    assert {"tablet", "capsule", "mL", "g", "dose", "pill", "sachet"} == set(units.WORDS)
