"""The link between an issue of a prescription and the order that buys it at one store."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from oscar.core.loading import get_model

from pharmacy.core.errors import Broken
from pharmacy.core.states import Transitions
from pharmacy.people.models import Person, Store
from prescriptions.models import Issue

Order = get_model("order", "Order")

STAGES = Transitions(
    "fulfilment",
    {
        "in-review": {
            "awaiting-payment", "in-preparation", "out-of-stock", "declined", "cancelled",
        },
        "awaiting-payment": {
            "in-review", "in-preparation", "ready", "out-of-stock", "declined", "cancelled",
        },
        "out-of-stock": {"awaiting-payment", "declined", "cancelled"},
        "in-preparation": {"ready", "awaiting-payment", "cancelled"},
        "ready": {"part-handed-over", "completed", "in-preparation", "awaiting-payment"},
        "part-handed-over": {"awaiting-payment"},
        "completed": set(),
        "declined": set(),
        "cancelled": set(),
    },
)  # fmt: skip


class NotOrdered(Broken):
    """An order was asked for before it was placed."""

    code = "fulfilment.not-ordered"


class Fulfilment(models.Model):
    """One issue on its way at one store; the stage is what the customer follows."""

    TRANSITIONS = {"stage": STAGES}
    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="fulfilments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="fulfilments")
    store = models.ForeignKey(Store, on_delete=models.PROTECT)
    order = models.OneToOneField(
        Order, null=True, on_delete=models.PROTECT, related_name="fulfilment"
    )
    order_of_steps = models.CharField(max_length=16)  # review-first, authorise-first
    started_at = models.DateTimeField()
    stage = models.CharField(max_length=18, choices=STAGES.choices)
    # A hold of stock that ran out is made anew under the next number.
    hold = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["issue"],
                condition=~models.Q(stage__in=["declined", "cancelled"]),
                name="fulfilment_one_live_per_issue",
            ),
        )

    def __str__(self) -> str:
        return str(self.external_id)

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"fulfilment:{self.external_id}"

    @property
    def placed_order(self) -> Any:
        """The Oscar order.

        Raises:
            NotOrdered: nothing has been ordered yet.
        """
        if self.order is None:
            raise NotOrdered(fulfilment=str(self.external_id))
        return self.order

    @property
    def stock_owner(self) -> str:
        """The key under which inventory holds the stock of this order."""
        return self.owner_of_hold(self.hold)

    def owner_of_hold(self, hold: int) -> str:
        """The key of one hold: a hold that ran out never comes back under its key."""
        return self._owner if hold == 1 else f"{self._owner}:hold-{hold}"

    @property
    def _owner(self) -> str:
        return f"order:{self.order.number}" if self.order else f"fulfilment:{self.external_id}"

    def payment_owner(self, bag: int = 1) -> str:
        """The key of the money for one bag; a balance owed is paid when its bag is made."""
        return self._owner if bag == 1 else f"{self._owner}:{bag}"

    @property
    def next_bag(self) -> int:
        """The number of the bag that is paid or prepared now."""
        return self.issue.dispenses.filter(stage="handed-over").count() + 1
