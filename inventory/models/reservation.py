"""A reservation is a promise of stock to an owner that only the caller understands.

Soft: packs counted on the stock record. Hard: base units of named lots held on their
balances. What is issued leaves the reservation; the rest stays until released or expired.
"""

from __future__ import annotations

import uuid

from django.db import models

from inventory.models.lot import Lot
from inventory.models.place import Location
from pharmacy.core.states import Transitions
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Store

RESERVATION_STAGE = Transitions(
    "reservation",
    {
        "soft": {"hard", "released", "expired"},
        "hard": {"issued", "released", "expired"},
        "issued": set(),
        "released": set(),
        "expired": set(),
    },
)
OPEN_STAGES = ("soft", "hard")


class Reservation(models.Model):
    """Stock of one store promised to one owner, such as `order:<number>`."""

    TRANSITIONS = {"stage": RESERVATION_STAGE}

    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    owner = models.CharField(max_length=120, unique=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="reservations")
    stage = models.CharField(
        max_length=10, choices=RESERVATION_STAGE.choices, default=RESERVATION_STAGE.initial
    )
    expires_at = models.DateTimeField(null=True)  # nothing: it is kept until released
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(
                fields=["expires_at"],
                name="inventory_reservation_due",
                condition=models.Q(stage__in=OPEN_STAGES, expires_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.owner

    @property
    def is_open(self) -> bool:
        """Whether it still holds stock."""
        return self.stage in OPEN_STAGES

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"reservation:{self.external_id}"


class ReservationLine(models.Model):
    """What was promised of one medicine."""

    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="lines")
    medicine = models.ForeignKey(Medicine, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()  # base units
    packs = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["reservation", "medicine"], name="inventory_reservationline_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0, packs__gt=0),
                name="inventory_reservationline_positive",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of {self.medicine_id}"


class ReservationPick(models.Model):
    """Base units of one lot at one location that are held for a line, or were and are issued."""

    line = models.ForeignKey(ReservationLine, on_delete=models.CASCADE, related_name="picks")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="picks")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()  # held and issued together
    issued = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["line", "lot", "location"], name="inventory_reservationpick_once"
            ),
            models.CheckConstraint(
                condition=models.Q(issued__lte=models.F("quantity")),
                name="inventory_reservationpick_issued",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of lot {self.lot_id}"

    @property
    def held(self) -> int:
        """Base units still held on the balance."""
        return self.quantity - self.issued
