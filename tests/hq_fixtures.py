"""A chain with work in every corner, what can go wrong in each, and a browser at headquarters."""

from __future__ import annotations

from typing import Any

from django.test import Client

from pharmacy.core import clock, outbox
from pharmacy.core.models import Delivery, OutboxMessage
from pharmacy.fulfilment import counter
from pharmacy.people.models import Staff
from prescriptions import intake
from prescriptions.models import Dispense, Issuer, SourceDocument
from tests import bench_fixtures as bench
from tests import story
from tests.payment_fixtures import started
from tests.sign_in_fixtures import enter_as_staff
from tests.stock_fixtures import stock
from tests.story import World


def at_headquarters(staff: Staff) -> Client:
    """A browser of somebody who came through both steps of the sign-in."""
    client = Client()
    enter_as_staff(client, staff)
    return client


def busy_world() -> tuple[World, dict[str, Any]]:
    """A chain with a prescription at each step."""
    w = story.world()
    return w, at_each_step(w)


def at_each_step(w: World) -> dict[str, Any]:
    """A prescription at each step, and one that waits for a choice of store."""
    return {
        "to_choose": story.verified(raw=bench.document()),
        "review": bench.to_review(w, severity=3),
        "pay": bench.to_pay(w),
        "pick": bench.to_pick(w),
        "picking": counter.start(fulfilment=bench.to_pick(w), picker=w.picker),
        "check": bench.to_check(w),
        "ready": bench.to_hand_over(w),
    }


def given(w: World) -> Dispense:
    """A bag in the patient's hand: money taken, books written. Needs the payment peer."""
    return story.handed_over(w, story.ready(w, story.picked(w, story.paid(w, bench.to_pay(w)))))


def refused() -> SourceDocument:
    """A document whose signature is over other bytes."""
    raw = bench.document()
    sent = intake.receive(
        raw, channel="api", issuer=Issuer.objects.get(code="HOSPITAL"),
        signature=story.signer().sign(raw + b" "),
    )  # fmt: skip
    outbox.drain()
    sent.source.refresh_from_db()
    return sent.source


def dead_event() -> Delivery:
    """An event that was put aside after a refusal."""
    message = OutboxMessage.objects.order_by("pk").first()
    return Delivery.objects.create(
        message=message, reaction="pharmacy.fulfilment.closing.settle", state="dead", attempts=12,
        next_at=clock.now(), error="settlement.claim-mismatch",
    )  # fmt: skip


def go_wrong(w: World, made: dict[str, Any]) -> None:
    """A refused document, lots that expire, an event put aside, a payment that nobody knows of."""
    made["refused"] = refused()
    stock(w.store, w.amlodipine, 280, expires_in=20)
    stock(w.other_store, w.atorvastatin, 56, expires_in=70)
    made["dead"] = dead_event()
    attempt = started()
    type(attempt).objects.filter(pk=attempt.pk).update(state="unknown")
