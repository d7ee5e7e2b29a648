"""A person takes another lot than the one that expires first, and says why.

The first lot may be damaged or not where the books say. The choice is honored, the rule is
not changed: the lot must be fit for a patient, and the reason stays in the audit log.
"""

from __future__ import annotations

from django.db import transaction

from inventory import holding, lots, reservation
from inventory.errors import NotPicked, ReasonMissing, ReservationClosed, WrongMedicine
from inventory.models import Lot, ReservationPick
from inventory.reservation import Pick
from pharmacy.core import audit


def choose_lot(*, owner: str, lot: Lot, instead_of: Lot, by: str, reason: str) -> list[Pick]:
    """Hold a chosen lot in place of the one that was picked, in the same quantity.

    Raises:
        ReasonMissing: nobody said why. WrongMedicine: the lots differ in their medicine.
        LotRecalled, LotOnHold, LotExpired: the chosen lot is not fit for a patient.
        InsufficientStock: it has less. NotPicked: the other lot is not held here.
        ReservationUnknown, ReservationClosed: nothing is open for this owner.
    Locks: owner, store, medicines, lots.
    """
    if not reason.strip():
        raise ReasonMissing
    if lot.medicine_id != instead_of.medicine_id:
        raise WrongMedicine(lot=lot.number)
    with transaction.atomic():
        row = reservation.locked(owner)
        if not row.is_open:
            raise ReservationClosed(owner=owner, stage=row.stage)
        fresh = Lot.objects.get(pk=lot.pk)
        lots.may_reach_a_patient(lot=fresh, store=row.store)
        picks = ReservationPick.objects.filter(line__reservation=row, lot=instead_of)
        held = [pick for pick in picks.select_related("line__medicine") if pick.held]
        if not held:
            raise NotPicked(owner=owner)
        for pick in held:
            quantity = pick.held
            holding.let_go(pick=pick)
            holding.hold(line=pick.line, store=row.store, quantity=quantity, lot=fresh)
        audit.record(
            by=by,
            action="reservation.lot-chosen",
            subject=row.audit_subject,
            store=row.store.code,
            reason=reason,
            lot=lot.number,
            instead_of=instead_of.number,
        )
        return reservation.picks_of(row)
