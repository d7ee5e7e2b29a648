"""The stock of an order: promised when it is placed, promised again when the hold ran out.

A hold that ended never comes back under its key, so each new one has the next key.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from inventory import reservation
from inventory.errors import InsufficientStock, LotRecalled, ReservationClosed
from inventory.models import Reservation
from inventory.models.reservation import OPEN_STAGES
from pharmacy.core import audit
from pharmacy.fulfilment import ordering
from pharmacy.fulfilment.models import Fulfilment

HOLD = dt.timedelta(minutes=30)


def promise(*, row: Fulfilment, owner: str, by: str, ttl: dt.timedelta | None) -> str:
    """Set aside what the issue still needs; the code of the shortage, or nothing.

    Emits: StockReserved.   Idempotent by: owner.
    """
    try:
        with transaction.atomic():
            lines = ordering.wants(row.issue)
            reservation.reserve(owner=owner, store=row.store, lines=lines, by=by, ttl=ttl)
    except (InsufficientStock, LotRecalled) as shortage:
        return shortage.code
    return ""


def is_open(row: Fulfilment) -> bool:
    """Whether the promise of an order still stands."""
    return Reservation.objects.filter(owner=row.stock_owner, stage__in=OPEN_STAGES).exists()


def renew(*, row: Fulfilment, by: str, ttl: dt.timedelta | None) -> str:
    """Promise the stock of a locked order anew; the code of the shortage, or nothing.

    Emits: StockReserved.
    """
    shortage = promise(row=row, owner=row.owner_of_hold(row.hold + 1), by=by, ttl=ttl)
    if not shortage:
        row.hold += 1
        row.save(update_fields=["hold"])
        audit.record(by=by, action="fulfilment.held-again", subject=row.audit_subject)
    return shortage


def keep(*, row: Fulfilment, by: str) -> str:
    """Let a paid promise last, or make it anew; the code of the shortage, or nothing."""
    try:
        with transaction.atomic():
            reservation.keep(owner=row.stock_owner, by=by)
    except ReservationClosed:
        return renew(row=row, by=by, ttl=None)
    return ""
