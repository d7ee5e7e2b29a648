"""Picking, checking by a second person, and handing over against a one-time code."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q

from pharmacy.core.crypto import EncryptedTextField
from pharmacy.core.errors import Broken
from pharmacy.core.states import Transitions
from pharmacy.people.models import Staff, Store
from prescriptions.models.issue import Claim, Issue, IssueLine


class NotHandedOver(Broken):
    """A bag that still waits was treated as handed over."""

    code = "dispense.not-handed-over"


class Dispense(models.Model):
    """One bag: picked by one person, checked by another, handed over once."""

    TRANSITIONS = {
        "stage": Transitions(
            "dispense",
            {
                "picking": {"picked", "abandoned"},
                "picked": {"ready", "picking", "abandoned"},
                "ready": {"handed-over", "abandoned"},
                "handed-over": set(),
                "abandoned": set(),
            },
        )
    }
    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="dispenses")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT)
    store = models.ForeignKey(Store, on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField(default=1)  # 2 and up deliver a balance owed
    picker = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    checker = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    handed_over_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=11, choices=TRANSITIONS["stage"].choices, default="picking")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("picker")),
                name="prescriptions_checker_is_not_picker",
            ),
            models.UniqueConstraint(
                fields=["issue"], condition=Q(stage__in=["picking", "picked", "ready"]),
                name="prescriptions_one_open_dispense",
            ),
        )  # fmt: skip

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"dispense:{self.external_id}"

    @property
    def given_at(self) -> dt.datetime:
        """When the patient took it.

        Raises:
            NotHandedOver: nobody has.
        """
        if self.handed_over_at is None:
            raise NotHandedOver(dispense=str(self.external_id))
        return self.handed_over_at


class DispenseLine(models.Model):
    """A quantity of one item out of one lot (snapshot: number and expiry stay as they were)."""

    dispense = models.ForeignKey(Dispense, on_delete=models.PROTECT, related_name="lines")
    issue_line = models.ForeignKey(IssueLine, on_delete=models.PROTECT, related_name="fills")
    lot_id = models.BigIntegerField()
    lot_number = models.CharField(max_length=40)
    expiry_date = models.DateField()
    quantity = models.PositiveIntegerField()
    scanned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["dispense", "issue_line", "lot_id"], name="prescriptions_fill_lot_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="prescriptions_fill_quantity_positive"
            ),
        )


class HandoverCode(models.Model):
    """The code that the patient shows: found by its keyed digest, used once."""

    dispense = models.OneToOneField(Dispense, on_delete=models.PROTECT)
    digest = models.CharField(max_length=64)  # blind index of store and code
    code = EncryptedTextField()  # for the patient's own page
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
