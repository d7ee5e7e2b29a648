"""The store's work as one list, by what has to be done next, the oldest first.

Four queries at any length. The list names nobody: it shows a masked name, never the whole one.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pharmacy.core import clock
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people.models import Store
from pharmacy.workbench import words
from prescriptions.models import Dispense, Finding, Review

LIMIT = 300
LIVE = (
    "in-review", "awaiting-payment", "out-of-stock", "in-preparation", "ready", "part-handed-over",
)  # fmt: skip
# What to do: its words, its icon, and the minutes after which it is late (0: no hurry here).
KINDS: dict[str, tuple[str | Promise, str, int]] = {
    "review": (pgettext_lazy("bench", "Review"), "clipboard-check", 10),
    "pick": (pgettext_lazy("bench", "Pick"), "boxes", 15),
    "check": (pgettext_lazy("bench", "Check"), "shield-check", 10),
    "hand-over": (pgettext_lazy("bench", "Hand over"), "package-check", 0),
    "waiting": (pgettext_lazy("bench", "Waiting"), "clock", 0),
}
WAITS = {
    "awaiting-payment": _("for payment"),
    "part-handed-over": _("for payment"),
    "out-of-stock": _("for stock"),
    "in-review": _("order being written"),
}


@dataclass(frozen=True)
class Row:
    """One piece of work: where it leads, whose it is (masked), how old, how grave."""

    kind: str
    key: str  # what the row opens: the bag when there is one to check or to give, else the order
    fulfilment: str
    href: str
    who: str
    medicines: int
    since: dt.datetime
    severity: int | None  # None: not examined yet
    is_unchecked: bool
    note: str | Promise
    number: str

    @property
    def minutes(self) -> int:
        """How long it has waited."""
        return max(0, int((clock.now() - self.since).total_seconds() // 60))

    @property
    def age(self) -> str:
        """The same in words."""
        return words.age_of_work(self.minutes)

    @property
    def tone(self) -> str:
        """`late`, `soon` or nothing, by the time this kind of work may take."""
        allowed = KINDS[self.kind][2]
        if not allowed or self.note:
            return ""
        if self.minutes >= allowed:
            return "late"
        return "soon" if self.minutes * 10 >= allowed * 7 else ""


@dataclass(frozen=True)
class Group:
    """The rows of one kind of work."""

    kind: str
    rows: list[Row]

    @property
    def label(self) -> str | Promise:
        """Its words."""
        return KINDS[self.kind][0]

    @property
    def icon(self) -> str:
        """Its icon."""
        return KINDS[self.kind][1]


@dataclass(frozen=True)
class Queue:
    """Everything the queue pane shows."""

    groups: list[Group]
    kind: str  # the filter, or nothing
    here: str  # the id of the record that is open
    is_cut: bool

    @property
    def shown(self) -> list[Group]:
        """The groups that the filter lets through and that hold something."""
        return [g for g in self.groups if g.rows and self.kind in {"", g.kind}]

    @property
    def total(self) -> int:
        """Pieces of work in all."""
        return sum(len(group.rows) for group in self.groups)

    def next_after(self, key: str, kind: str = "review") -> Row | None:
        """The next row of a kind after the open one; the first one when that is not listed."""
        rows = next(group.rows for group in self.groups if group.kind == kind)
        keys = [row.key for row in rows]
        rest = rows[keys.index(key) + 1 :] + rows[: keys.index(key)] if key in keys else rows
        return rest[0] if rest else None


def load(*, store: Store, kind: str = "", here: str = "") -> Queue:
    """The live work of a store.

    Args:
        kind: a key of KINDS to show only that; anything else shows all.
        here: external id of the fulfilment or the bag that is open.
    """
    kind = kind if kind in KINDS else ""
    found = list(_fulfilments(store)[: LIMIT + 1])
    graves = _severities(f.issue_id for f in found if f.stage == "in-review")
    rows = [row for each in found[:LIMIT] if (row := _row(each, graves, kind))]
    groups = [Group(name, [row for row in rows if row.kind == name]) for name in KINDS]
    for group in groups:
        group.rows.sort(key=lambda row: (bool(row.note), row.since))
    return Queue(groups, kind, here, len(found) > LIMIT)


def done_today(*, store: Store) -> dict[str, int]:
    """What the store did since midnight of its own calendar: two queries."""
    zone = zoneinfo.ZoneInfo(store.time_zone)
    since = dt.datetime.combine(clock.today(store.time_zone), dt.time(), tzinfo=zone)
    said = Review.objects.filter(store=store, decided_at__gte=since)
    given = Dispense.objects.filter(store=store, handed_over_at__gte=since)
    return {
        **said.aggregate(
            approved=Count("pk", filter=Q(decision="approve")),
            declined=Count("pk", filter=Q(decision="decline")),
        ),
        "handed_over": given.count(),
    }


def _fulfilments(store: Store) -> Any:
    # An approval counts for the store that holds the issue, since this order began.
    approved = Review.objects.filter(
        issue=OuterRef("issue"), store=store, decision="approve",
        decided_at__gte=OuterRef("started_at"),
    )  # fmt: skip
    open_bags = Dispense.objects.filter(stage__in=["picking", "picked", "ready"])
    return (
        Fulfilment.objects.filter(store=store, stage__in=LIVE)
        .exclude(issue__use__in=["not-dispensed", "cancelled", "expired"])
        .select_related("issue__prescription", "order")
        .prefetch_related(Prefetch("issue__dispenses", open_bags, to_attr="open_bags"))
        .annotate(
            is_approved=Exists(approved),
            medicines=Count("issue__lines", distinct=True),
        )
        .order_by("started_at", "pk")
    )


def _severities(issues: Iterable[int]) -> dict[int, tuple[int, bool]]:
    """Of each issue's newest run: the gravest alert, and whether a rule could not be checked."""
    newest: dict[int, dt.datetime] = {}
    graves: dict[int, tuple[int, bool]] = {}
    rows = Finding.objects.filter(issue_id__in=list(issues)).order_by("-found_at")
    for issue, at, state, severity in rows.values_list("issue_id", "found_at", "state", "severity"):
        if newest.setdefault(issue, at) != at:
            continue
        grave, is_open = graves.get(issue, (0, False))
        grave = max(grave, severity if state == "alert" else 0)
        graves[issue] = (grave, is_open or state == "not-checked")
    return graves


def _kind(row: Any, bag: Dispense | None) -> str:
    if row.stage == "in-review":
        return "waiting" if row.is_approved and row.order_id is None else "review"
    if row.stage == "in-preparation":
        return "check" if bag and bag.stage == "picked" else "pick"
    return "hand-over" if row.stage == "ready" else "waiting"


def _row(row: Any, graves: dict[int, tuple[int, bool]], wanted: str) -> Row | None:
    bag = next(iter(row.issue.open_bags), None)
    kind = _kind(row, bag)
    grave = graves.get(row.issue_id)
    return Row(
        kind=kind,
        key=str(bag.external_id if bag and kind in {"check", "hand-over"} else row.external_id),
        fulfilment=str(row.external_id),
        href=_href(row, bag, kind) + (f"?kind={wanted}" if wanted else ""),
        who=words.masked(row.issue.prescription.patient_name),
        medicines=row.medicines,
        since=_since(row, bag, kind),
        severity=grave[0] if grave else None,
        is_unchecked=bool(grave and grave[1]),
        note=_note(row, kind),
        number=row.order.number if row.order else "",
    )


def _href(row: Any, bag: Dispense | None, kind: str) -> str:
    if bag and kind in {"check", "hand-over"}:
        name = "bench:check" if kind == "check" else "bench:bag"
        return reverse(name, args=[bag.external_id])
    return reverse("bench:pick" if kind == "pick" else "bench:review", args=[row.external_id])


def _since(row: Any, bag: Dispense | None, kind: str) -> dt.datetime:
    if bag is None:
        return row.started_at
    return bag.checked_at if kind == "hand-over" and bag.checked_at else bag.started_at


def _note(row: Any, kind: str) -> str | Promise:
    if kind == "waiting":
        return WAITS[row.stage]
    if kind == "review" and row.issue.prescription.review == "queried":
        return _("asked the prescriber")
    return ""
