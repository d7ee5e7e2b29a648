"""What stock does by the clock."""

from __future__ import annotations

from celery import shared_task

from inventory import reconcile, reservation


@shared_task(name="inventory.tasks.expire_reservations", ignore_result=True)
def expire_reservations() -> int:
    """Free the stock of promises whose time is over."""
    return reservation.expire_due()


@shared_task(name="inventory.tasks.reconcile_stock", ignore_result=True)
def reconcile_stock() -> int:
    """Compare balances with the ledger and count shelves again; nightly, after midnight."""
    return len(reconcile.run())
