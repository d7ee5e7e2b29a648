"""Reading one's own records: what is not one's own, or was not granted, is not found."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from inventory import availability
from inventory.availability import StoreOffer
from inventory.reservation import Want
from pharmacy.core import clock
from pharmacy.core.money import Money
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people import access
from pharmacy.people.models import Person, Store
from pharmacy.storefront import law, progress
from pharmacy.storefront.errors import RecordMissing
from pharmacy.storefront.progress import Progress
from prescriptions.models import HandoverCode, Issue, IssueLine, Prescription, PrescriptionItem

PAGE = 60


@dataclass(frozen=True)
class Card:
    """A prescription with how it stands."""

    prescription: Prescription
    issues: list[Issue]
    progress: Progress

    @property
    def left(self) -> int:
        """Issues that nobody has used yet."""
        return sum(issue.use in {"future", "available"} for issue in self.issues)


@dataclass(frozen=True)
class Line:
    """A medicine of a prescription: whole packs, the chain's price, usage text only if allowed."""

    item: PrescriptionItem
    price: Money | None
    is_dose_shown: bool


def _require(viewer: Person, owner: Person | None, scope: str) -> None:
    try:
        access.require_own(viewer=viewer, owner=owner, scope=scope)
    except access.NotYours as error:
        raise RecordMissing from error


def fulfilment(*, viewer: Person, key: uuid.UUID, scope: str = "view") -> Fulfilment:
    """An order that the viewer may see.

    Raises:
        RecordMissing: there is none, or it is somebody else's.
    """
    rows = Fulfilment.objects.select_related(
        "order", "store", "person", "issue__prescription__issuer"
    )
    found = rows.filter(external_id=key).first()
    if found is None:
        raise RecordMissing
    _require(viewer, found.person, scope)
    return found


def prescription(*, viewer: Person, key: uuid.UUID, scope: str = "view") -> Prescription:
    """A prescription that the viewer may see.

    Raises:
        RecordMissing: there is none, or it is somebody else's.
    """
    found = _prescriptions().filter(external_id=key).first()
    if found is None:
        raise RecordMissing
    _require(viewer, found.person, scope)
    return found


def issue(*, viewer: Person, key: uuid.UUID) -> Issue:
    """An issue that the viewer may order.

    Raises:
        RecordMissing: there is none, or it is somebody else's.
    """
    rows = Issue.objects.select_related("prescription__issuer", "prescription__person")
    found = rows.filter(external_id=key).first()
    if found is None:
        raise RecordMissing
    _require(viewer, found.prescription.person, "order")
    return found


def _prescriptions() -> QuerySet[Prescription]:
    orders = Fulfilment.objects.select_related("store").order_by("-started_at")
    issues = Issue.objects.order_by("number").prefetch_related(
        Prefetch("fulfilments", queryset=orders, to_attr="orders")
    )
    return Prescription.objects.select_related("issuer", "person").prefetch_related(
        Prefetch("issues", queryset=issues, to_attr="cycles"), "items__medicine"
    )


def card(row: Prescription) -> Card:
    """How a prescription of `prescription` or `cards` stands; no query."""
    cycles: list[Issue] = row.cycles  # type: ignore[attr-defined]
    orders = [order for cycle in cycles for order in cycle.orders]  # type: ignore[attr-defined]
    orders.sort(key=lambda order: order.started_at, reverse=True)
    return Card(row, cycles, progress.of_prescription(row, cycles, orders))


def cards(person: Person) -> list[Card]:
    """The prescriptions of a person, the newest first; five queries at any length."""
    rows = _prescriptions().filter(person=person).order_by("-issued_at", "-pk")[:PAGE]
    return [card(row) for row in rows]


def lines(row: Prescription) -> list[Line]:
    """The medicines of a prescription of `prescription`; no query."""
    is_reviewed = row.review == "approved"
    return [
        Line(item, _price(item), law.may_show_dose(item.medicine, is_reviewed=is_reviewed))
        for item in row.items.all()
    ]


def _price(item: PrescriptionItem) -> Money | None:
    if item.medicine is None:
        return None
    return Money(item.medicine.price_minor) * (-(-item.quantity // item.medicine.pack_size))


def lines_of_issue(row: Issue) -> list[IssueLine]:
    """What an issue gives, with the medicines."""
    return list(row.lines.select_related("item__medicine"))


def offers(lines: Iterable[IssueLine], *, stores: list[Store] | None = None) -> list[StoreOffer]:
    """What every open store (or the given ones) answers; the best first.

    A medicine that the formulary does not have, or that may not be sold online, has no offers.
    """
    wanted = [line for line in lines if line.owed]
    wants = [
        Want(medicine=medicine, quantity=line.owed)
        for line in wanted
        if (medicine := line.item.medicine) and law.may_buy_online(medicine)
    ]
    if len(wants) < len(wanted):
        return []
    return availability.at_stores(lines=wants, stores=stores)


def store(key: str) -> Store | None:
    """A store by its external id; whether it takes orders is the domain's to say."""
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return None
    return Store.objects.filter(external_id=wanted, kind="store").first()


def my_store(person: Person) -> Store | None:
    """The store of somebody's latest order, else the first open one with a telephone."""
    latest = Fulfilment.objects.filter(person=person).select_related("store")
    row = latest.order_by("-started_at").first()
    if row is not None:
        return row.store
    return (
        Store.objects.filter(kind="store", is_open=True).exclude(phone="").order_by("code").first()
    )


def orders(person: Person) -> list[Fulfilment]:
    """The orders of a person, the newest first; one query."""
    rows = Fulfilment.objects.filter(person=person).select_related(
        "store", "order", "issue__prescription__issuer"
    )
    return list(rows.order_by("-started_at", "-pk")[:PAGE])


def waiting_code(row: Fulfilment) -> HandoverCode | None:
    """The code of the bag that waits to be collected, for the owner's own page only."""
    found = HandoverCode.objects.filter(
        dispense__issue=row.issue_id, dispense__stage="ready", used_at=None
    )
    return found.select_related("dispense").first()


def is_past(code: HandoverCode) -> bool:
    """Whether a code no longer opens anything."""
    return code.expires_at <= clock.now()
