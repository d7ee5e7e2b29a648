"""Care's hourly work: announce what is due, close what nobody refilled. Safe to repeat."""

from __future__ import annotations

from collections.abc import Callable

from celery import shared_task
from django.conf import settings
from django.db.models import QuerySet

from pharmacy.care import refills
from pharmacy.care.models import RefillPlan
from pharmacy.core import clock
from pharmacy.core.states import TransitionRefused

BATCH = 500


@shared_task(ignore_result=True)
def announce_due_refills() -> int:
    """Announce every plan that is due today at the chain's place; return how many.

    Two runs at once share the work: who comes second to a plan leaves it alone.
    """
    today = clock.today(settings.CHAIN_TIME_ZONE)
    announced = _each(refills.due(today).select_related("person"), refills.announce)
    _each(refills.overdue(today), _lapse)
    return announced


def _each(plans: QuerySet[RefillPlan], step: Callable[[RefillPlan], RefillPlan]) -> int:
    """Take a step with all plans of a queryset, a batch at a time, until none moves on."""
    moved, total = BATCH, 0
    while moved == BATCH:
        moved = sum(_try(step, plan) for plan in list(plans.all()[:BATCH]))
        total += moved
    return total


def _try(step: Callable[[RefillPlan], RefillPlan], plan: RefillPlan) -> bool:
    try:
        step(plan)
    except TransitionRefused:
        return False
    return True


def _lapse(plan: RefillPlan) -> RefillPlan:
    return refills.mark(plan, "lapsed", by=refills.ACTOR)
