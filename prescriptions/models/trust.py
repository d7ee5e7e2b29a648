"""Whom we trust to prescribe: the register of issuers and their certificates."""

from __future__ import annotations

import uuid

from django.db import models

from pharmacy.core.crypto import EncryptedTextField


class Issuer(models.Model):
    """A hospital system that signs prescriptions, with its contract state and its endpoint."""

    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    jurisdiction = models.CharField(max_length=2)
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    status = models.CharField(
        max_length=10, choices=[(s, s) for s in ("active", "suspended")], default="active"
    )
    credential_hash = models.CharField(max_length=64, unique=True, null=True)  # sha256 of the key
    report_url = models.URLField(blank=True)
    report_credential = EncryptedTextField(null=True)

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"issuer:{self.external_id}"


class IssuerCertificate(models.Model):
    """A certificate that an issuer signs with (pinned), or a CA that its signers chain to."""

    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="certificates")
    kind = models.CharField(max_length=6, choices=[(s, s) for s in ("pinned", "anchor")])
    pem = models.TextField()
    fingerprint = models.CharField(max_length=64, unique=True)  # sha256 of the DER, hex
    added_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revocation_reason = models.CharField(max_length=60, blank=True)
