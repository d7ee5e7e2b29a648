"""What is in a bag: the lots that inventory picked, spread over the lines they are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from inventory import reservation
from pharmacy.core.errors import Refused
from prescriptions.models import Dispense, DispenseLine, Issue, IssueLine


class NothingToPick(Refused):
    """The limits leave nothing for this bag."""

    code = "dispense.nothing-to-pick"
    sentence = _("Choose at least one pack for this bag.")


class OverDispensed(Refused):
    """More than the prescription allows."""

    code = "rx.over-dispensed"
    sentence = _("This is more than the prescription allows.")


def within(picks: list[reservation.Pick], limits: Mapping[int, int]) -> list[reservation.Pick]:
    """What fits the limits: medicine that was held in full before is not given in full."""
    left, kept = dict(limits), []
    for pick in picks:
        quantity = min(pick.quantity, left.get(pick.medicine_id, pick.quantity))
        if pick.medicine_id in left:
            left[pick.medicine_id] -= quantity
        if quantity:
            kept.append(replace(pick, quantity=quantity))
    return kept


def write(bag: Dispense, issue: Issue, picks: list[reservation.Pick]) -> None:
    """Spread the lots over the lines that they are for; a medicine may be on two lines."""
    lines = list(issue.lines.select_related("item"))
    owed = {line.pk: line.owed for line in lines}
    made: list[DispenseLine] = []
    for pick in picks:
        left = pick.quantity
        for line in lines:
            part = min(left, owed[line.pk]) if line.item.medicine_id == pick.medicine_id else 0
            if part:
                made.append(_line(bag, line, pick, part))
                owed[line.pk] -= part
                left -= part
        if left:
            raise OverDispensed(medicine=pick.medicine_id, above=left)
    DispenseLine.objects.bulk_create(made)


def _line(bag: Dispense, line: IssueLine, pick: reservation.Pick, quantity: int) -> DispenseLine:
    return DispenseLine(
        dispense=bag,
        issue_line=line,
        lot_id=pick.lot_id,
        lot_number=pick.lot_number,
        expiry_date=pick.expiry_date,
        quantity=quantity,
    )


def picks_of(bag: Dispense) -> list[reservation.Pick]:
    """What a bag holds, as inventory names it."""
    return [
        reservation.Pick(
            medicine_id=line.issue_line.item.known_medicine.pk,
            lot_id=line.lot_id,
            lot_number=line.lot_number,
            expiry_date=line.expiry_date,
            quantity=line.quantity,
        )
        for line in bag.lines.select_related("issue_line__item__medicine")
    ]
