"""What the points programme refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pharmacy.core.errors import NotFound, Refused


class NotEnrolled(NotFound):
    """The person has no membership."""

    code = "loyalty.not-enrolled"
    sentence = _("This person is not a member yet.")


class ProgrammeClosed(Refused):
    """The membership was ended: nothing is earned on it."""

    code = "loyalty.programme-closed"
    sentence = _("This membership has ended, so it no longer earns points.")


class FactChanged(Refused):
    """The same purchase came before with other content."""

    code = "loyalty.fact-changed"
    sentence = _("These points were already recorded for a different purchase.")


class UnknownFact(NotFound):
    """No points were recorded under this key."""

    code = "loyalty.unknown-fact"
    sentence = _("We have no points on record for this purchase.")


class UnknownLine(NotFound):
    """The purchase has no such line."""

    code = "loyalty.unknown-line"
    sentence = _("This purchase has no such line.")


class PointsAlreadySpent(Refused):
    """The points to take back are no longer there."""

    code = "loyalty.points-already-spent"
    sentence = _("These points have already been used.")
