"""Members and purchases for the points tests."""

from __future__ import annotations

import datetime as dt

from loyalty import membership
from loyalty.facts import PurchaseFact, PurchaseLine
from loyalty.models import MemberAccount
from pharmacy.core import clock
from pharmacy.people.models import Person

NOON = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)


def person(name: str = "Patient One") -> Person:
    return Person.objects.create(name=name, created_at=clock.now())


def member(name: str = "Patient One") -> MemberAccount:
    return membership.enrol(person=person(name), by="system:test")


def purchase(
    account: MemberAccount, *, key: str = "order:1", lines: list[PurchaseLine] | None = None,
    currency: str = "CNY", is_final: bool = True, channel: str = "online",
) -> PurchaseFact:  # fmt: skip
    return PurchaseFact(
        key=key,
        person_id=str(account.person.external_id),
        lines=lines or [otc(1250)],
        currency=currency,
        occurred_at=NOON,
        is_final=is_final,
        channel=channel,
    )


def otc(net_minor: int) -> PurchaseLine:
    return PurchaseLine(supply_class="otc-b", net_minor=net_minor)


def rx(net_minor: int) -> PurchaseLine:
    return PurchaseLine(supply_class="rx", net_minor=net_minor)
