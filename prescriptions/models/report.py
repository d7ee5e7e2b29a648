"""The report back to the issuer: one a dispense, sent until the issuer confirms it."""

from __future__ import annotations

import uuid

from django.db import models

from pharmacy.core.states import Transitions
from prescriptions.models.dispense import Dispense


class Report(models.Model):
    """What was handed over, told to the issuer; its id makes a repeat harmless there."""

    TRANSITIONS = {
        "stage": Transitions(
            "report",
            {"pending": {"confirmed", "rejected"}, "rejected": {"pending"}, "confirmed": set()},
        )
    }
    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    dispense = models.OneToOneField(Dispense, on_delete=models.PROTECT)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    receipt = models.CharField(max_length=120, blank=True)
    stage = models.CharField(max_length=9, choices=TRANSITIONS["stage"].choices, default="pending")

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"report:{self.external_id}"
