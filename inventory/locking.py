"""The locks of stock, taken in one order by every verb.

First the advisory locks: keys and owners, then every pair of store and medicine, all in one
call, which sorts them. Then rows: the reservation, then balances in FEFO order. Whoever
holds the pair is the only writer of its balances and of its stock record, so a snapshot
taken after the lock is true until commit. SKIP LOCKED is never used: it refuses stock that
is there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from inventory.models import LotBalance, Reservation
from inventory.models.place import SELLABLE_KINDS
from pharmacy.core import locking
from pharmacy.people.models import Store


def stock(*, stores: Iterable[int], medicines: Iterable[int], names: Iterable[str] = ()) -> None:
    """Lock pairs of store and medicine (keys of rows) and any named thing until commit.

    Raises:
        LockTimeout: somebody holds one of them for longer than three seconds; repeat.
    """
    wanted = sorted(set(medicines))
    pairs = [f"stock:{store}:{medicine}" for store in set(stores) for medicine in wanted]
    locking.advisory(*names, *pairs)


def reservation(owner: str) -> Reservation | None:
    """Lock an owner with the stock it holds and return its reservation, fresh."""
    found = Reservation.objects.filter(owner=owner).first()
    if found is None:
        return None
    medicines = list(found.lines.values_list("medicine_id", flat=True))
    stock(stores=[found.store_id], medicines=medicines, names=[f"reservation:{owner}"])
    return (
        Reservation.objects.select_for_update(of=("self",)).select_related("store").get(pk=found.pk)
    )


def balances(*, store: Store, medicine_id: int, expiry_from: dt.date) -> list[LotBalance]:
    """Lock the balances that may go to a patient, first expired first."""
    return list(
        LotBalance.objects.select_for_update(of=("self",))
        .select_related("lot")
        .filter(
            location__store=store,
            location__kind__in=SELLABLE_KINDS,
            lot__medicine_id=medicine_id,
            lot__status="released",
            lot__expiry_date__gte=expiry_from,
        )
        .order_by("lot__expiry_date", "received_at", "id")
    )
