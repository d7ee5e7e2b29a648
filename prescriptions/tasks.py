"""What prescriptions do by the clock."""

from __future__ import annotations

from celery import shared_task

from prescriptions import expiry, verification
from prescriptions.models import SourceDocument


@shared_task(name="prescriptions.tasks.expire_due", ignore_result=True)
def expire_due() -> int:
    """Expire fills and prescriptions whose last day is over; hourly."""
    return expiry.expire_due()


@shared_task(name="prescriptions.tasks.verify_quarantined", ignore_result=True)
def verify_quarantined(limit: int = 100) -> int:
    """Ask again about documents that a check had no answer for; return how many were decided."""
    waiting = SourceDocument.objects.filter(stage="quarantined").order_by("received_at")[:limit]
    return sum(verification.verify(source).stage != "quarantined" for source in waiting)
