"""Refill plans: when the medicine that was handed over runs out, and when to say so.

One row is one supply of one medicine to one person. The next supply of the same medicine
follows it; see `refills.py` for the arithmetic.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from pharmacy.core.states import Transitions
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Person


class RefillPlan(models.Model):
    """A supply at home. `quantity` in base units; dates are days at the chain's place."""

    TRANSITIONS = {
        "stage": Transitions(
            "refill",
            {
                "active": {"due", "reordered", "lapsed"},
                "due": {"reordered", "lapsed"},
                "reordered": set(),
                "lapsed": set(),
            },
        )
    }
    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="refill_plans")
    medicine = models.ForeignKey(Medicine, on_delete=models.PROTECT, related_name="+")
    issue_key = models.CharField(max_length=120)  # opaque: which fill this supply came from
    quantity = models.PositiveIntegerField()
    days_supply = models.PositiveSmallIntegerField()
    handed_over_date = models.DateField()
    starts_date = models.DateField()  # first dose: after what was left of the supply before
    runs_out_date = models.DateField()  # last day with medicine
    next_due_date = models.DateField()
    is_active = models.BooleanField(default=True)  # the supply that counts for this medicine
    stage = models.CharField(max_length=9, choices=TRANSITIONS["stage"].choices, default="active")
    planned_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["issue_key", "medicine"], name="care_one_plan_a_fill"),
            models.UniqueConstraint(
                fields=["person", "medicine"],
                condition=Q(is_active=True),
                name="care_one_active_plan_a_medicine",
            ),
            models.CheckConstraint(
                condition=Q(days_supply__gt=0, quantity__gt=0), name="care_supply_positive"
            ),
            models.CheckConstraint(
                condition=Q(
                    starts_date__gte=F("handed_over_date"), runs_out_date__gte=F("starts_date")
                ),
                name="care_dates_in_order",
            ),
        )
        indexes = (
            models.Index(fields=["next_due_date"], name="care_due", condition=Q(stage="active")),
            models.Index(fields=["runs_out_date"], name="care_overdue", condition=Q(stage="due")),
        )

    def __str__(self) -> str:
        return str(self.external_id)

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"refill-plan:{self.external_id}"
