"""Headquarters' health: what is stuck is named, and an event put aside can be taken up again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from inventory.models import LotBalance
from pharmacy.core import clock, outbox
from pharmacy.core.models import AuditEntry, Delivery
from prescriptions import register
from tests import hq_fixtures as hq
from tests import story
from tests.payment_fixtures import peer, started  # noqa: F401
from tests.stock_fixtures import stock

pytestmark = pytest.mark.django_db


def page_of(client: Any, name: str = "health") -> str:
    """The page as one line of text."""
    return " ".join(client.get(reverse(f"hq:{name}")).content.decode().split())


def retry(client: Any, row: Delivery) -> Any:
    """Press the button beside an event."""
    form = {"event": str(row.message.event_id), "reaction": row.reaction}
    return client.post(reverse("hq:retry"), form)


def test_all_is_well_says_so() -> None:
    w = story.world()
    outbox.drain()
    page = page_of(hq.at_headquarters(w.headquarters))
    assert "All is well: nothing is stuck and the books balance" in page
    assert "Nothing was booked yet." in page


def test_an_event_put_aside_is_tried_again_from_the_start() -> None:
    # given
    w = story.world()
    row = hq.dead_event()
    client = hq.at_headquarters(w.headquarters)
    assert "What was paid differs from what was handed over." in page_of(client)
    # when
    assert retry(client, row).status_code == 302
    # then
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("pending", 0)
    assert row.next_at <= clock.now()
    [entry] = AuditEntry.objects.filter(action="event.retried")
    assert (entry.actor, entry.subject) == (
        w.headquarters.actor, f"event:{row.message.event_id}",
    )  # fmt: skip
    assert entry.facts["error"] == "settlement.claim-mismatch"


@pytest.mark.parametrize("state", ["pending", "done"])
def test_what_was_not_put_aside_stays_as_it_is(state: str) -> None:
    w = story.world()
    row = hq.dead_event()
    Delivery.objects.filter(pk=row.pk).update(state=state)
    retry(hq.at_headquarters(w.headquarters), row)
    row.refresh_from_db()
    assert (row.state, row.attempts) == (state, 12)
    assert not AuditEntry.objects.filter(action="event.retried").exists()


@pytest.mark.parametrize("event", ["", "not-an-id", "6911250d-7142-4739-b7fc-9de0d19ba117"])
def test_an_event_that_does_not_exist_is_not_found(event: str) -> None:
    w = story.world()
    form = {"event": event, "reaction": "any"}
    answer = hq.at_headquarters(w.headquarters).post(reverse("hq:retry"), form)
    assert answer.status_code == 404
    assert not AuditEntry.objects.filter(action="event.retried").exists()


def test_a_payment_without_an_outcome_is_listed_by_its_order() -> None:
    w = story.world()
    attempt = started()
    type(attempt).objects.filter(pk=attempt.pk).update(state="unknown")
    page = page_of(hq.at_headquarters(w.headquarters))
    assert "1 thing needs a look" in page
    assert "Order 100001" in page


def test_a_balance_that_does_not_add_up_is_named() -> None:
    w = story.world()
    lot = stock(w.store, w.amlodipine, 28, number="ODD-1")
    LotBalance.objects.filter(lot=lot).update(on_hand=30)
    page = page_of(hq.at_headquarters(w.headquarters))
    assert "ODD-1" in page
    assert "1 thing needs a look" in page


@pytest.mark.usefixtures("peer")
def test_the_books_of_a_hand_over_balance() -> None:
    w = story.world()
    hq.given(w)
    page = page_of(hq.at_headquarters(w.headquarters))
    assert "debits equal credits" in page
    assert "¥61.30" in page


def test_the_whole_log_is_checked_on_demand() -> None:
    w = story.world()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    answer = hq.at_headquarters(w.headquarters).post(reverse("hq:verify"))
    assert "The log is whole" in answer.content.decode()


def test_a_log_that_was_changed_is_said_to_be() -> None:
    # given an entry that somebody changed behind the trigger's back
    w = story.world()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE core_auditentry SET actor = 'somebody' WHERE id = (SELECT min(id) FROM core_auditentry)"
        )
    # when
    answer = hq.at_headquarters(w.headquarters).post(reverse("hq:verify"))
    # then
    assert "The log does not hold" in answer.content.decode()


def test_hospitals_are_listed_with_the_state_of_their_certificates() -> None:
    # given one that may send and one whose certificate was revoked
    w = story.world()
    other = register.register(
        code="OTHER", name="Other hospital", jurisdiction="CN", credential="x", by="test"
    )
    row = register.add_certificate(issuer=other, pem=story.signer("other").pem, by="test")
    register.revoke_certificate(certificate=row, by="test", reason="lost")
    # when
    page = page_of(hq.at_headquarters(w.headquarters), "issuers")
    # then
    assert "1 hospital may send prescriptions today" in page
    assert "revoked" in page
    assert "No valid certificate" in page
    assert "BEGIN CERTIFICATE" not in page
