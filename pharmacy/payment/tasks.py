"""Work of the payment part that waits: a lost message costs nothing, the rows are the truth."""

from __future__ import annotations

from celery import shared_task

from pharmacy.payment import reconciliation, webhooks


@shared_task(ignore_result=True)
def reconcile() -> int:
    """Process what notifications are left, then ask about everything in doubt."""
    return webhooks.process() + reconciliation.reconcile()


@shared_task(ignore_result=True)
def process_webhooks() -> int:
    """Process the notifications that are due."""
    return webhooks.process()
