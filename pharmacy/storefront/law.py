"""What the policy lets a page of the customer's door say and sell, asked for one medicine."""

from __future__ import annotations

from django.conf import settings

from pharmacy import policy
from pharmacy.formulary.models import Medicine


def may_show_dose(medicine: Medicine | None, *, is_reviewed: bool) -> bool:
    """Whether usage text may be shown; an unknown medicine waits for the pharmacist."""
    if medicine is None:
        return is_reviewed
    return _allows(medicine, "leaflet", is_reviewed=is_reviewed)


def may_buy_online(medicine: Medicine) -> bool:
    """Whether it may be ordered here at all, once a pharmacist agreed."""
    return _allows(medicine, "buy-online", is_reviewed=True)


def _allows(medicine: Medicine, effect: str, *, is_reviewed: bool) -> bool:
    return policy.decide(
        jurisdiction=settings.JURISDICTION,
        supply_class=medicine.supply_class,
        effect=effect,
        channel="online",
        reviewed=is_reviewed,
        may_sell_online=medicine.may_sell_online,
    ).allowed
