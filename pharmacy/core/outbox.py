"""Domain events: written with the change, delivered at least once, with one effect each.

`record` stores the event in the caller's transaction. `deliver` fans it out to the reactions
that `react` registered and runs each one under its `Delivery` row (the inbox). A reaction of
kind `transactional` runs in the same transaction as its row; one of kind `external` talks to
the world and runs outside any transaction, so it must be idempotent by itself.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import uuid
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.db import connection, transaction

from pharmacy.core import audit, clock
from pharmacy.core.errors import PharmacyError, Unavailable
from pharmacy.core.failpoints import failpoint
from pharmacy.core.models import Delivery, OutboxMessage

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 12
LEASE = dt.timedelta(seconds=60)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Event:
    """A fact in the past tense: ids and codes only, no patient data."""

    topic: ClassVar[str]
    known: ClassVar[dict[str, type[Event]]] = {}

    def __init_subclass__(cls) -> None:
        cls.topic = cls.__name__
        Event.known[cls.topic] = cls


E = TypeVar("E", bound=Event)


@dataclasses.dataclass(frozen=True)
class Reaction:
    """One handler of one event."""

    topic: str
    name: str
    handler: Callable[[Any], None]
    is_external: bool = False


_reactions: dict[str, list[Reaction]] = {}


def react(event: type[E], handler: Callable[[E], None], *, external: bool = False) -> None:
    """Register a reaction; `fulfilment/reactions.py` holds the table of all of them."""
    name = f"{handler.__module__}.{handler.__qualname__}"
    registered = _reactions.setdefault(event.topic, [])
    if all(reaction.name != name for reaction in registered):
        registered.append(Reaction(event.topic, name, handler, external))


def record(event: Event) -> OutboxMessage:
    """Store an event in the caller's transaction and wake the worker once it commits."""
    message = OutboxMessage.objects.create(
        topic=event.topic,
        event_id=uuid.uuid4(),
        payload=dataclasses.asdict(event),
        recorded_at=clock.now(),
    )
    if all(entry[1] is not _wake for entry in connection.run_on_commit):  # once a transaction
        transaction.on_commit(_wake, robust=True)
    return message


def _wake() -> None:
    from pharmacy.core.tasks import deliver_outbox

    deliver_outbox.delay()


def dispatch(limit: int = 200) -> int:
    """Turn recorded messages into one pending delivery for each reaction."""
    with transaction.atomic():
        messages = list(
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(dispatched_at__isnull=True)
            .order_by("id")[:limit]
        )
        now = clock.now()
        Delivery.objects.bulk_create(
            [
                Delivery(message=message, reaction=reaction.name, next_at=now)
                for message in messages
                for reaction in _reactions.get(message.topic, [])
            ],
            ignore_conflicts=True,
        )
        OutboxMessage.objects.filter(pk__in=[m.pk for m in messages]).update(dispatched_at=now)
    return len(messages)


def deliver(limit: int = 200) -> int:
    """Run due deliveries in the order of their events; return how many were tried."""
    dispatch(limit)
    due = Delivery.objects.filter(state="pending", next_at__lte=clock.now())
    tried = 0
    for pk in list(due.order_by("message_id", "id").values_list("pk", flat=True)[:limit]):
        tried += _run(pk)
    return tried


def drain(rounds: int = 50) -> int:
    """Deliver until nothing is due, for tests and for the demo run."""
    total = 0
    for _ in range(rounds):
        tried = deliver()
        total += tried
        if not tried:
            break
    return total


@transaction.atomic
def retry(*, delivery: Delivery, by: str) -> Delivery:
    """Take up again what was put aside: due at once, with all its attempts before it.

    Locks: the delivery.   Idempotent by: the delivery; one that waits or is done stays as it is.
    """
    row = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("message")
        .get(pk=delivery.pk)
    )
    if row.state != "dead":
        return row
    row.state, row.attempts, row.next_at = "pending", 0, clock.now()
    row.save(update_fields=["state", "attempts", "next_at"])
    audit.record(
        by=by, action="event.retried", subject=f"event:{row.message.event_id}",
        topic=row.message.topic, reaction=row.reaction, error=row.error,
    )  # fmt: skip
    transaction.on_commit(_wake, robust=True)
    return row


def _run(pk: int) -> int:
    reaction, message = _take(pk)
    if reaction is None or message is None:
        return 0
    try:
        event = Event.known[message.topic](**message.payload)
        if reaction.is_external:
            reaction.handler(event)
            failpoint("outbox.after-external")
            Delivery.objects.filter(pk=pk).update(state="done", error="")
        else:
            with transaction.atomic():
                row = Delivery.objects.select_for_update().get(pk=pk)
                if row.state == "pending":
                    reaction.handler(event)
                    failpoint("outbox.before-commit")
                    Delivery.objects.filter(pk=pk).update(state="done", error="")
    except Exception as error:  # noqa: BLE001 - one bad reaction never stops the others
        _fail(pk, error)
    return 1


def _take(pk: int) -> tuple[Reaction | None, OutboxMessage | None]:
    """Lease a due delivery for a minute, so that two workers do not run it at once."""
    with transaction.atomic():
        row = (
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("message")
            .filter(pk=pk, state="pending", next_at__lte=clock.now())
            .first()
        )
        if row is None:
            return None, None
        row.attempts += 1
        row.next_at = clock.now() + LEASE
        row.save(update_fields=["attempts", "next_at"])
    topic = row.message.topic
    found = [r for r in _reactions.get(topic, []) if r.name == row.reaction]
    if not found:
        Delivery.objects.filter(pk=pk).update(state="dead", error="reaction.unknown")
        return None, None
    return found[0], row.message


def _fail(pk: int, error: Exception) -> None:
    """Retry what may pass later, with growing pauses; put aside what cannot.

    A peer that does not answer is asked once an hour until it does: what was handed over has
    to be reported and paid, however long the outage. A row that somebody else finished stays.
    """
    row = Delivery.objects.get(pk=pk)
    code = error.code if isinstance(error, PharmacyError) else type(error).__name__
    can_retry = not isinstance(error, PharmacyError) or error.is_retryable
    is_endless = isinstance(error, Unavailable)
    is_dead = not can_retry or (row.attempts >= MAX_ATTEMPTS and not is_endless)
    if not isinstance(error, PharmacyError):
        log.error("reaction %s failed", row.reaction, exc_info=error)
    pause = dt.timedelta(seconds=2**row.attempts if row.attempts < MAX_ATTEMPTS else 3600)
    Delivery.objects.filter(pk=pk, state="pending").update(
        state="dead" if is_dead else "pending",
        error=code[:120],
        next_at=clock.now() + pause,
    )
