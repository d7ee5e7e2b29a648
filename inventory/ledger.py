"""The only writer of movements and of what is on hand: both in one transaction.

A caller holds the locks of `inventory.locking` for every pair of store and medicine it names.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from inventory.errors import InsufficientStock
from inventory.models import Location, Lot, Movement, MovementLine
from pharmacy.core import audit, clock, idempotency


@dataclass(frozen=True)
class Leg:
    """Base units of a lot going from one location to another."""

    lot: Lot
    origin: Location
    target: Location
    quantity: int


def known(*, key: str, request: Any) -> Movement | None:
    """The movement that this key made before.

    Raises:
        KeyReused: the key came before with another request.
    """
    movement = Movement.objects.filter(key=key).first()
    if movement and movement.fingerprint != idempotency.fingerprint(request):
        raise idempotency.KeyReused(key=key)
    return movement


def post(
    *,
    key: str,
    request: Any,
    kind: str,
    by: str,
    legs: Sequence[Leg],
    reason: str = "",
    source: str = "",
    reverses: Movement | None = None,
    occurred_at: dt.datetime | None = None,
    held: bool = False,
) -> Movement:
    """Write a movement with its lines and carry its balances along.

    Args:
        request: what was asked under the key, JSON-able.
        held: the quantities were reserved before and leave the reserved part too.

    Raises:
        InsufficientStock: an origin holds fewer free units. Nothing is written.
    Idempotent by: key, which the caller checks with `known` under its lock.
    """
    now = clock.now()
    movement = Movement.objects.create(
        key=key,
        fingerprint=idempotency.fingerprint(request),
        kind=kind,
        actor=by,
        reason=reason,
        source=source,
        reverses=reverses,
        occurred_at=occurred_at or now,
        recorded_at=now,
    )
    MovementLine.objects.bulk_create(
        MovementLine(
            movement=movement,
            lot=leg.lot,
            from_location=leg.origin,
            to_location=leg.target,
            quantity=leg.quantity,
        )
        for leg in legs
    )
    _take_out(legs, held=held)
    _put_in(legs, now)
    audit.record(
        by=by,
        action=f"stock.{kind}",
        subject=movement.audit_subject,
        reason=reason,
        lines=len(legs),
    )
    return movement


_OUT = """
UPDATE inventory_lotbalance balance
SET on_hand = balance.on_hand - leg.quantity,
    reserved = balance.reserved - CASE WHEN %(held)s THEN leg.quantity ELSE 0 END
FROM unnest(%(lots)s::bigint[], %(places)s::bigint[], %(quantities)s::bigint[])
     AS leg(lot_id, location_id, quantity)
WHERE balance.lot_id = leg.lot_id AND balance.location_id = leg.location_id
  AND CASE WHEN %(held)s THEN balance.reserved ELSE balance.on_hand - balance.reserved END
      >= leg.quantity
"""
_IN = """
INSERT INTO inventory_lotbalance AS balance (lot_id, location_id, on_hand, reserved, received_at)
SELECT leg.lot_id, leg.location_id, leg.quantity, 0, %(now)s
FROM unnest(%(lots)s::bigint[], %(places)s::bigint[], %(quantities)s::bigint[])
     AS leg(lot_id, location_id, quantity)
ON CONFLICT (lot_id, location_id) DO UPDATE SET on_hand = balance.on_hand + excluded.on_hand
"""


def _take_out(legs: Sequence[Leg], *, held: bool) -> None:
    sums = _summed((leg.lot.pk, leg.origin, leg.quantity) for leg in legs)
    if sums["lots"]:
        with connection.cursor() as cursor:
            cursor.execute(_OUT, {**sums, "held": held})
            if cursor.rowcount != len(sums["lots"]):
                raise InsufficientStock(lots=sorted({leg.lot.number for leg in legs}))


def _put_in(legs: Sequence[Leg], now: dt.datetime) -> None:
    sums = _summed((leg.lot.pk, leg.target, leg.quantity) for leg in legs)
    if sums["lots"]:
        with connection.cursor() as cursor:
            cursor.execute(_IN, {**sums, "now": now})


def _summed(parts: Any) -> dict[str, list[int]]:
    """Sum up by lot and place, leaving out the virtual places, which keep no balance."""
    total: dict[tuple[int, int], int] = defaultdict(int)
    for lot_id, place, quantity in parts:
        if place.store_id is not None:
            total[lot_id, place.pk] += quantity
    ordered = sorted(total.items())
    return {
        "lots": [lot for (lot, _), _ in ordered],
        "places": [place for (_, place), _ in ordered],
        "quantities": [quantity for _, quantity in ordered],
    }
