"""The document as it came: the exact bytes, never changed, and what each check said of them."""

from __future__ import annotations

import uuid

from django.db import models

from pharmacy.core.crypto import EncryptedBinaryField, EncryptedTextField
from pharmacy.core.states import Transitions
from prescriptions.models.trust import Issuer


class SourceDocument(models.Model):
    """Raw bytes of one document; content never changes, only its stage of verification moves."""

    TRANSITIONS = {
        "stage": Transitions(
            "source",
            {
                "received": {"accepted", "refused", "quarantined"},
                "quarantined": {"accepted", "refused"},
                "accepted": set(),
                "refused": set(),
            },
        )
    }
    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    raw = EncryptedBinaryField()
    signature = EncryptedTextField(default="")  # detached JWS, where the format has one
    sha256 = models.CharField(max_length=64, db_index=True)
    format = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)  # api, portal, file
    issuer = models.ForeignKey(Issuer, null=True, on_delete=models.PROTECT)
    received_at = models.DateTimeField()
    stage = models.CharField(
        max_length=12, choices=TRANSITIONS["stage"].choices, default="received"
    )
    refusal = models.CharField(max_length=60, blank=True)  # code of the failing check

    class Meta:
        constraints = (
            # A refused document may come again, rightly signed; any other comes once.
            models.UniqueConstraint(
                fields=["sha256"], condition=~models.Q(stage="refused"),
                name="prescriptions_source_once",
            ),
        )  # fmt: skip

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"source:{self.external_id}"


class CheckResult(models.Model):
    """The outcome of one verification check on one document."""

    source = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, related_name="checks")
    position = models.PositiveSmallIntegerField()
    check_name = models.CharField(max_length=40)
    outcome = models.CharField(
        max_length=12, choices=[(s, s) for s in ("passed", "failed", "inconclusive")]
    )
    code = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300, blank=True)
    checked_at = models.DateTimeField()
