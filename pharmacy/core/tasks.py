"""Celery tasks of the ground floor. A lost message costs nothing: the rows are the truth."""

from __future__ import annotations

from celery import shared_task

from pharmacy.core import outbox


@shared_task(ignore_result=True)
def deliver_outbox() -> int:
    """Deliver what is due; also run every few seconds by the scheduler as a sweep."""
    return outbox.drain(rounds=5)
