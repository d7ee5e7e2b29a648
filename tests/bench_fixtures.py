"""Work for the bench of the tests: findings of any severity, and rows in each stage without a bank."""

from __future__ import annotations

import itertools
import json
from typing import Any

from django.test import Client

from pharmacy.core import clock, outbox
from pharmacy.demo.hospital_cases import CASES, bundle
from pharmacy.fulfilment import placement
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.payment.models import PaymentAttempt
from pharmacy.people.models import Staff
from prescriptions import review
from prescriptions.models import Dispense, Finding, Issue
from prescriptions.review import CHECKLIST, Decision
from tests import story
from tests.sign_in_fixtures import enter_as_staff
from tests.story import World

TEN = list(CHECKLIST)
_doctors = itertools.count(1)


def finding(issue: Issue, state: str = "ok", severity: int = 0, **facts: Any) -> Finding:
    """One answer of one rule, of the same run as the others of this issue."""
    first = issue.findings.order_by("found_at").first()
    return Finding.objects.create(
        issue=issue,
        rule=facts.pop("rule", "allergy"),
        knowledge_version="test",
        state=state,
        severity=severity,
        code=facts.pop("code", "allergy.none-found"),
        facts=facts,
        found_at=first.found_at if first else clock.now(),
    )


def document(case: str = "hypertension") -> bytes:
    """A document of a case, written by a doctor of its own so that none repeats another."""
    raw = json.dumps(bundle(CASES[case], clock.now()), ensure_ascii=False)
    return raw.replace("110000000001001", f"{110000000002000 + next(_doctors)}").encode()


def to_review(w: World, *, severity: int = 0, case: str = "hypertension") -> Fulfilment:
    """A prescription in the review queue with one fine answer and, if asked, an alert."""
    row = story.claimed(w, raw=document(case))
    finding(row.issue)
    if severity:
        said = {"substance": "amlodipine", "value": "20", "maximum": "10", "unit": "mg"}
        finding(row.issue, "alert", severity, rule="maximum-dose",
                code="dose.daily-above-maximum", **said)  # fmt: skip
    return row


def to_pay(w: World, row: Fulfilment | None = None) -> Fulfilment:
    """Approved by the second pharmacist and ordered."""
    row = row or to_review(w)
    reasons = {each.pk: "weighed" for each in review.current_findings(row.issue)}
    made = Decision("approve", answers=dict.fromkeys(TEN, True), overrides=reasons)
    review.decide(issue=row.issue, store=row.store, reviewer=w.checker, decision=made)
    outbox.drain()
    return story.fresh(row)


def to_pick(w: World, row: Fulfilment | None = None) -> Fulfilment:
    """The money is held; a bag may be picked."""
    row = to_pay(w, row)
    held(row)
    placement.note_authorised(owner=row.payment_owner(row.next_bag))
    return story.fresh(row)


def held(row: Fulfilment) -> None:
    """An attempt as it stands when the bank holds the money; no bank is asked."""
    due, now = placement.amount_due(row), clock.now()
    PaymentAttempt.objects.create(
        owner=row.payment_owner(row.next_bag), state="authorised", amount_minor=due.minor,
        currency=due.currency, created_by="test", created_at=now, changed_at=now,
        method="stripe", reference=f"pi_{row.external_id}_{row.next_bag}",
    )  # fmt: skip


def to_check(w: World, **changes: Any) -> Dispense:
    """Picked by the first pharmacist."""
    return story.picked(w, to_pick(w), **changes)


def to_hand_over(w: World, **changes: Any) -> Dispense:
    """Checked by the second pharmacist; the customer has a code."""
    return story.ready(w, to_check(w, **changes))


def at_the_bench(staff: Staff) -> Client:
    """A browser of somebody who came through both steps of the sign-in."""
    client = Client()
    enter_as_staff(client, staff)
    return client
