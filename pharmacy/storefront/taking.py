"""The medicines somebody takes, by the prescription that gives them, and when to order again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Prefetch

from pharmacy.care import selectors as care
from pharmacy.care.selectors import MyMedicine
from pharmacy.core import clock
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people.models import Person
from pharmacy.storefront import progress
from prescriptions.models import Issue, IssueLine, Prescription, PrescriptionItem


@dataclass(frozen=True)
class Taken:
    """One medicine with how to take it; it was handed over, so its usage may be shown."""

    mine: MyMedicine
    item: PrescriptionItem | None


@dataclass
class Supply:
    """The medicines of one prescription, which are ordered again together.

    `refill` is `now`, `later` (from `opens_on`), `running` (an order is under way) or `renew`.
    """

    prescription: Prescription
    taken: list[Taken] = field(default_factory=list)
    refill: str = "renew"
    opens_on: dt.date | None = None
    running: Fulfilment | None = None

    @property
    def days_left(self) -> int:
        """Days until the first of them runs out."""
        return min(row.mine.days_left for row in self.taken)

    @property
    def next_due(self) -> dt.date:
        """When the first of them should be ordered again."""
        return min(row.mine.next_due_date for row in self.taken)

    @property
    def is_due(self) -> bool:
        """Whether it is time to order, and possible."""
        return self.refill == "now" and any(row.mine.is_due for row in self.taken)


def supplies(person: Person) -> list[Supply]:
    """What a person takes, what runs out first comes first; five queries at any length."""
    mine = care.my_medicines(person)
    issues = _issues([row.issue_key.removeprefix("issue:") for row in mine])
    found: dict[int, Supply] = {}
    for row in mine:
        issue = issues.get(row.issue_key.removeprefix("issue:"))
        if issue is None:
            continue
        supply = found.get(issue.prescription_id) or _supply(issue.prescription)
        supply.taken.append(Taken(row, _item(issue, row)))
        found[issue.prescription_id] = supply
    return list(found.values())


def _issues(keys: list[str]) -> dict[str, Issue]:
    if not keys:
        return {}
    orders = Fulfilment.objects.exclude(stage__in=progress.ENDED)
    cycles = Issue.objects.order_by("number").prefetch_related(
        Prefetch("fulfilments", queryset=orders, to_attr="running")
    )
    rows = (
        Issue.objects.filter(external_id__in=keys)
        .select_related("prescription__issuer")
        .prefetch_related(
            Prefetch("prescription__issues", queryset=cycles, to_attr="cycles"),
            Prefetch("lines", queryset=IssueLine.objects.select_related("item")),
        )
    )
    return {str(row.external_id): row for row in rows}


def _item(issue: Issue, row: MyMedicine) -> PrescriptionItem | None:
    items = [line.item for line in issue.lines.all()]
    return next((item for item in items if item.medicine_id == row.medicine.pk), None)


def _supply(prescription: Prescription) -> Supply:
    """Say when a prescription may be ordered again, by the rules of `fulfilment/reorder.py`."""
    cycles: list[Issue] = prescription.cycles  # type: ignore[attr-defined]
    running = [row for cycle in cycles for row in cycle.running]  # type: ignore[attr-defined]
    if running:
        return Supply(prescription, refill="running", running=running[0])
    unused = [cycle for cycle in cycles if cycle.use in {"future", "available"}]
    today = clock.today(prescription.issuer.time_zone)
    if prescription.validity != "active" or not unused or unused[0].closes_on < today:
        return Supply(prescription, refill="renew")
    opens_on = unused[0].opens_on
    return Supply(prescription, refill="later" if opens_on > today else "now", opens_on=opens_on)
