"""A customer's browser, and their records in each stage, without a bank."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pharmacy.core import outbox
from pharmacy.core.models import AuditEntry, OutboxMessage
from pharmacy.fulfilment import placement
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people.models import Person
from prescriptions.models import Claim, Issue
from tests import bench_fixtures as bench
from tests import story
from tests.sign_in_fixtures import enter_as_customer
from tests.story import World


def browser(person: Person, language: str = "en") -> Client:
    """A browser of somebody who is signed in."""
    client = Client()
    enter_as_customer(client, person)
    client.cookies["django_language"] = language
    return client


def address(page: str, row: Any) -> str:
    """The address of a customer's page about a row."""
    return reverse(f"customer:{page}", args=[row.external_id])


def arrived(**changes: Any) -> Issue:
    """A genuine prescription that no store has yet."""
    return story.verified(**changes).issues.get(number=1)


def paid(w: World, row: Fulfilment | None = None) -> Fulfilment:
    """The money is held by the payment peer (fixture `peer`); a bag may be picked."""
    row = row or bench.to_pay(w)
    placement.pay(fulfilment=row, person=w.person, payment_method="pm_card_visa")
    outbox.drain()
    return story.fresh(row)


def collected(w: World, *, limits: dict[int, int] | None = None) -> Fulfilment:
    """In the patient's hand, wholly or within the limits; needs the fixture `peer`."""
    bag = story.ready(w, story.picked(w, paid(w), limits=limits))
    row = Fulfilment.objects.get(issue=story.handed_over(w, bag).issue)
    return story.fresh(row)


def queries(client: Client, path: str) -> int:
    """How many queries a page needs, the second time it is opened."""
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def written() -> tuple[int, ...]:
    """A count of everything that a refusal must not add to; the trace of reading aside."""
    return (
        Fulfilment.objects.count(),
        Claim.objects.count(),
        OutboxMessage.objects.count(),
        AuditEntry.objects.exclude(action="read").count(),
    )
