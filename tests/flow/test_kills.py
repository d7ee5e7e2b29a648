"""The process is killed (SIGKILL) at a named point; after a restart every effect is there once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from inventory import reconcile
from pharmacy.core import audit, clock, outbox
from pharmacy.core.models import Delivery
from pharmacy.payment import collection
from pharmacy.settlement.models import JournalEntry
from prescriptions import dispensing
from prescriptions.models import Issue, Prescription, Report
from tests import killed, story
from tests.report_fixtures import world_with_reports

pytestmark = pytest.mark.django_db(transaction=True)


def after_a_restart() -> None:
    """What a new worker does once the leases of the killed one have run out."""
    for minutes in (2, 10, 60):
        with clock.at(clock.now() + dt.timedelta(minutes=minutes)):
            outbox.drain()


def kill_at(point: str, verb: str, *arguments: str, **environment: str) -> None:
    name = connection.settings_dict["NAME"]
    code = killed.run(name, verb, *arguments, failpoint=point, **environment)
    assert code == -9, f"{point} was never reached"


def test_killed_while_verifying_leaves_one_prescription() -> None:
    story.world()
    source = story.received()
    kill_at("outbox.before-commit", "drain")
    assert not Prescription.objects.exists()
    after_a_restart()
    source.refresh_from_db()
    assert source.stage == "accepted"
    assert Prescription.objects.count() == 1


def test_killed_while_placing_leaves_one_order() -> None:
    w = story.world()
    row = story.claimed(w)
    from prescriptions import review

    decision = story.decision(row.issue)
    review.decide(issue=row.issue, store=w.store, reviewer=w.picker, decision=decision)
    kill_at("placement.reserved", "drain")
    assert story.fresh(row).order is None
    after_a_restart()
    row = story.fresh(row)
    assert row.order is not None
    assert not list(reconcile.differences())


@pytest.mark.parametrize("point", ["dispense.before-commit", "dispense.committed"])
def test_killed_at_the_counter_hands_over_once(peer: Any, reports: Any, point: str) -> None:
    w = world_with_reports(reports)
    bag = story.ready(w)
    code = dispensing.code_of(bag)
    kill_at(point, "hand-over", str(bag.external_id), "pharmacist-b", code)
    bag.refresh_from_db()
    if point == "dispense.before-commit":  # nothing happened; the pharmacist tries again
        assert bag.stage == "ready"
        story.handed_over(w, bag)
    after_a_restart()
    assert_all_is_there_once(bag, reports)


@pytest.mark.parametrize(
    "point", ["payment.capturing-committed", "outbox.after-external", "report.after-send"]
)
def test_killed_after_the_hand_over_takes_money_and_reports_once(
    peer: Any, reports: Any, point: str
) -> None:
    from pharmacy.fulfilment import counter

    w = world_with_reports(reports)
    bag = story.ready(w)
    counter.hand_over_bag(dispense=bag, code=dispensing.code_of(bag), by=w.checker)
    kill_at(point, "drain", STRIPE_API_BASE=peer.address)
    after_a_restart()
    assert_all_is_there_once(bag, reports)


def assert_all_is_there_once(bag: Any, server: Any) -> None:
    issue = Issue.objects.get(pk=bag.issue_id)
    row = issue.fulfilments.get()
    held = collection.status(owner=row.payment_owner())
    assert (held.state, held.captured.minor) == ("captured", 6130)
    assert JournalEntry.objects.filter(owner=row.payment_owner()).count() == 1
    assert Report.objects.get(dispense=bag).stage == "confirmed"
    taken = server.RequestHandlerClass.hospital.reports()
    assert len(taken) == 1
    assert [line.dispensed for line in issue.lines.all()] == [28, 28]
    assert issue.use == "reported"
    assert not list(reconcile.differences())
    assert not Delivery.objects.exclude(state="done").exists()
    assert audit.verify().is_intact
