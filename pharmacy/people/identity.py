"""Who a patient is: one identity number in one system, found by its blind index.

A number means something only within its system: the medical record number 4711 of one
hospital is not that of another. National systems hold everywhere; any other system counts
within the issuer that used it.
"""

from __future__ import annotations

from dataclasses import dataclass

from pharmacy.core import clock, crypto
from pharmacy.people.models import Person

# Systems whose numbers name one person in a whole country, by the URIs that formats use.
ID_CARD_CN = "urn:oid:2.16.156.10011.1.3"
NATIONAL = {
    ID_CARD_CN: "cn-id-card",
    "http://fhir.de/sid/gkv/kvid-10": "de-kvid-10",
    "http://fhir.de/NamingSystem/gkv/kvid-10": "de-kvid-10",
    "http://fhir.de/sid/pkv/kvid-10": "de-kvid-10",
    "https://fhir.nhs.uk/Id/nhs-number": "gb-nhs-number",
}


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What a document or a sign-up says of a person; `birth_date` as an ISO date."""

    system: str
    number: str
    name: str
    birth_date: str | None = None
    gender: str = ""


def index(*, system: str, number: str, within: str = "") -> str:
    """The blind index of an identity number; `within` names the issuer of a local system."""
    scope = NATIONAL.get(system) or f"{within}|{system}"
    return crypto.blind_index(f"{scope}|{number}", "person-identifier")


def find_or_create(*, identity: Identity, within: str = "") -> Person:
    """The person of an identity; a patient who is new to the chain becomes one.

    Idempotent by: the blind index (unique).
    """
    person, _ = Person.objects.get_or_create(
        identifier_index=index(system=identity.system, number=identity.number, within=within),
        defaults={
            "name": identity.name,
            "birth_date": identity.birth_date,
            "gender": identity.gender,
            "identifier": identity.number,
            "created_at": clock.now(),
        },
    )
    return person
