"""Decisions in words for people: one sentence an effect, so that a refusal is never bare."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ALLOWED = _("The rules allow this.")
UNKNOWN = _("No rule of this place allows this, so we do not do it.")
AFTER_REVIEW = _("This opens after a pharmacist has reviewed the prescription.")
NEEDS_APPROVAL = _("Only an advertisement with an approval number may be shown.")
REFUSED: dict[str, str | Promise] = {
    "visible": _("This medicine may not be shown online."),
    "leaflet": _("The leaflet of this medicine may not be shown here."),
    "buy-online": _("This medicine is sold in the store only."),
    "sell-in-store": _("A retail pharmacy may not sell this medicine."),
    "discount": _("This medicine takes no part in discounts."),
    "points": _("No points are given for this."),
    "gift": _("This medicine may not be given away or bundled."),
    "advertise": _("This medicine may not be advertised to the public."),
    "message": _("We may not send messages about this medicine."),
}


def of(*, effect: str, verdict: str, allowed: bool) -> str | Promise:
    """Return the sentence of a decision."""
    if allowed:
        return ALLOWED
    if verdict == "after-review":
        return AFTER_REVIEW
    if verdict == "if-approved":
        return NEEDS_APPROVAL
    return REFUSED.get(effect, UNKNOWN) if verdict == "deny" else UNKNOWN
