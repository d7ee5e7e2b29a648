"""The canonical prescription: who, for whom, what, until when.

Validity and review are two axes of the prescription; use belongs to each issue (fill cycle).
What identifies the patient rests encrypted.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from pharmacy.core.crypto import EncryptedJSONField, EncryptedTextField
from pharmacy.core.errors import Broken
from pharmacy.core.states import Transitions
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Person
from prescriptions.models.source import SourceDocument
from prescriptions.models.trust import Issuer


class MedicineUnresolved(Broken):
    """A line without a medicine of ours came further than it may."""

    code = "rx.medicine-unresolved"


class Prescription(models.Model):
    """One prescription of one patient by one prescriber, with one or more items."""

    TRANSITIONS = {
        "validity": Transitions(
            "prescription.validity",
            {
                "active": {"suspended", "cancelled", "expired"},
                "suspended": {"active", "cancelled", "expired"},
                "cancelled": set(),
                "expired": set(),
            },
        ),
        "review": Transitions(
            "prescription.review",
            {
                "pending": {"approved", "declined", "queried"},
                "queried": {"approved", "declined"},
                "approved": set(),
                "declined": set(),
            },
        ),
    }
    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    source = models.OneToOneField(SourceDocument, on_delete=models.PROTECT)
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT)
    issuer_identifier = models.CharField(max_length=120)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="prescriptions"
    )
    patient_name = EncryptedTextField()
    patient_birth_date = EncryptedTextField(null=True)
    patient_identifier_index = models.CharField(max_length=64, blank=True)
    patient_gender = models.CharField(max_length=10, blank=True)
    patient_weight_kg = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    allergies = EncryptedJSONField(null=True)  # list of {code, display}; None = not stated
    diagnoses = EncryptedJSONField(null=True)  # list of {system, code, display}
    prescriber_name = models.CharField(max_length=80)
    prescriber_licence = models.CharField(max_length=40, blank=True)
    department = models.CharField(max_length=80, blank=True)
    issued_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    valid_from = models.DateField()
    valid_until = models.DateField()  # last good day, in the issuer's time zone
    issues_allowed = models.PositiveSmallIntegerField(default=1)
    min_interval_days = models.PositiveSmallIntegerField(default=0)
    content_hash = models.CharField(max_length=64)
    note = EncryptedTextField(default="")
    validity = models.CharField(
        max_length=10, choices=TRANSITIONS["validity"].choices, default="active"
    )
    review = models.CharField(
        max_length=10, choices=TRANSITIONS["review"].choices, default="pending"
    )
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["issuer", "issuer_identifier"], name="prescriptions_identifier_once"
            ),
            models.UniqueConstraint(fields=["content_hash"], name="prescriptions_content_once"),
        )

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"prescription:{self.external_id}"


class PrescriptionItem(models.Model):
    """One medicine of a prescription as the prescriber wrote it; `quantity` in base units."""

    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="items")
    line = models.PositiveSmallIntegerField()
    medicine = models.ForeignKey(Medicine, null=True, on_delete=models.PROTECT)
    system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=60, blank=True)
    display = models.CharField(max_length=200)
    strength = models.CharField(max_length=60, blank=True)
    form = models.CharField(max_length=40, blank=True)
    quantity = models.PositiveIntegerField()  # base units (tablets, ml, ...) of one issue
    unit = models.CharField(max_length=30)
    dose_quantity = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    dose_unit = models.CharField(max_length=30, blank=True)
    doses_per_day = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    dose_text = models.CharField(max_length=300, blank=True)
    route = models.CharField(max_length=40, blank=True)
    days_supply = models.PositiveSmallIntegerField(null=True)
    is_substitution_allowed = models.BooleanField(default=False)

    class Meta:
        ordering = ("line",)
        constraints = (
            models.UniqueConstraint(
                fields=["prescription", "line"], name="prescriptions_item_line_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="prescriptions_item_quantity_positive"
            ),
        )

    @property
    def known_medicine(self) -> Medicine:
        """The medicine of the formulary that this line means.

        Raises:
            MedicineUnresolved: nobody found one; check `medicine` first.
        """
        if self.medicine is None:
            raise MedicineUnresolved(line=self.line)
        return self.medicine
