"""What went wrong once may go right the second time; money that goes back leaves the books."""

from __future__ import annotations

from typing import Any

import pytest

from pharmacy.core import outbox
from pharmacy.core.money import Money
from pharmacy.payment import collection
from pharmacy.settlement import balances
from prescriptions import intake, review
from prescriptions.models import Prescription, SourceDocument
from tests import story
from tests.payment_fixtures import peer  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_document_refused_for_its_signature_may_come_again_rightly_signed() -> None:
    w = story.world()
    raw = story.document("simple", patient=0)
    wrong = story.signer("stranger").sign(raw)
    first = intake.receive(raw, channel="api", issuer=w.issuer, signature=wrong)
    outbox.drain()
    again = intake.receive(raw, channel="api", issuer=w.issuer, signature=wrong)
    assert (again.is_new, again.source.pk) == (False, first.source.pk)
    right = intake.receive(raw, channel="api", issuer=w.issuer, signature=story.signer().sign(raw))
    outbox.drain()
    right.source.refresh_from_db()
    assert (right.is_new, right.source.stage) == (True, "accepted")
    assert Prescription.objects.count() == 1
    repeated = intake.receive(raw, channel="api", issuer=w.issuer, signature="another")
    assert repeated.source.pk == right.source.pk
    assert SourceDocument.objects.count() == 2


def test_what_one_store_cannot_supply_another_may() -> None:
    w = story.world()
    row = story.claimed(w)
    decision = story.decision(row.issue, "decline", reason_code="unavailable")
    review.decide(issue=row.issue, store=w.store, reviewer=w.picker, decision=decision)
    outbox.drain()
    row = story.fresh(row)
    assert (row.stage, row.issue.use, row.issue.prescription.review) == (
        "declined", "available", "pending",
    )  # fmt: skip
    elsewhere = story.claimed(w, store=w.other_store, issue=row.issue)
    outbox.drain()
    assert story.fresh(elsewhere).stage == "in-review"


def test_a_refund_leaves_the_bank_and_the_books(peer: Any) -> None:  # noqa: F811
    w = story.world()
    bag = story.handed_over(w)
    owner = bag.issue.fulfilments.get().payment_owner()
    collection.refund(owner=owner, amount=Money(2480), reason="requested_by_customer", key="r1")
    outbox.drain()
    assert collection.status(owner=owner).refunded.minor == 2480
    kinds = [entry.kind for entry in balances.entries_of(owner=owner)]
    assert kinds == ["settlement", "refund"]


def test_it_is_kept_that_the_customer_read_the_notice() -> None:
    from pharmacy.core.models import AuditEntry
    from pharmacy.fulfilment import placement

    w = story.world()
    issue = story.verified().issues.get(number=1)
    row = placement.choose_store(issue=issue, store=w.store, person=w.person, has_read_notice=True)
    kept = AuditEntry.objects.get(action="notice.acknowledged")
    assert (kept.subject, kept.actor) == (row.audit_subject, f"person:{w.person.external_id}")


def test_findings_are_there_before_anybody_opens_the_review() -> None:
    w = story.world()
    row = story.claimed(w)
    outbox.drain()
    first = [finding.pk for finding in review.current_findings(row.issue)]
    assert first
    outbox.drain()
    assert [finding.pk for finding in review.current_findings(row.issue)] == first
