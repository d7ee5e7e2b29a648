"""Staff: a login with a licence and with roles at stores; headquarters' roles have no store."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from pharmacy.people.models.store import Store

ROLES = ["pharmacist", "manager", "headquarters"]


class Staff(models.Model):
    """Someone who works for the chain."""

    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff"
    )
    name = models.CharField(max_length=80)
    licence_number = models.CharField(max_length=40, blank=True)
    licence_until = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    @property
    def actor(self) -> str:
        """How the audit log names this person."""
        return f"staff:{self.external_id}"

    def has_role(self, role: str, store: Store | None = None) -> bool:
        """Whether a role is held at a store (or chain-wide)."""
        return any(
            held.role == role and (held.store_id is None or (store and held.store_id == store.pk))
            for held in self.roles.all()
        )


class StaffRole(models.Model):
    """One role at one store; without a store it holds for the whole chain."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="roles")
    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.PROTECT)
    role = models.CharField(max_length=14, choices=[(r, r) for r in ROLES])

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["staff", "store", "role"], name="people_role_once", nulls_distinct=False
            ),
        )
