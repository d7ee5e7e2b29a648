"""Brings a prescription to any stage through the real calls: signed, verified, claimed, paid ...

Every function does what a person or a peer would do; nothing writes a state directly.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import itertools
import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from pharmacy.core import clock, outbox
from pharmacy.demo.cast import PATIENTS
from pharmacy.demo.hospital import Signer
from pharmacy.demo.hospital_cases import CASES, Case, bundle
from pharmacy.formulary.models import DoseRule, Ingredient, Medicine, Substance
from pharmacy.fulfilment import counter, placement, reactions
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people import identity
from pharmacy.people.models import Person, Staff, StaffRole, Store
from prescriptions import dispensing, intake, register, review
from prescriptions.models import Dispense, Issue, Issuer, Prescription, SourceDocument
from prescriptions.review import CHECKLIST, Decision
from tests.stock_fixtures import make_medicine, make_store, stock

CREDENTIAL = "credential-of-the-test-hospital"
_numbers = itertools.count(1)
_signers: dict[str, Signer] = {}


def signer(name: str = "hospital") -> Signer:
    """A hospital's key and certificate, made once a process."""
    if name not in _signers:
        _signers[name] = Signer(Path(tempfile.mkdtemp(prefix="rxflow-")))
    return _signers[name]


@dataclass
class World:
    """The chain of the tests: two stores, staff, a patient, a hospital, stock."""

    store: Store
    other_store: Store
    picker: Staff
    checker: Staff
    manager: Staff
    stranger: Staff  # pharmacist of the other store only
    headquarters: Staff
    person: Person
    other_person: Person
    issuer: Issuer
    amlodipine: Medicine
    atorvastatin: Medicine


def world(*, packs: int = 10) -> World:
    """Make the chain; every medicine of the case `hypertension` is on the shelf of both stores."""
    reactions.register()
    store, other_store = make_store("S01"), make_store("S02")
    amlodipine = medicine("amlodipine", "C08CA01", "5", price_minor=2480)
    atorvastatin = medicine("atorvastatin", "C10AA05", "20", price_minor=3650)
    for place in (store, other_store):
        for found in (amlodipine, atorvastatin):
            if packs:
                stock(place, found, found.pack_size * packs, expires_in=400)
    issuer = register.register(
        code="HOSPITAL", name="Hospital", jurisdiction="CN", credential=CREDENTIAL, by="test"
    )
    register.add_certificate(issuer=issuer, pem=signer().pem, by="test")
    return World(
        store=store,
        other_store=other_store,
        picker=staff("pharmacist-a", ("pharmacist", store)),
        checker=staff("pharmacist-b", ("pharmacist", store)),
        manager=staff("manager", ("manager", store), ("pharmacist", store)),
        stranger=staff("stranger", ("pharmacist", other_store)),
        headquarters=staff("headquarters", ("headquarters", None)),
        person=person(0),
        other_person=person(1),
        issuer=issuer,
        amlodipine=amlodipine,
        atorvastatin=atorvastatin,
    )


def medicine(name: str, atc: str, milligrams: str, **facts: Any) -> Medicine:
    """A chronic prescription medicine with its ingredient and a dose rule."""
    made = make_medicine(
        f"{name}-{milligrams}mg-tablet-28",
        **{
            "supply_class": "rx", "atc": atc, "strength": f"{milligrams} mg", "is_chronic": True,
            "name_en": name.capitalize(), **facts,
        },
    )  # fmt: skip
    substance, _ = Substance.objects.get_or_create(
        code=name, defaults={"name_en": name.capitalize(), "name_zh": name}
    )
    Ingredient.objects.create(medicine=made, substance=substance, amount=milligrams, unit="mg")
    DoseRule.objects.get_or_create(
        substance=substance, route="oral",
        defaults={"usual": "once daily", "max_daily": 80, "unit": "mg", "source": "test"},
    )  # fmt: skip
    return made


def staff(login: str, *roles: tuple[str, Store | None]) -> Staff:
    """A member of staff with a licence that is good for two years."""
    user = User.objects.create_user(login, password="a long enough password")
    made = Staff.objects.create(
        user=user, name=login, licence_number=f"PH-{login}",
        licence_until=clock.today() + dt.timedelta(days=700),
    )  # fmt: skip
    for role, place in roles:
        StaffRole.objects.create(staff=made, role=role, store=place)
    return made


def person(index: int) -> Person:
    """A patient of the cast with a login."""
    patient = PATIENTS[index]
    return Person.objects.create(
        user=User.objects.create_user(patient.login, password="a long enough password"),
        name=patient.name,
        birth_date=patient.birth_date,
        gender=patient.gender,
        identifier=patient.identifier,
        identifier_index=identity.index(system=identity.ID_CARD_CN, number=patient.identifier),
        locale=patient.locale,
        created_at=clock.now(),
    )


def document(case: str | Case = "hypertension", **changes: Any) -> bytes:
    """The bytes of a case as the hospital writes them; `changes` replace fields of the case."""
    found = CASES[case] if isinstance(case, str) else case
    written = bundle(replace(copy.deepcopy(found), **changes), clock.now())
    return json.dumps(written, ensure_ascii=False).encode()


def received(
    case: str | Case = "hypertension", *, raw: bytes | None = None, **changes: Any
) -> SourceDocument:
    """A signed document at the door, not verified yet."""
    raw = raw or document(case, **changes)
    credential = hashlib.sha256(CREDENTIAL.encode()).hexdigest()
    issuer = Issuer.objects.get(credential_hash=credential)
    receipt = intake.receive(raw, channel="api", issuer=issuer, signature=signer().sign(raw))
    return receipt.source


def verified(case: str | Case = "hypertension", **changes: Any) -> Prescription:
    """A verified prescription."""
    source = received(case, **changes)
    outbox.drain()
    source.refresh_from_db()
    assert source.stage == "accepted", source.refusal
    return Prescription.objects.get(source=source)


def claimed(
    w: World, *, store: Store | None = None, issue: Issue | None = None, **changes: Any
) -> Fulfilment:
    """An issue in the review queue of a store."""
    issue = issue or verified(**changes).issues.get(number=1)
    return placement.choose_store(issue=issue, store=store or w.store, person=w.person)


def decision(issue: Issue, verdict: str = "approve", **changes: Any) -> Decision:
    """A decision that leaves nothing open."""
    found = review.current_findings(issue) or review.prepare(issue=issue)
    reasons = {row.pk: "weighed" for row in found if row.state != "ok"}
    grounds = {} if verdict == "approve" else {"reason_code": "dose"}
    return Decision(
        verdict, answers=dict.fromkeys(CHECKLIST, True), overrides=reasons, **{**grounds, **changes}
    )


def approve(w: World, row: Fulfilment) -> Fulfilment:
    """The pharmacist approves; reactions run."""
    review.decide(issue=row.issue, store=row.store, reviewer=w.picker, decision=decision(row.issue))
    outbox.drain()
    return fresh(row)


def ordered(w: World, **changes: Any) -> Fulfilment:
    """Approved and ordered: the customer may pay (review-first)."""
    return approve(w, claimed(w, **changes))


def paid(w: World, row: Fulfilment | None = None, **changes: Any) -> Fulfilment:
    """Paid; the bag may be picked. Needs the payment peer (fixture `stripe_peer`)."""
    row = row or ordered(w, **changes)
    placement.pay(fulfilment=row, person=w.person, payment_method="pm_card_visa")
    outbox.drain()
    return fresh(row)


def picked(
    w: World, row: Fulfilment | None = None, *, limits: dict[int, int] | None = None
) -> Dispense:
    """Every pack scanned; a second person has to check."""
    row = row or paid(w)
    bag = counter.start(fulfilment=row, picker=w.picker, limits=limits)
    for line in bag.lines.select_related("issue_line__item__medicine"):
        dispensing.scan(
            dispense=bag, barcode=line.issue_line.item.medicine.barcode, by=w.picker,
            lot_number=line.lot_number,
        )  # fmt: skip
    return dispensing.finish_picking(dispense=bag, by=w.picker)


def ready(w: World, bag: Dispense | None = None) -> Dispense:
    """Checked; the customer has a code."""
    return counter.check(dispense=bag or picked(w), checker=w.checker)


def handed_over(w: World, bag: Dispense | None = None) -> Dispense:
    """In the patient's hand; money taken, books written, hospital told."""
    bag = bag or ready(w)
    done = counter.hand_over(store=bag.store, code=dispensing.code_of(bag), by=w.checker)
    outbox.drain()
    return done


def fresh(row: Fulfilment) -> Fulfilment:
    """The row as the database has it now."""
    found = Fulfilment.objects.select_related("order", "issue__prescription", "store", "person")
    return found.get(pk=row.pk)
