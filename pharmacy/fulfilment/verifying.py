"""Reaction to a received document: verify it, and prepare the pharmacist's findings."""

from __future__ import annotations

from prescriptions import verification
from prescriptions.events import PrescriptionReceived
from prescriptions.models import SourceDocument


def verify(event: PrescriptionReceived) -> None:
    """Reaction: check a document that has just been received."""
    verification.verify(SourceDocument.objects.get(external_id=event.source))
