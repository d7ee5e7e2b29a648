"""What ends by the calendar: fills that nobody took in time, and prescriptions that are over.

A fill that a store took in time may be finished; until then its prescription stays active.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from pharmacy.core import clock, locking
from pharmacy.core.errors import Conflict
from pharmacy.core.states import advance
from prescriptions.claiming import UNDER_WAY
from prescriptions.models import Issue, Prescription

BY = "system:calendar"
FARTHEST_WEST = "Etc/GMT+12"  # where a day ends last
UNUSED = ("future", "available")


def expire_due(*, limit: int = 500) -> int:
    """Expire what is over in the time zone of its issuer, each prescription by itself.

    Returns how many prescriptions expired.
    Locks: the issues of one prescription, then the prescription.
    """
    earliest = clock.today(FARTHEST_WEST) + dt.timedelta(days=1)
    has_unused = Exists(Issue.objects.filter(prescription=OuterRef("pk"), use__in=UNUSED))
    is_under_way = Exists(Issue.objects.filter(prescription=OuterRef("pk"), use__in=UNDER_WAY))
    over = Prescription.objects.filter(
        Q(has_unused) | ~Q(is_under_way), validity="active", valid_until__lte=earliest
    )
    return sum(_expire(row) for row in over.select_related("issuer").order_by("pk")[:limit])


def _expire(row: Prescription) -> int:
    if row.valid_until >= clock.today(row.issuer.time_zone):
        return 0
    try:
        return _expire_now(row)
    except Conflict:  # somebody works on it; the next sweep looks again
        return 0


@transaction.atomic
def _expire_now(row: Prescription) -> int:
    fills = locking.rows(Issue.objects.filter(prescription=row))
    for fill in fills:
        if fill.use in UNUSED:
            advance(fill, "expired", by=BY, field="use")
    [locked] = locking.rows(Prescription.objects.filter(pk=row.pk))
    if locked.validity != "active" or any(fill.use in UNDER_WAY for fill in fills):
        return 0
    advance(locked, "expired", by=BY, field="validity")
    return 1
