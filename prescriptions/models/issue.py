"""One fill cycle of a prescription, the claim that a store holds on it, and what is left.

`Issue.use` is the third axis (the other two are on the prescription). At most one claim of an
issue is open, by a partial unique index; dispensed never exceeds prescribed, by a constraint.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from pharmacy.core.states import Transitions
from pharmacy.people.models import Store
from prescriptions.models.prescription import Prescription, PrescriptionItem


class Issue(models.Model):
    """One fill cycle of a repeatable prescription; an ordinary prescription has one."""

    TRANSITIONS = {
        "use": Transitions(
            "issue.use",
            {
                "future": {"available", "cancelled", "expired"},
                "available": {"claimed", "cancelled", "expired"},
                "claimed": {"available", "reserved", "cancel-pending", "not-dispensed"},
                "reserved": {
                    "available", "claimed", "part-dispensed", "dispensed",
                    "cancel-pending", "not-dispensed",
                },
                "part-dispensed": {"part-dispensed", "dispensed"},
                "dispensed": {"settled"},
                "settled": {"reported"},
                "reported": set(),
                "cancel-pending": {"cancelled", "claimed", "reserved"},
                "not-dispensed": set(),
                "cancelled": set(),
                "expired": set(),
            },
        )
    }  # fmt: skip
    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="issues")
    number = models.PositiveSmallIntegerField()
    opens_on = models.DateField()
    closes_on = models.DateField()
    use = models.CharField(max_length=14, choices=TRANSITIONS["use"].choices, default="available")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["prescription", "number"], name="prescriptions_issue_number_once"
            ),
        )

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"issue:{self.external_id}"


class IssueLine(models.Model):
    """What one issue may still give of one item, in base units."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey(PrescriptionItem, on_delete=models.PROTECT)
    quantity = models.PositiveIntegerField()
    dispensed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("item__line",)
        constraints = (
            models.UniqueConstraint(fields=["issue", "item"], name="prescriptions_issueline_once"),
            models.CheckConstraint(
                condition=Q(dispensed__lte=F("quantity")), name="prescriptions_never_overdispensed"
            ),
        )

    @property
    def owed(self) -> int:
        """Base units still to hand over."""
        return self.quantity - self.dispensed


class Claim(models.Model):
    """A store's exclusive hold on an issue; the secret fences out whoever held it before."""

    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="claims")
    store = models.ForeignKey(Store, on_delete=models.PROTECT)
    fencing_token = models.PositiveIntegerField()
    secret_hash = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["issue"], condition=Q(closed_at__isnull=True),
                name="prescriptions_one_open_claim",
            ),
            models.UniqueConstraint(
                fields=["issue", "fencing_token"], name="prescriptions_claim_token_once"
            ),
        )  # fmt: skip
