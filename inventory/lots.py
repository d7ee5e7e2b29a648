"""Finding a lot from what is printed on a pack, and recording one that is new."""

from __future__ import annotations

import datetime as dt
import re

from inventory.errors import (
    LotDiffers,
    LotExpired,
    LotOnHold,
    LotRecalled,
    LotUnknown,
    WrongMedicine,
)
from inventory.models import Lot
from pharmacy.core import clock
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Store

# GS1 General Specifications: (01) GTIN, (17) expiry date, (10) lot number; FNC1 arrives as
# the group separator and ends fields of variable length.
_GS1 = re.compile(
    r"^(?:\]d2|\x1d)?\(?01\)?(?P<gtin>\d{14})(?:\(?17\)?(?P<expiry>\d{6}))?\(?10\)?(?P<lot>[^\x1d(]+)"
)


def find(*, medicine: Medicine | None = None, barcode: str = "", lot: str = "") -> Lot:
    """The lot of a pack: by its GS1 code, or by its lot number as people read it.

    Args:
        medicine: the one to be picked; a pack of another one is refused.
        barcode: a GS1 element string with GTIN and lot, as a scanner sends it.

    Raises:
        LotUnknown: nothing fits. WrongMedicine: the pack holds another medicine.
    """
    gtin, number = "", lot
    if barcode:
        match = _GS1.match(barcode)
        if match is None:
            raise LotUnknown
        gtin, number = match["gtin"], match["lot"].strip()
    found = Lot.objects.select_related("medicine").filter(number=number).order_by("pk")
    candidates = [row for row in found if not gtin or row.medicine.barcode.zfill(14) == gtin]
    if not candidates:
        raise LotUnknown(lot=number)
    wanted = [row for row in candidates if medicine is None or row.medicine_id == medicine.pk]
    if not wanted:
        raise WrongMedicine(lot=number)
    return wanted[0]


def record(*, medicine: Medicine, number: str, expiry_date: dt.date, manufacturer: str = "") -> Lot:
    """The lot of this number; a new one where it was never seen.

    Raises:
        LotDiffers: the number is known with another expiry date.
    """
    lot, _ = Lot.objects.get_or_create(
        medicine=medicine,
        number=number,
        manufacturer=manufacturer,
        defaults={"expiry_date": expiry_date, "recorded_at": clock.now()},
    )
    if lot.expiry_date != expiry_date:
        raise LotDiffers(lot=number, known=lot.expiry_date.isoformat())
    return lot


def may_reach_a_patient(*, lot: Lot, store: Store) -> None:
    """Refuse a lot that must not be handed out today.

    Raises:
        LotRecalled, LotOnHold: by its status. LotExpired: on the store's calendar.
    """
    if lot.status == "recalled":
        raise LotRecalled(lot=lot.number)
    if lot.status != "released":
        raise LotOnHold(lot=lot.number)
    if lot.expiry_date < clock.today(store.time_zone):
        raise LotExpired(lot=lot.number)
