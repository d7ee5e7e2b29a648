"""The pharmacist's review (审方): findings, the ten answers of 四查十对, the decision."""

from __future__ import annotations

import uuid

from django.db import models

from pharmacy.core.crypto import EncryptedTextField
from pharmacy.people.models import Staff, Store
from prescriptions.models.issue import Issue
from prescriptions.models.prescription import PrescriptionItem


class Finding(models.Model):
    """What one clinical rule says of an issue, before a pharmacist weighs it."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="findings")
    item = models.ForeignKey(PrescriptionItem, null=True, on_delete=models.PROTECT)
    rule = models.CharField(max_length=40)
    knowledge_version = models.CharField(max_length=20)
    state = models.CharField(
        max_length=11, choices=[(s, s) for s in ("ok", "alert", "not-checked")]
    )
    severity = models.PositiveSmallIntegerField(default=0)  # 0 none .. 4 contraindicated
    code = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict)  # codes and numbers to build the sentence from
    found_at = models.DateTimeField()
    override_reason = models.CharField(max_length=300, blank=True)
    overridden_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT)


class Review(models.Model):
    """One decision of one licensed pharmacist."""

    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="reviews")
    store = models.ForeignKey(Store, on_delete=models.PROTECT)
    reviewer = models.ForeignKey(Staff, on_delete=models.PROTECT)
    decision = models.CharField(
        max_length=8, choices=[(s, s) for s in ("approve", "decline", "query")]
    )
    reason_code = models.CharField(max_length=40, blank=True)
    note = EncryptedTextField(default="")
    decided_at = models.DateTimeField()


class ChecklistAnswer(models.Model):
    """One of the ten answers (处方管理办法 art. 37): question code, yes or no, note."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(max_length=20)
    is_confirmed = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["review", "question"], name="prescriptions_answer_once"
            ),
        )
