"""What the customer's door itself refuses; everything else is refused by the domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pharmacy.core.errors import Invalid, NotFound


class RecordMissing(NotFound):
    """This person has no such record; somebody else's looks the same."""

    code = "customer.not-found"
    sentence = _("We found nothing of yours at this address. Your home page shows what you have.")


class NotAcknowledged(Invalid):
    """The warning of prescription medicine was not confirmed."""

    code = "customer.not-acknowledged"
    sentence = _("Please tick that you have read the notice about prescription medicine.")


class StoreNotChosen(Invalid):
    """The form names no store of ours."""

    code = "customer.store-not-chosen"
    sentence = _("Choose the store where you want to collect.")


class CardNotChosen(Invalid):
    """The form names no card that can be used here."""

    code = "customer.card-not-chosen"
    sentence = _("Choose how you want to pay.")
