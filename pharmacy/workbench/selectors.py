"""Reading one record of one store; what belongs to another store is not found."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Q

from inventory.models import ReservationPick
from pharmacy.core import clock
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people.models import Staff, Store
from pharmacy.workbench.errors import RecordMissing
from prescriptions.models import Dispense, DispenseLine, Issue, IssueLine

OPEN_BAG = ("picking", "picked", "ready")


@dataclass(frozen=True)
class Place:
    """A line of a bag and where its packs lie: `shelf`, `fridge` or nothing known."""

    line: DispenseLine
    kind: str

    @property
    def packs(self) -> int:
        """Whole packs of this line."""
        return self.line.quantity // self.line.issue_line.item.known_medicine.pack_size


def fulfilment(*, store: Store, key: uuid.UUID) -> Fulfilment:
    """A fulfilment of this store.

    Raises:
        RecordMissing: there is none of this id here.
    """
    rows = Fulfilment.objects.select_related(
        "order", "person", "store", "issue__prescription__issuer", "issue__prescription__source"
    )
    found = rows.filter(store=store, external_id=key).first()
    if found is None:
        raise RecordMissing
    return found


def bag(*, store: Store, key: uuid.UUID) -> Dispense:
    """A bag of this store with the people who worked on it.

    Raises:
        RecordMissing: there is none of this id here.
    """
    rows = Dispense.objects.select_related(
        "issue__prescription", "store", "picker", "checker", "handed_over_by"
    )
    found = rows.filter(store=store, external_id=key).first()
    if found is None:
        raise RecordMissing
    return found


def fulfilment_of(bag: Dispense) -> Fulfilment:
    """The fulfilment that a bag belongs to at its store."""
    rows = Fulfilment.objects.select_related("order").filter(issue_id=bag.issue_id, store=bag.store)
    found = rows.exclude(stage__in=["declined", "cancelled"]).first() or rows.last()
    if found is None:
        raise RecordMissing
    return found


def open_bag(issue: Issue) -> Dispense | None:
    """The bag of an issue that is not handed over yet."""
    rows = issue.dispenses.filter(stage__in=OPEN_BAG)
    return rows.select_related("picker", "checker", "store", "issue__prescription").first()


def lines_of_issue(issue: Issue) -> list[IssueLine]:
    """What an issue gives, with the medicines."""
    return list(issue.lines.select_related("item__medicine"))


def places_of(bag: Dispense, *, owner: str) -> list[Place]:
    """The lines of a bag in picking order: by medicine, first expired first.

    Args:
        owner: the key of the stock reservation, which knows the place of each lot.
    """
    rows = bag.lines.select_related("issue_line__item__medicine")
    held = ReservationPick.objects.filter(line__reservation__owner=owner)
    kinds = dict(held.values_list("lot_id", "location__kind"))
    ordered = rows.order_by("issue_line__item__line", "expiry_date", "pk")
    return [Place(line, kinds.get(line.lot_id, "")) for line in ordered]


def may_check(bag: Dispense) -> list[Staff]:
    """Licensed pharmacists of the store who did not pick the bag, by name."""
    here = Q(roles__store=bag.store) | Q(roles__store=None)
    return list(
        Staff.objects.filter(here, roles__role="pharmacist", is_active=True)
        .exclude(licence_number="")
        .filter(licence_until__gte=clock.today(bag.store.time_zone))
        .exclude(pk=bag.picker_id)
        .order_by("name")
        .distinct()
    )


def picking_with(*, store: Store, barcode: str) -> list[Dispense]:
    """Bags that are being picked here and hold a medicine of this barcode."""
    rows = Dispense.objects.filter(store=store, stage="picking")
    return list(
        rows.filter(lines__issue_line__item__medicine__barcode=barcode)
        .distinct()
        .order_by("started_at")
        .select_related("issue")
    )


def wanting(*, store: Store, barcode: str) -> list[Fulfilment]:
    """Orders of this store that wait to be picked and need a medicine of this barcode."""
    rows = Fulfilment.objects.filter(store=store, stage="in-preparation")
    return list(
        rows.filter(issue__lines__item__medicine__barcode=barcode).distinct().order_by("started_at")
    )


def balance_after(bag: Dispense) -> list[tuple[IssueLine, int]]:
    """What the pharmacy still owes once this bag is handed over: (line, base units)."""
    given: dict[int, int] = {}
    if bag.stage != "handed-over":
        for line in bag.lines.all():
            given[line.issue_line_id] = given.get(line.issue_line_id, 0) + line.quantity
    rest = [(line, line.owed - given.get(line.pk, 0)) for line in lines_of_issue(bag.issue)]
    return [(line, units) for line, units in rest if units > 0]
