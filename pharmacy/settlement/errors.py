"""What the books refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pharmacy.core.errors import Broken, Invalid, Refused


class ClaimMismatch(Refused):
    """What was paid is not the value of what was handed over."""

    code = "settlement.claim-mismatch"
    sentence = _("What was paid differs from what was handed over.")


class Unbalanced(Broken):
    """Debits and credits of an entry differ, or it mixes currencies."""

    code = "settlement.unbalanced"


class NothingToSettle(Invalid):
    """An entry over zero or less."""

    code = "settlement.nothing"
    sentence = _("There is nothing to settle.")


class SettlementKeyReused(Refused):
    """The key came before with other postings."""

    code = "settlement.key-reused"


class AlreadyReversed(Refused):
    """An entry is reversed at most once."""

    code = "settlement.already-reversed"
    sentence = _("This entry was reversed already.")
