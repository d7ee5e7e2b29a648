"""Which stores have it all, and at what price: three queries, however many stores and lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from inventory import fefo, shelf
from inventory.models import StorePartner
from inventory.reservation import Want
from pharmacy.core import clock
from pharmacy.core.money import Money
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Store


@dataclass(frozen=True)
class Missing:
    """What a store lacks: packs wanted and free, and why (`not-listed`, `split-pack`,
    `out-of-stock`, `too-few`).
    """

    medicine: Medicine
    wanted: int
    available: int
    reason: str


@dataclass(frozen=True)
class StoreOffer:
    """What a store says to a list of wants; the total covers the lines that it lists."""

    store: Store
    has_all: bool
    missing: list[Missing]
    total: Money


@dataclass(frozen=True)
class _Shelf:
    free: int
    price: Decimal
    currency: str


_SHELVES = f"""
WITH fresh AS (
    SELECT place.store_id, lot.medicine_id,
           SUM(balance.on_hand / medicine.pack_size)::bigint AS packs
    {shelf.SELLABLE_BALANCES}
    WHERE lot.medicine_id = ANY(%(medicines)s) AND {shelf.ELIGIBLE}
    GROUP BY place.store_id, lot.medicine_id
)
SELECT tie.store_id, medicine.id,
       GREATEST(COALESCE(fresh.packs, 0) - COALESCE(record.num_allocated, 0), 0),
       record.price, record.price_currency
FROM partner_stockrecord record
JOIN inventory_storepartner tie ON tie.partner_id = record.partner_id
JOIN formulary_medicine medicine ON medicine.product_id = record.product_id
LEFT JOIN fresh ON fresh.store_id = tie.store_id AND fresh.medicine_id = medicine.id
WHERE medicine.id = ANY(%(medicines)s)
"""


def at_stores(*, lines: Sequence[Want], stores: Sequence[Store] | None = None) -> list[StoreOffer]:
    """Ask every open store (or the given ones) for the lines; the best answer comes first.

    Returns:
        those that have it all first, then the cheaper total, then the code.
    """
    if stores is None:
        ties = StorePartner.objects.filter(store__is_open=True, store__kind="store")
        stores = [tie.store for tie in ties.select_related("store").order_by("store__code")]
    shelves = _shelves([line.medicine.pk for line in lines])
    offers = [_offer(store, lines, shelves) for store in stores]
    return sorted(
        offers, key=lambda o: (not o.has_all, len(o.missing), o.total.minor, o.store.code)
    )


def _shelves(medicines: list[int]) -> dict[tuple[int, int], _Shelf]:
    facts: dict[str, Any] = {
        "medicines": medicines,
        "now": clock.now(),
        "days": fefo.min_remaining_days(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SHELVES, facts)
        return {(row[0], row[1]): _Shelf(*row[2:]) for row in cursor.fetchall()}


def _offer(
    store: Store, lines: Sequence[Want], shelves: dict[tuple[int, int], _Shelf]
) -> StoreOffer:
    missing, total = [], Money(0)
    for line in lines:
        found = shelves.get((store.pk, line.medicine.pk))
        if lacking := _missing(line, found):
            missing.append(lacking)
        if found and found.price is not None:
            packs = -(-line.quantity // line.medicine.pack_size)
            total += Money.of(found.price * packs, found.currency)
    return StoreOffer(store, not missing, missing, total)


def _missing(line: Want, found: _Shelf | None) -> Missing | None:
    packs, rest = divmod(line.quantity, line.medicine.pack_size)
    free = found.free if found else 0
    if rest:
        return Missing(line.medicine, packs + 1, free, "split-pack")
    if found is None:
        return Missing(line.medicine, packs, 0, "not-listed")
    if free < packs:
        return Missing(line.medicine, packs, free, "too-few" if free else "out-of-stock")
    return None
