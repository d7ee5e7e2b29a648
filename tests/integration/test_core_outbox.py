"""Events: one effect each, whatever fails between; requests: one effect a key."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass

import pytest
from django.db import connection, transaction

from pharmacy.core import clock, idempotency, outbox
from pharmacy.core.errors import Refused, Unavailable
from pharmacy.core.failpoints import armed
from pharmacy.core.models import AuditEntry, Delivery, IdempotencyKey, OutboxMessage


@dataclass(frozen=True, kw_only=True)
class ThingHappened(outbox.Event):
    thing: str


seen: list[str] = []


def take(event: ThingHappened) -> None:
    seen.append(event.thing)


def fail_for_now(event: ThingHappened) -> None:
    raise Unavailable


def refuse(event: ThingHappened) -> None:
    raise Refused


@pytest.fixture(autouse=True)
def _clean() -> None:
    seen.clear()
    outbox._reactions.pop("ThingHappened", None)


def _message() -> OutboxMessage:
    return OutboxMessage.objects.filter(topic="ThingHappened").get()


@pytest.mark.django_db(transaction=True)
def test_an_event_of_a_rolled_back_change_never_existed() -> None:
    outbox.react(ThingHappened, take)
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        outbox.record(ThingHappened(thing="a"))
        1 / 0  # noqa: B018
    outbox.drain()
    assert seen == []


@pytest.mark.django_db(transaction=True)
def test_an_event_has_one_effect_however_often_it_is_delivered() -> None:
    outbox.react(ThingHappened, take)
    outbox.record(ThingHappened(thing="a"))
    outbox.drain()
    OutboxMessage.objects.update(dispatched_at=None)  # as if the dispatch were lost
    outbox.drain()
    assert seen == ["a"]


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_done_now_waits_longer_each_time() -> None:
    outbox.react(ThingHappened, fail_for_now)
    outbox.record(ThingHappened(thing="a"))
    outbox.drain()
    row = Delivery.objects.get(message=_message())
    assert (row.state, row.attempts, row.error) == ("pending", 1, "unavailable")
    with clock.at(clock.now() + dt.timedelta(minutes=1)):
        outbox.drain()
    row.refresh_from_db()
    assert row.attempts == 2


@pytest.mark.django_db(transaction=True)
def test_a_refused_reaction_is_put_aside_and_stops_nobody_else() -> None:
    outbox.react(ThingHappened, refuse)
    outbox.react(ThingHappened, take)
    outbox.record(ThingHappened(thing="a"))
    outbox.drain()
    states = set(Delivery.objects.values_list("state", "error"))
    assert states == {("dead", "refused"), ("done", "")}
    assert seen == ["a"]


@pytest.mark.django_db(transaction=True)
def test_a_crash_before_the_commit_leaves_no_effect_and_a_second_try() -> None:
    def effect(event: ThingHappened) -> None:
        AuditEntry.objects.create(at=clock.now(), actor="t", action="effect", subject="t")

    def crash() -> None:
        raise OSError("killed")

    effect.__qualname__ = "effect"
    outbox.react(ThingHappened, effect)
    outbox.record(ThingHappened(thing="a"))
    with armed("outbox.before-commit", crash):
        outbox.drain()
    assert not AuditEntry.objects.filter(action="effect").exists()
    with clock.at(clock.now() + dt.timedelta(minutes=2)):
        outbox.drain()
    assert AuditEntry.objects.filter(action="effect").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_request_key_has_one_effect_from_many_threads() -> None:
    effects: list[int] = []
    answers: list[object] = []

    def call() -> None:
        try:
            answers.append(idempotency.once("k", {"a": 1}, lambda: effects.append(1) or "answer"))
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(effects) == 1
    assert answers == ["answer"] * 8
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_key_with_another_request_is_refused() -> None:
    idempotency.once("k", {"a": 1}, lambda: "answer")
    with pytest.raises(idempotency.KeyReused):
        idempotency.once("k", {"a": 2}, lambda: "other")


@pytest.mark.django_db(transaction=True)
def test_a_peer_that_is_away_for_days_is_asked_until_it_answers() -> None:
    outbox.react(ThingHappened, fail_for_now)
    outbox.record(ThingHappened(thing="a"))
    start = clock.now()
    for hour in range(30):
        with clock.at(start + dt.timedelta(hours=2 * hour)):
            outbox.drain()
    row = Delivery.objects.get(message=_message())
    assert (row.state, row.attempts) == ("pending", 30)


@pytest.mark.django_db(transaction=True)
def test_an_event_that_nobody_can_read_stops_nobody_else() -> None:
    outbox.react(ThingHappened, take)
    outbox.record(ThingHappened(thing="a"))
    OutboxMessage.objects.update(payload={"of_another_version": 1})
    outbox.record(ThingHappened(thing="b"))
    outbox.drain()
    assert seen == ["b"]
    assert Delivery.objects.order_by("id").first().error == "TypeError"


@pytest.mark.django_db(transaction=True)
def test_a_late_failure_does_not_undo_what_another_worker_finished() -> None:
    def finished_elsewhere(event: ThingHappened) -> None:
        Delivery.objects.update(state="done")
        raise Unavailable

    finished_elsewhere.__qualname__ = "finished_elsewhere"
    outbox.react(ThingHappened, finished_elsewhere, external=True)
    outbox.record(ThingHappened(thing="a"))
    outbox.drain()
    assert Delivery.objects.get().state == "done"
