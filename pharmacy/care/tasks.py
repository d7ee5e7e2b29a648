"""Care's hourly work: announce what is due, close what nobody refilled. Safe to repeat."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from pharmacy.care import refills
from pharmacy.core import clock
from pharmacy.core.states import TransitionRefused

BATCH = 500


@shared_task(ignore_result=True)
def announce_due_refills() -> int:
    """Announce every plan that is due today at the chain's place; return how many.

    Two runs at once share the work: who comes second to a plan leaves it alone.
    """
    today = clock.today(settings.CHAIN_TIME_ZONE)
    announced = 0
    for plan in list(refills.due(today).select_related("person")[:BATCH]):
        announced += _announce(plan)
    for plan in list(refills.overdue(today)[:BATCH]):
        _lapse(plan)
    return announced


def _announce(plan: refills.RefillPlan) -> int:
    try:
        refills.announce(plan)
    except TransitionRefused:
        return 0
    return 1


def _lapse(plan: refills.RefillPlan) -> None:
    try:
        refills.mark(plan, "lapsed", by=refills.ACTOR)
    except TransitionRefused:
        return
