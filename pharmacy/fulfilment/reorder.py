"""One tap for the next fill: the same medicine, the same store, on the next issue.

A prescription that allows more issues is filled again as soon as its window opens; one that
is used up needs a new prescription, and the refusal says so.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pharmacy.core import clock
from pharmacy.core.errors import Refused
from pharmacy.fulfilment import placement
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people import access
from pharmacy.people.models import Person
from prescriptions.models import Issue, Prescription


class RenewalNeeded(Refused):
    """No issue is left on this prescription."""

    code = "reorder.renewal-needed"
    sentence = _("This prescription is used up. Ask your doctor for a new one.")


class TooEarly(Refused):
    """The next issue opens later; `opens_on` says when."""

    code = "reorder.too-early"
    sentence = _("It is too early for the next refill.")


def next_issue(prescription: Prescription) -> Issue | None:
    """The next issue of a prescription that nobody has used."""
    unused = prescription.issues.filter(use__in=["future", "available"]).order_by("number")
    return unused.first()


def reorder(*, prescription: Prescription, person: Person) -> Fulfilment:
    """Send the next issue to the store that filled the last one.

    Raises:
        NotYours, RenewalNeeded, TooEarly, and what `placement.choose_store` raises.
    Idempotent by: the issue.
    """
    access.require_own(viewer=person, owner=prescription.person, scope="order")
    live = Fulfilment.objects.filter(issue__prescription=prescription)
    running = live.exclude(stage__in=["completed", "declined", "cancelled"]).first()
    if running is not None:
        return running
    last = live.filter(stage="completed").order_by("-started_at").first()
    issue = next_issue(prescription)
    if issue is None or last is None:
        raise RenewalNeeded(prescription=str(prescription.external_id))
    if issue.opens_on > clock.today(prescription.issuer.time_zone):
        raise TooEarly(opens_on=issue.opens_on.isoformat())
    return placement.choose_store(issue=issue, store=last.store, person=person)
