"""Who may open what: every address of the product, for every kind of visitor, in one table.

An address that the table does not list fails; so does a line that leads nowhere. Each request
runs in a savepoint that is rolled back, so that no line changes what the next one sees.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from pharmacy.people.models import Staff
from tests import hq_fixtures as hq
from tests import story
from tests.payment_fixtures import peer  # noqa: F401
from tests.sign_in_fixtures import BACKEND, enter_as_customer, enter_as_staff
from tests.story import World

pytestmark = pytest.mark.django_db

VISITORS = (
    "anonymous", "customer", "other-customer", "pharmacist", "other-pharmacist", "headquarters",
    "no-second-factor", "disabled",
)  # fmt: skip


# Anyone; every door for its own people; the same with another's record, which looks missing.
ANYONE = "200 200 200 200 200 200 200 200"
ONWARD = "302 302 302 302 302 302 302 302"
STAFF = "302 403 403 200 200 200 302 403"
BENCH = "302 403 403 200 200 403 302 403"
BENCH_RECORD = "302 403 403 200 404 403 302 403"
HQ = "302 403 403 403 403 200 302 403"
CUSTOMERS = "302 200 200 403 403 403 403 403"
CUSTOMER_RECORD = "302 200 404 403 403 403 403 403"
# Address and method, then the answer to each visitor in the order above. What belongs to a store
# or a customer is asked for by its id; an empty form is answered 422 where one may fill it in.
MATRIX = {
    "home GET": ONWARD,
    "sign-in GET": ANYONE,
    "sign-in POST": "422 422 422 422 422 422 422 422",
    "sign-in-code GET": "302 302 302 200 200 200 302 200",
    "sign-in-code POST": "302 302 302 422 422 422 302 422",
    "sign-in-enroll GET": "302 403 403 302 302 302 200 403",
    "sign-out POST": ONWARD,
    "choose-store POST": "403 403 403 302 403 302 403 403",
    "appearance POST": ONWARD,
    "set_language POST": ONWARD,
    "gallery GET": STAFF,
    "gallery-room GET": STAFF,
    "bench:queue GET": BENCH,
    "bench:scan POST": "302 403 403 302 302 403 302 403",
    "bench:review GET": BENCH_RECORD,
    "bench:review POST": "302 403 403 422 404 403 302 403",
    "bench:pick GET": BENCH_RECORD,
    "bench:pick POST": "302 403 403 302 404 403 302 403",
    "bench:pick-scan POST": "302 403 403 422 404 403 302 403",
    "bench:pick-finish POST": "302 403 403 409 404 403 302 403",
    "bench:check GET": BENCH_RECORD,
    "bench:check POST": "302 403 403 302 404 403 302 403",
    "bench:handover GET": BENCH,
    "bench:handover POST": "302 403 403 422 422 403 302 403",
    "bench:bag GET": BENCH_RECORD,
    "bench:bag POST": "302 403 403 422 404 403 302 403",
    "bench:renew-code POST": "302 403 403 403 404 403 302 403",  # a manager's task
    "bench:put-back POST": "302 403 403 422 404 403 302 403",
    "bench:label GET": BENCH_RECORD,
    "bench:record GET": BENCH_RECORD,
    "bench:receipt GET": BENCH_RECORD,
    "hq:overview GET": HQ,
    "hq:stock GET": HQ,
    "hq:stock-csv GET": HQ,
    "hq:expiring GET": HQ,
    "hq:expiring-csv GET": HQ,
    "hq:medicine GET": HQ,
    "hq:prescriptions GET": HQ,
    "hq:prescriptions-csv GET": HQ,
    "hq:prescription GET": HQ,
    "hq:documents GET": HQ,
    "hq:documents-csv GET": HQ,
    "hq:document GET": HQ,
    "hq:issuers GET": HQ,
    "hq:health GET": HQ,
    "hq:retry POST": "302 403 403 403 403 302 302 403",
    "hq:verify POST": HQ,
    "stripe-webhook POST": "400 400 400 400 400 400 400 400",  # only a signature opens it
    "api:health GET": ANYONE,
    "api:hand_in POST": "401 401 401 401 401 401 401 401",  # only a credential opens it
    "api:follow GET": "401 401 401 401 401 401 401 401",
    "api:api-root GET": "404 404 404 404 404 404 404 404",
    "api:openapi-json GET": ANYONE,
    "customer:home GET": CUSTOMERS,
    "customer:prescriptions GET": CUSTOMERS,
    "customer:prescription GET": CUSTOMER_RECORD,
    "customer:reorder POST": "302 409 404 403 403 403 403 403",
    "customer:choose-store GET": CUSTOMER_RECORD,
    "customer:choose-store POST": "302 422 404 403 403 403 403 403",
    "customer:orders GET": CUSTOMERS,
    "customer:order GET": CUSTOMER_RECORD,
    "customer:order-state GET": CUSTOMER_RECORD,
    "customer:pay GET": CUSTOMER_RECORD,
    "customer:pay POST": "302 422 404 403 403 403 403 403",
    "customer:cancel GET": CUSTOMER_RECORD,
    "customer:cancel POST": "302 302 404 403 403 403 403 403",
    "customer:receipt GET": CUSTOMER_RECORD,
    "customer:medicines GET": CUSTOMERS,
    "customer:me GET": CUSTOMERS,
}


def names(patterns: list[Any] | None = None, space: str = "") -> Iterator[str]:
    """The full name of every address; a nameless one by its route."""
    for each in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from names(each.url_patterns, inner)
        elif isinstance(each, URLPattern):
            yield space + (each.name or str(each.pattern))


def client_of(visitor: str, w: World) -> Client:
    """A browser as this visitor has it."""
    client = Client(raise_request_exception=False)
    if visitor == "customer":
        enter_as_customer(client, w.person)
    elif visitor == "other-customer":
        enter_as_customer(client, w.other_person)
    elif visitor == "no-second-factor":
        client.force_login(w.picker.user, backend=BACKEND)
    elif visitor != "anonymous":
        staff = {
            "pharmacist": w.checker, "other-pharmacist": w.stranger,
            "headquarters": w.headquarters, "disabled": w.manager,
        }[visitor]  # fmt: skip
        enter_as_staff(client, staff)
    return client


def records(w: World) -> dict[str, list[Any]]:
    """The record that each address is asked for; all of them belong to the first customer."""
    made = hq.at_each_step(w)
    given = hq.given(w)
    return {
        "gallery-room": ["hq"],
        "bench:review": [made["review"].external_id],
        "bench:pick": [made["pick"].external_id],
        "bench:pick-scan": [made["picking"].external_id],
        "bench:pick-finish": [made["picking"].external_id],
        "bench:check": [made["check"].external_id],
        "bench:bag": [made["ready"].external_id],
        "bench:renew-code": [made["ready"].external_id],
        "bench:put-back": [made["ready"].external_id],
        "bench:label": [made["ready"].external_id],
        "bench:record": [made["ready"].external_id],
        "bench:receipt": [given.issue.fulfilments.get().external_id],
        "hq:medicine": [w.amlodipine.code],
        "hq:prescription": [given.issue.prescription.external_id],
        "hq:document": [hq.refused().external_id],
        "api:follow": [uuid.uuid4()],
        "customer:prescription": [given.issue.prescription.external_id],
        "customer:reorder": [given.issue.prescription.external_id],
        "customer:choose-store": [made["to_choose"].issues.get(number=1).external_id],
        "customer:order": [made["pay"].external_id],
        "customer:order-state": [made["pay"].external_id],
        "customer:pay": [made["pay"].external_id],
        "customer:cancel": [made["pay"].external_id],
        "customer:receipt": [given.issue.fulfilments.get().external_id],
    }


def forms(w: World) -> dict[str, dict[str, str]]:
    """What is sent where an empty form would be refused to everyone."""
    dead = hq.dead_event()
    return {
        "choose-store": {"store": str(w.store.external_id)},
        "hq:retry": {"event": str(dead.message.event_id), "reaction": dead.reaction},
    }


def test_every_address_is_in_the_table_and_every_line_leads_somewhere() -> None:
    """Given the resolver, then its names are exactly those that the table judges."""
    assert {line.split()[0] for line in MATRIX} == set(names())


@pytest.mark.usefixtures("peer")
def test_nobody_opens_what_is_not_theirs() -> None:
    """Given records of one customer at one store, then each visitor gets the answer of the table."""
    # given
    w = story.world()
    args, data = records(w), forms(w)
    Staff.objects.filter(pk=w.manager.pk).update(is_active=False)
    clients = {visitor: client_of(visitor, w) for visitor in VISITORS}
    cookies = {visitor: copy.deepcopy(client.cookies) for visitor, client in clients.items()}
    # when
    wrong = []
    for line, expected in MATRIX.items():
        name, method = line.split()
        path = reverse(name, args=args.get(name, []))
        for visitor, wanted in zip(VISITORS, expected.split(), strict=True):
            clients[visitor].cookies = copy.deepcopy(cookies[visitor])
            got = ask(clients[visitor], method, path, data.get(name, {}))
            if got != int(wanted):
                wrong.append(f"{line} as {visitor}: {got} instead of {wanted}")
    # then
    assert wrong == []


def ask(client: Client, method: str, path: str, data: dict[str, str]) -> int:
    """The status of one request, whose effects are undone."""
    with transaction.atomic():
        status = getattr(client, method.lower())(path, data).status_code
        transaction.set_rollback(True)
    return status
