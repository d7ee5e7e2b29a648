"""What the shop may promise: Oscar's stock record as a projection of lots and reservations.

`num_in_stock` counts whole packs in lots that may go to a patient today; `num_allocated`
the packs promised and not yet issued. One UPDATE recounts the lots, applies the change and
decides by its row count. When lots fall away under promises already made (recall, expiry),
the record shows no free pack, and the pick tells who goes short.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from inventory import fefo
from inventory.errors import InsufficientStock, LotRecalled, PromisesDoNotAddUp
from inventory.models import Lot
from pharmacy.core import clock
from pharmacy.core.errors import PharmacyError
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Store

# Balances that are kept for sale; `{eligible}` is the one definition of what may be sold.
SELLABLE_BALANCES = """
FROM inventory_lotbalance balance
JOIN inventory_location place
  ON place.id = balance.location_id AND place.kind IN ('shelf', 'fridge')
JOIN people_store site ON site.id = place.store_id
JOIN inventory_lot lot ON lot.id = balance.lot_id
JOIN formulary_medicine medicine ON medicine.id = lot.medicine_id
"""
ELIGIBLE = """(lot.status = 'released' AND lot.expiry_date >=
  (%(now)s AT TIME ZONE site.time_zone)::date + %(days)s)"""

_CHANGE = f"""
WITH fresh AS (
    SELECT COALESCE(SUM(balance.on_hand / medicine.pack_size), 0)::bigint AS packs
    {SELLABLE_BALANCES}
    WHERE place.store_id = %(store)s AND lot.medicine_id = %(medicine)s AND {ELIGIBLE}
)
UPDATE partner_stockrecord record
SET num_allocated = COALESCE(record.num_allocated, 0) + %(change)s,
    num_in_stock = GREATEST(fresh.packs, COALESCE(record.num_allocated, 0) + %(change)s),
    date_updated = %(now)s
FROM fresh, inventory_storepartner tie
WHERE tie.store_id = %(store)s AND record.partner_id = tie.partner_id
  AND record.product_id = %(product)s
  AND COALESCE(record.num_allocated, 0) + %(change)s >= 0
  AND (NOT %(strict)s OR fresh.packs >= COALESCE(record.num_allocated, 0) + %(change)s)
"""
_RECOUNT = f"""
WITH fresh AS (
    SELECT place.store_id, medicine.product_id,
           SUM(balance.on_hand / medicine.pack_size)::bigint AS packs
    {SELLABLE_BALANCES} WHERE {ELIGIBLE} GROUP BY place.store_id, medicine.product_id
), wanted AS (
    SELECT record.id,
           GREATEST(COALESCE(fresh.packs, 0), COALESCE(record.num_allocated, 0)) AS packs
    FROM partner_stockrecord record
    JOIN inventory_storepartner tie ON tie.partner_id = record.partner_id
    LEFT JOIN fresh ON fresh.store_id = tie.store_id AND fresh.product_id = record.product_id
)
UPDATE partner_stockrecord record
SET num_in_stock = GREATEST(wanted.packs, COALESCE(record.num_allocated, 0)),
    date_updated = %(now)s
FROM wanted
WHERE wanted.id = record.id AND record.num_in_stock IS DISTINCT FROM wanted.packs
"""
_SHORTAGE = f"""
SELECT COALESCE(SUM(balance.on_hand / medicine.pack_size) FILTER (WHERE {ELIGIBLE}), 0)::bigint,
       COALESCE(SUM(balance.on_hand / medicine.pack_size)
                FILTER (WHERE lot.status = 'recalled'), 0)::bigint,
       (SELECT COALESCE(SUM(record.num_allocated), 0)::bigint FROM partner_stockrecord record
        JOIN inventory_storepartner tie ON tie.partner_id = record.partner_id
        WHERE tie.store_id = %(store)s AND record.product_id = %(product)s)
{SELLABLE_BALANCES}
WHERE place.store_id = %(store)s AND lot.medicine_id = %(medicine)s
"""


def promise(*, store: Store, medicine: Medicine, packs: int) -> None:
    """Count packs as promised, where as many are free.

    Raises:
        InsufficientStock, LotRecalled: fewer are free. Nothing changes.
    """
    if not _change(store, medicine, packs, strict=True):
        raise shortage(store=store, medicine=medicine, packs=packs)


def give_back(*, store: Store, medicine: Medicine, packs: int) -> None:
    """Take packs out of the promised ones: they were issued or are free again.

    Raises:
        PromisesDoNotAddUp: fewer were promised, so somebody else wrote the stock record.
    """
    if not _change(store, medicine, -packs, strict=False):
        raise PromisesDoNotAddUp(product=medicine.code, store=store.code, packs=packs)


def refresh(*, store: Store, medicine: Medicine, keep_promises: bool = False) -> None:
    """Recount after lots came, went or changed their status.

    Raises:
        InsufficientStock: `keep_promises`, and what is left would not cover them.
        PromisesDoNotAddUp: the store has no stock record of the product.
    """
    if _change(store, medicine, 0, strict=keep_promises):
        return
    if keep_promises:
        raise InsufficientStock(product=medicine.code, store=store.code, available=0)
    raise PromisesDoNotAddUp(product=medicine.code, store=store.code, packs=0)


def shortage(*, store: Store, medicine: Medicine, packs: int, own: int = 0) -> PharmacyError:
    """The refusal that fits: recalled when the recalled packs would have been enough.

    Args:
        packs: how many are wanted. own: how many of them were promised before.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SHORTAGE, _facts(store, medicine))
        sellable, recalled, promised = cursor.fetchone()
    others = promised - own
    free = max(sellable - others, 0)
    if recalled and sellable + recalled - others >= packs:
        return LotRecalled(product=medicine.code, store=store.code, lots=_recalled(medicine))
    return InsufficientStock(product=medicine.code, store=store.code, wanted=packs, available=free)


def recount() -> int:
    """Count every shelf again, as lots expire at midnight; return how many records changed."""
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT, {"now": clock.now(), "days": fefo.min_remaining_days()})
        return cursor.rowcount


def _recalled(medicine: Medicine) -> list[str]:
    lots = Lot.objects.filter(medicine=medicine, status="recalled").order_by("number")
    return list(lots.values_list("number", flat=True))


def _change(store: Store, medicine: Medicine, change: int, *, strict: bool) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE, {**_facts(store, medicine), "change": change, "strict": strict})
        return cursor.rowcount == 1


def _facts(store: Store, medicine: Medicine) -> dict[str, Any]:
    return {
        "store": store.pk,
        "medicine": medicine.pk,
        "product": medicine.product_id,
        "now": clock.now(),
        "days": fefo.min_remaining_days(),
    }
