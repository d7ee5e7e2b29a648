"""What needs the customer now: a code to collect, a payment, a new prescription, a due refill."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pharmacy.core import clock
from pharmacy.core.money import Money
from pharmacy.formulary.models import Medicine
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people.models import Person, Store
from pharmacy.storefront import progress
from pharmacy.storefront.progress import Progress
from prescriptions.models import HandoverCode, Issue, IssueLine

AGREED = _("The pharmacist agreed")
# As long as a refusal stays on the first page; afterwards it is found among the orders.
REFUSAL_DAYS = 3


@dataclass(frozen=True)
class Need:
    """One thing that waits for the customer, with the one step that settles it."""

    kind: str  # collect, pay, balance, declined, arrived
    icon: str
    title: str | Promise
    href: str
    label: str | Promise
    text: str | Promise = ""
    store: Store | None = None
    amount: Money | None = None
    digits: str = ""
    hospital: str = ""
    medicines: tuple[Medicine, ...] = ()
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Underway:
    """An order on its way that asks nothing of the customer now."""

    row: Fulfilment
    progress: Progress


def of(person: Person) -> tuple[list[Need], list[Underway]]:
    """What needs the person, what to collect first, and what is on its way; four queries."""
    rows = _live(person)
    codes = _codes(rows)
    needs = [need for row in rows if (need := _need(row, codes.get(row.issue_id, "")))]
    order = ["collect", "pay", "balance", "declined", "arrived"]
    needs += [_arrived(issue) for issue in _new(person)]
    waiting = [
        Underway(row, progress.of_order(row))
        for row in rows
        if row.stage not in {"ready", "awaiting-payment", "declined"}
    ]
    return sorted(needs, key=lambda need: order.index(need.kind)), waiting


def _live(person: Person) -> list[Fulfilment]:
    given = Count("issue__dispenses", filter=Q(issue__dispenses__stage="handed-over"))
    since = clock.now() - dt.timedelta(days=REFUSAL_DAYS)
    rows = Fulfilment.objects.filter(
        ~Q(stage__in=progress.ENDED) | Q(stage="declined", started_at__gte=since), person=person
    )
    joined = rows.select_related("store", "order", "issue__prescription__issuer")
    return list(joined.annotate(given=given).order_by("started_at"))


def _codes(rows: list[Fulfilment]) -> dict[int, str]:
    """The digits of every waiting bag, by its issue."""
    ready = [row.issue_id for row in rows if row.stage == "ready"]
    if not ready:
        return {}
    found = HandoverCode.objects.filter(
        dispense__issue__in=ready, dispense__stage="ready", used_at=None, expires_at__gt=clock.now()
    )
    return {code.dispense.issue_id: code.code for code in found.select_related("dispense")}


def _new(person: Person) -> list[Issue]:
    """First issues that may be sent to a store today and were not."""
    live = Fulfilment.objects.exclude(stage__in=["declined", "cancelled"])
    today = clock.today(settings.CHAIN_TIME_ZONE)
    rows = Issue.objects.filter(
        prescription__person=person, prescription__validity="active", number=1, use="available"
    ).filter(~Exists(live.filter(issue=OuterRef("pk"))), opens_on__lte=today, closes_on__gte=today)
    named = IssueLine.objects.select_related("item__medicine").order_by("pk")
    joined = rows.select_related("prescription__issuer").order_by("-opens_on", "-pk")
    return list(joined.prefetch_related(Prefetch("lines", queryset=named)))


def _need(row: Fulfilment, digits: str) -> Need | None:
    href = reverse("customer:order", args=[row.external_id])
    if row.stage == "ready":
        return Need(
            "collect", "package-check", _("Your medicine is ready"), href, _("Show my code"),
            store=row.store, digits=digits,
        )  # fmt: skip
    if row.stage == "declined":
        return Need(
            "declined", "circle-alert", _("Not approved"), href, _("See the order"),
            progress.DECLINED, row.store,
        )  # fmt: skip
    if row.stage != "awaiting-payment":
        return None
    pay = reverse("customer:pay", args=[row.external_id])
    if row.given:  # type: ignore[attr-defined]
        return Need("balance", "package-open", _("The rest of your order is set aside"), pay,
                    _("Pay for the rest"), progress.BALANCE, row.store)  # fmt: skip
    total = Money.of(row.placed_order.total_incl_tax, row.placed_order.currency)
    title = _("Waiting for your payment") if progress.is_paid_first(row) else AGREED
    return Need(
        "pay", "wallet", title, pay, _("Pay"),
        _("Your medicine is set aside. Pay to have it prepared."), row.store, total,
    )  # fmt: skip


def _arrived(issue: Issue) -> Need:
    return Need(
        "arrived", "file-text", _("A prescription has arrived"),
        reverse("customer:choose-store", args=[issue.external_id]), _("Choose a store"),
        _("It is genuine and ready for you. Choose where you want to collect it."),
        hospital=issue.prescription.issuer.name,
        medicines=tuple(line.item.medicine for line in issue.lines.all() if line.item.medicine),
        at=issue.prescription.issued_at,
    )  # fmt: skip
