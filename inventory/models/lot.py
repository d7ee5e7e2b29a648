"""A lot carries the batch number and the expiry date; a balance says how much lies where.

`LotBalance` is written only by `inventory.ledger` and `inventory.reservation`, in the same
transaction as the movement or the reservation. Quantities are base units.
"""

from __future__ import annotations

import uuid

from django.db import models

from inventory.models.place import Location
from pharmacy.core.states import Transitions
from pharmacy.formulary.models import Medicine

LOT_STATUS = Transitions(
    "lot",
    {
        "released": {"quarantine", "recalled"},
        "quarantine": {"released", "recalled"},
        "recalled": set(),
    },
)


class Lot(models.Model):
    """One batch of one medicine; the same all over the chain."""

    TRANSITIONS = {"status": LOT_STATUS}

    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    medicine = models.ForeignKey(Medicine, on_delete=models.PROTECT, related_name="lots")
    number = models.CharField(max_length=40)
    manufacturer = models.CharField(max_length=80, blank=True)
    expiry_date = models.DateField()  # the last day of use, a local date
    status = models.CharField(max_length=10, choices=LOT_STATUS.choices, default=LOT_STATUS.initial)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["medicine", "number", "manufacturer"], name="inventory_lot_once"
            ),
        )
        indexes = (models.Index(fields=["expiry_date"], name="inventory_lot_expiry"),)

    def __str__(self) -> str:
        return self.number

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"lot:{self.external_id}"


class LotBalance(models.Model):
    """How much of a lot lies at a location, and how much of it is held for somebody."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="balances")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="balances")
    on_hand = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    received_at = models.DateTimeField()  # first arrival here; breaks ties of expiry

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["lot", "location"], name="inventory_lotbalance_once"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, on_hand__gte=models.F("reserved")),
                name="inventory_lotbalance_not_oversold",
            ),
        )

    def __str__(self) -> str:
        return f"{self.lot_id}@{self.location_id}: {self.on_hand}"

    @property
    def free(self) -> int:
        """Base units that nobody holds."""
        return self.on_hand - self.reserved
