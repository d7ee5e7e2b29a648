"""Where prescriptions stand: one row a fill cycle, its stage, the funnel, the time in each stage.

The stage is the one of the order while one lives, else what the fill cycle itself says.
Nothing here reads what identifies a patient.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from pharmacy.fulfilment.models import STAGES as ORDER_STAGES
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.headquarters import words
from pharmacy.people.models import Store
from prescriptions.models import Issue, Issuer

# On their way to a patient: everything that still asks somebody to do something.
ON_THE_WAY = (
    "to-choose", "in-review", "out-of-stock", "awaiting-payment", "in-preparation", "ready",
    "part-handed-over",
)  # fmt: skip
ENDED = ("declined", "cancelled")
SORTS = {
    "received": "prescription__received_at",
    "stage": "stage",
    "store": "store_code",
    "hospital": "prescription__issuer__name",
}
# Fields of a prescription that no list of headquarters loads: they hold the patient.
PATIENT = (
    "prescription__patient_name", "prescription__patient_birth_date", "prescription__allergies",
    "prescription__diagnoses", "prescription__note",
)  # fmt: skip


@dataclass(frozen=True)
class StageTime:
    """How long orders stayed in a stage, in seconds: the middle one and the slowest tenth."""

    left: int
    median: float
    p90: float


@dataclass(frozen=True)
class StageRow:
    """One stage of the funnel: how many stand in it now, and how long it takes."""

    code: str
    count: int
    share: int | None  # of the fullest one under way, 0 to 100; None for what has ended
    time: StageTime | None


def fills() -> QuerySet[Any]:
    """Every fill cycle with its `stage`, its `store_code` and since when a store has it."""
    latest = Fulfilment.objects.filter(issue=OuterRef("pk")).order_by("-started_at", "-pk")
    live = [stage for stage in ORDER_STAGES.table if stage not in ENDED]
    return (
        Issue.objects.annotate(
            order_stage=Subquery(latest.values("stage")[:1]),
            store_code=Coalesce(
                Subquery(latest.values("store__code")[:1]), Value(""), output_field=CharField()
            ),
            order_number=Subquery(latest.values("order__number")[:1]),
            at_store_since=Subquery(latest.values("started_at")[:1]),
        )
        .annotate(
            stage=Case(
                When(order_stage__in=live, then=F("order_stage")),
                When(use="available", then=Value("to-choose")),
                When(order_stage__in=ENDED, then=F("order_stage")),
                When(use__in=["future", "cancelled", "expired", "not-dispensed"], then=F("use")),
                default=Value("completed"),
                output_field=CharField(),
            )
        )
        .select_related("prescription__issuer")
        .defer(*PATIENT)
    )


def wanted(
    *, stage: str = "", store: Store | None = None, issuer: str = "", text: str = ""
) -> QuerySet[Any]:
    """Fill cycles by stage, store, hospital (code), and order number or id.

    Args:
        stage: one of `words.STAGES`, `on-the-way` for all that somebody waits for, or nothing
            for all that have begun.
    """
    found = fills()
    if stage == "on-the-way":
        found = found.filter(stage__in=ON_THE_WAY)
    else:
        found = found.filter(stage=stage) if stage else found.exclude(stage="future")
    if store is not None:
        found = found.filter(store_code=store.code)
    if issuer:
        found = found.filter(prescription__issuer__code=issuer)
    return found.filter(_match(text)) if text else found


def _match(text: str) -> Q:
    """An order number, a whole id, or the hospital's own number of the prescription."""
    match = Q(order_number=text) | Q(prescription__issuer_identifier=text)
    try:
        return match | Q(prescription__external_id=uuid.UUID(text))
    except ValueError:
        return match


def counted(found: QuerySet[Any]) -> dict[str, int]:
    """Fill cycles by stage; one query."""
    rows = found.order_by().values("stage").annotate(n=Count("pk"))
    return {row["stage"]: row["n"] for row in rows}


def funnel(counts: dict[str, int], times: dict[str, StageTime]) -> list[StageRow]:
    """The stages in the order of their way; ends that nobody reached are left out."""
    most = max((counts.get(code, 0) for code in ON_THE_WAY), default=0) or 1
    return [
        StageRow(code, n, round(n * 100 / most) if code in ON_THE_WAY else None, times.get(code))
        for code in words.STAGES
        if (n := counts.get(code, 0)) or code in {*ON_THE_WAY, "completed"}
    ]


def times(*, since: dt.datetime) -> dict[str, StageTime]:
    """How long orders stayed in each stage that they left since then, by the audit log."""
    with connection.cursor() as cursor:
        cursor.execute(_TIMES, [since, since])
        return {
            stage: StageTime(left, float(median), float(p90))
            for stage, left, median, p90 in cursor.fetchall()
        }


def issuers() -> list[Issuer]:
    """Every hospital, by name."""
    return list(Issuer.objects.only("code", "name", "external_id").order_by("name", "code"))


def with_items(rows: Sequence[Issue]) -> dict[int, int]:
    """How many medicines each prescription of these rows has; one query."""
    keys = {row.prescription_id for row in rows}
    found = (
        Issue.objects.filter(prescription__in=keys)
        .values("prescription_id")
        .annotate(n=Count("prescription__items", distinct=True))
    )
    return {row["prescription_id"]: row["n"] for row in found.order_by()}


# A step ends where the next one begins; the first begins when the store got the prescription.
_TIMES = """
WITH step AS (
    SELECT entry.subject, entry.at, entry.facts->>'origin' AS stage,
           LAG(entry.at) OVER (PARTITION BY entry.subject ORDER BY entry.id) AS since
    FROM core_auditentry entry
    WHERE entry.subject LIKE 'fulfilment:%%' AND entry.action LIKE 'fulfilment.%%'
), stay AS (
    SELECT step.stage, EXTRACT(EPOCH FROM step.at - COALESCE(step.since, row.started_at)) AS seconds
    FROM step
    JOIN fulfilment_fulfilment row ON row.external_id = substr(step.subject, 12)::uuid
    WHERE step.at >= %s
    UNION ALL
    SELECT 'to-choose', EXTRACT(EPOCH FROM row.started_at - rx.received_at)
    FROM fulfilment_fulfilment row
    JOIN prescriptions_issue issue ON issue.id = row.issue_id AND issue.number = 1
    JOIN prescriptions_prescription rx ON rx.id = issue.prescription_id
    WHERE row.started_at >= %s
)
SELECT stage, COUNT(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds)
FROM stay WHERE stage IS NOT NULL GROUP BY stage
"""
