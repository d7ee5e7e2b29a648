"""What stock refuses, each with its code. Facts are codes, ids and counts of ours."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pharmacy.core.errors import Broken, Invalid, NotFound, Refused
from pharmacy.partner.errors import InsufficientStock

__all__ = [
    "InsufficientStock",
    "LotDiffers",
    "LotExpired",
    "LotOnHold",
    "LotRecalled",
    "LotUnknown",
    "NotPicked",
    "OwnerTaken",
    "PromisesDoNotAddUp",
    "QuantityInvalid",
    "ReasonMissing",
    "ReservationClosed",
    "ReservationUnknown",
    "SplitPackNeeded",
    "WrongMedicine",
]


class LotRecalled(Refused):
    """The lot, or all that is left of the medicine, was recalled."""

    code = "stock.lot-recalled"
    sentence = _("This lot was recalled and must not reach a patient. Please choose another.")


class LotOnHold(Refused):
    """The lot is in quarantine until quality assurance decides."""

    code = "stock.lot-on-hold"
    sentence = _("This lot is in quarantine until quality assurance releases it.")


class LotExpired(Refused):
    """The lot is past its expiry date, or too close to it."""

    code = "stock.lot-expired"
    sentence = _("This lot is past its expiry date. It can only be written off or returned.")


class LotUnknown(NotFound):
    """No lot of ours fits the number or barcode."""

    code = "stock.lot-unknown"
    sentence = _("We have no lot with this number. Check the code on the pack.")


class LotDiffers(Refused):
    """The same lot number came before with another expiry date."""

    code = "stock.lot-differs"
    sentence = _("This lot number is known with another expiry date. Check the pack.")


class WrongMedicine(Refused):
    """The pack that was scanned holds another medicine."""

    code = "stock.wrong-medicine"
    sentence = _("This pack is another medicine than the one to pick.")


class SplitPackNeeded(Refused):
    """The quantity is not a whole number of packs."""

    code = "stock.split-pack-needed"
    sentence = _("This quantity would need an opened pack. We supply whole packs only.")


class QuantityInvalid(Invalid):
    """A quantity has to be a whole number above zero, and a request needs a line."""

    code = "stock.quantity-invalid"
    sentence = _("Give at least one line with a quantity above zero, for example 28.")


class ReasonMissing(Invalid):
    """A change of stock by hand says why."""

    code = "stock.reason-missing"
    sentence = _('Say why, for example "two packs broken in the delivery".')


class ReservationUnknown(NotFound):
    """Nothing is reserved for this owner."""

    code = "stock.reservation-unknown"
    sentence = _("Nothing is reserved under this number.")


class ReservationClosed(Refused):
    """The reservation was issued, released or has expired."""

    code = "stock.reservation-closed"
    sentence = _("This reservation is no longer open. Please reserve again.")


class OwnerTaken(Refused):
    """The owner holds a reservation of other goods already."""

    code = "stock.owner-taken"
    sentence = _("Something else is reserved under this number already.")


class NotPicked(Refused):
    """What should leave was not picked, or less of it."""

    code = "stock.not-picked"
    sentence = _("This was not picked yet. Pick it first, then hand it over.")


class PromisesDoNotAddUp(Broken):
    """A stock record was changed behind the back of inventory."""

    code = "stock.promises-do-not-add-up"
