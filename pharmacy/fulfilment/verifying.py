"""Reactions that prepare the review: verify what was received, find what is to be weighed."""

from __future__ import annotations

from pharmacy.core import locking
from prescriptions import review, verification
from prescriptions.events import PrescriptionClaimed, PrescriptionReceived
from prescriptions.models import Issue, SourceDocument


def verify(event: PrescriptionReceived) -> None:
    """Reaction: check a document that has just been received."""
    verification.verify(SourceDocument.objects.get(external_id=event.source))


def find(event: PrescriptionClaimed) -> None:
    """Reaction: run the clinical rules as soon as a store holds the issue.

    So the queue shows what is severe before anybody has opened it.   Locks: the issue.
    """
    [issue] = locking.rows(Issue.objects.filter(external_id=event.issue))
    held = issue.claims.filter(closed_at=None).first()
    found = review.current_findings(issue)
    if held is not None and not (found and found[0].found_at >= held.opened_at):
        review.prepare(issue=issue)
