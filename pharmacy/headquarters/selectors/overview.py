"""The figures of the first page: this week against the week before, and the last days in bars."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from pharmacy.core import clock
from pharmacy.pieces.charts import Bar, bars
from prescriptions.models import Dispense, SourceDocument

WEEK = dt.timedelta(days=7)
DAYS = 7
WEEKDAYS = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]


@dataclass(frozen=True)
class Change:
    """So many in the last seven days, and so many in the seven before."""

    now: int
    before: int


def _weeks(field: str) -> dict[str, Count]:
    now = clock.now()
    return {
        "now": Count("pk", filter=Q(**{f"{field}__gt": now - WEEK})),
        "before": Count("pk", filter=Q(**{f"{field}__lte": now - WEEK})),
    }


def received() -> tuple[Change, Change]:
    """Documents that came, and those of them that were refused; one query."""
    rows = SourceDocument.objects.filter(received_at__gt=clock.now() - 2 * WEEK)
    refused = {
        f"refused_{name}": Count("pk", filter=Q(stage="refused") & count.filter)
        for name, count in _weeks("received_at").items()
    }
    sums = rows.aggregate(**_weeks("received_at"), **refused)
    came = Change(sums["now"], sums["before"])
    return came, Change(sums["refused_now"], sums["refused_before"])


def handed_over() -> Change:
    """Bags that patients took; one query."""
    rows = Dispense.objects.filter(handed_over_at__gt=clock.now() - 2 * WEEK)
    sums = rows.aggregate(**_weeks("handed_over_at"))
    return Change(sums["now"], sums["before"])


def a_day() -> list[Bar]:
    """Prescriptions received on each of the last days, in the chain's calendar; one query."""
    zone = zoneinfo.ZoneInfo(settings.CHAIN_TIME_ZONE)
    today = clock.today(settings.CHAIN_TIME_ZONE)
    first = today - dt.timedelta(days=DAYS - 1)
    start = dt.datetime.combine(first, dt.time.min, zone)
    rows = (
        SourceDocument.objects.filter(received_at__gte=start)
        .annotate(day=TruncDate("received_at", tzinfo=zone))
        .values("day")
        .annotate(n=Count("pk"))
        .order_by("day")
    )
    by_day = {row["day"]: row["n"] for row in rows}
    days = [first + dt.timedelta(days=n) for n in range(DAYS)]
    return bars([(_name(day), by_day.get(day, 0), str(by_day.get(day, 0))) for day in days])


def _name(day: dt.date) -> str:
    return str(WEEKDAYS[day.weekday()])
