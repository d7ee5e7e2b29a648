"""A person is a patient, a carer or both; not a login. What identifies rests encrypted.

An identifier (ID card, insurance number) is found through its blind index only. Grants let a
carer act for someone; consents are one row a purpose.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from pharmacy.core.crypto import EncryptedTextField


class Person(models.Model):
    """Someone who takes medicine or cares for someone who does."""

    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="person",
    )  # fmt: skip
    name = EncryptedTextField()
    birth_date = EncryptedTextField(null=True)  # ISO date
    gender = models.CharField(max_length=10, blank=True)  # FHIR administrative-gender
    phone = EncryptedTextField(null=True)
    identifier = EncryptedTextField(null=True)
    identifier_index = models.CharField(max_length=64, null=True, unique=True)
    locale = models.CharField(max_length=10, default="zh-hans")
    is_elder_mode = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"person:{self.external_id}"


class Allergy(models.Model):
    """A substance or cross-reaction group that a person does not tolerate (formulary code)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="allergies")
    code = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["person", "code"], name="people_allergy_once"),
        )


class Grant(models.Model):
    """What one person may do for another, until when, on what evidence."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants_given")
    grantee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants_held")
    scopes = models.JSONField(default=list)  # of view, order, pay, collect
    evidence = models.CharField(max_length=120)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Consent(models.Model):
    """A yes or no to one purpose, with the version of the text that was shown (PIPL art. 29)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=40)
    is_given = models.BooleanField()
    text_version = models.CharField(max_length=20)
    recorded_at = models.DateTimeField()
