"""Movements are the truth of stock: double entry, append-only, corrected by reversal."""

from __future__ import annotations

import uuid

from django.db import models

from inventory.models.lot import Lot
from inventory.models.place import Location
from pharmacy.core.ledger import Entry, LedgerIsAppendOnly

KINDS = ("receipt", "issue", "adjustment", "transfer", "disposal", "quarantine", "return")


class Movement(Entry):
    """One thing that happened to stock, with all its lines. Append-only by trigger."""

    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in KINDS])
    reason = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=80)
    source = models.CharField(max_length=160, blank=True, db_index=True)  # opaque owner key
    fingerprint = models.CharField(max_length=64)  # of what was asked under the key

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"movement:{self.external_id}"


class MovementLine(models.Model):
    """So many base units of a lot went from one location to another. Append-only by trigger."""

    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="lines")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="movement_lines")
    from_location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    to_location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="inventory_movementline_positive"
            ),
            models.CheckConstraint(
                condition=~models.Q(from_location=models.F("to_location")),
                name="inventory_movementline_two_ends",
            ),
        )
        indexes = (
            models.Index(fields=["lot", "from_location"], name="inventory_line_out"),
            models.Index(fields=["lot", "to_location"], name="inventory_line_in"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of lot {self.lot_id}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Insert only."""
        if not self._state.adding:
            raise LedgerIsAppendOnly(table=self._meta.db_table)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise LedgerIsAppendOnly(table=self._meta.db_table)
