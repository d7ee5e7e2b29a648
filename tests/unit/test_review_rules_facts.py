"""The facts of an issue: built from its lines, its patient and earlier hand-overs."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model

from pharmacy.core import clock
from pharmacy.formulary import seeding
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Allergy, Person, Staff, Store
from prescriptions import review_rules
from prescriptions.models import (
    Claim,
    Dispense,
    DispenseLine,
    Issue,
    IssueLine,
    Issuer,
    Prescription,
    PrescriptionItem,
    SourceDocument,
)

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 1, 4, 0, tzinfo=dt.UTC)
AMLODIPINE = "amlodipine-5mg-tablet-28"


@pytest.fixture(autouse=True)
def frozen():
    seeding.load()
    with clock.at(NOW):
        yield


@pytest.fixture
def person():
    return Person.objects.create(name="Patient One", created_at=NOW)


def prescribe(*codes, person=None, key="1", **more):
    issuer, _ = Issuer.objects.get_or_create(code="h", name="Hospital", jurisdiction="CN")
    digest = hashlib.sha256(key.encode()).hexdigest()
    source = SourceDocument.objects.create(
        raw=b"x", sha256=digest, format="json", channel="api", received_at=NOW
    )
    plain = {
        "patient_birth_date": "1960-11-02", "allergies": [], "prescriber_name": "Doctor",
        "patient_name": "Patient One", "issued_at": NOW, "received_at": NOW,
        "valid_from": NOW.date(), "valid_until": NOW.date(),
    }  # fmt: skip
    prescription = Prescription.objects.create(
        source=source, issuer=issuer, issuer_identifier=key, content_hash=digest, person=person,
        **{**plain, **more},
    )  # fmt: skip
    issue = Issue.objects.create(
        prescription=prescription, number=1, opens_on=NOW.date(), closes_on=NOW.date()
    )
    for line, code in enumerate(codes, start=1):
        row = PrescriptionItem.objects.create(
            prescription=prescription, line=line, display=code, quantity=28, unit="tablet",
            medicine=Medicine.objects.filter(code=code).first(), dose_quantity=Decimal(1),
            dose_unit="tablet", doses_per_day=Decimal(1), days_supply=28,
        )  # fmt: skip
        IssueLine.objects.create(issue=issue, item=row, quantity=28)
    return issue


def hand_over(issue, *, days_ago, stage="handed-over"):
    store, _ = Store.objects.get_or_create(code="s", kind="store", name_en="S", name_zh="店")
    user, _ = get_user_model().objects.get_or_create(username="a")
    staff, _ = Staff.objects.get_or_create(user=user, name="Pharmacist A")
    claim = Claim.objects.create(
        issue=issue, store=store, fencing_token=1, secret_hash="x", opened_at=NOW
    )
    at = NOW - dt.timedelta(days=days_ago)
    dispense = Dispense.objects.create(
        issue=issue, claim=claim, store=store, picker=staff, started_at=at, handed_over_at=at,
        stage=stage,
    )  # fmt: skip
    for line in issue.lines.all():
        DispenseLine.objects.create(
            dispense=dispense, issue_line=line, lot_id=1, lot_number="L",
            expiry_date=NOW.date(), quantity=28,
        )  # fmt: skip


def codes(issue):
    return {draft.code for draft in review_rules.run(review_rules.build_facts(issue))}


def test_a_plain_prescription_is_fine_by_every_rule(person):
    issue = prescribe(AMLODIPINE, person=person)

    facts = review_rules.build_facts(issue)
    found = review_rules.run(facts)

    assert (facts.age_years, facts.allergens, facts.current) == (65, (), ())
    assert {draft.state for draft in found} == {"ok"}
    assert {draft.knowledge_version for draft in found} == {facts.knowledge_version}
    (item,) = facts.items
    (part,) = item.parts
    assert (part.substance, part.amount, part.unit) == ("amlodipine", 5, "mg")
    assert (part.limit.max_daily, part.limit.min_age_years) == (10, 18)


def test_a_stranger_with_nothing_stated_is_not_checked():
    issue = prescribe(AMLODIPINE, "unknown", allergies=None, patient_birth_date=None)

    states = {draft.state for draft in review_rules.run(review_rules.build_facts(issue))}

    assert states == {"not-checked"}


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ([{"code": "amoxicillin", "display": ""}], "allergy.same-substance"),
        ([{"code": "x", "display": "阿莫西林"}], "allergy.same-substance"),
        ([{"code": "penicillins"}], "allergy.same-group"),
        (["Cefalexin"], "allergy.same-group"),
        ([{"code": "227493005", "display": "Cashew nuts"}], "allergy.not-understood"),
        ([], "allergy.none-found"),
        (None, "allergy.not-stated"),
    ],
)
def test_stated_allergies_are_understood_by_code_and_name(person, stated, code):
    issue = prescribe("amoxicillin-500mg-capsule-24", person=person, allergies=stated)

    assert code in codes(issue)


def test_an_allergy_on_the_persons_record_counts_too(person):
    Allergy.objects.create(person=person, code="penicillins", recorded_at=NOW)
    issue = prescribe("amoxicillin-500mg-capsule-24", person=person, allergies=None)

    assert "allergy.same-group" in codes(issue)


@pytest.mark.parametrize(
    ("days_ago", "stage", "is_running"),
    [(1, "handed-over", True), (21, "handed-over", False), (1, "ready", False)],
)
def test_what_was_handed_over_and_still_runs_is_current(person, days_ago, stage, is_running):
    hand_over(prescribe(AMLODIPINE, person=person, key="old"), days_ago=days_ago, stage=stage)
    issue = prescribe(AMLODIPINE, person=person, key="new")

    assert ("duplicate.same-substance" in codes(issue)) is is_running


def test_the_number_of_queries_does_not_grow_with_the_lines(person, django_assert_max_num_queries):
    hand_over(prescribe(AMLODIPINE, person=person, key="old"), days_ago=1)
    many = list(Medicine.objects.order_by("code").values_list("code", flat=True)[:20])
    issue = prescribe(*many, person=person, key="new", allergies=[{"code": "penicillins"}])

    with django_assert_max_num_queries(14):
        facts = review_rules.build_facts(issue)

    assert len(facts.items) == 20


def test_a_group_is_known_by_its_code_and_in_both_languages() -> None:
    from pharmacy.formulary import tables
    from pharmacy.formulary.allergens import GROUPS, group_of

    assert {group_of(word) for word in ("91936005", "Penicillin ", "青霉素")} == {"penicillins"}
    assert group_of("pollen") == ""
    ours = {g for row in tables.read().substances for g in row.groups.split(",")}
    assert set(GROUPS.values()) <= ours
