"""A store or warehouse of the chain, as a place people know: name, address, hours, licence."""

from __future__ import annotations

import uuid

from django.db import models


class Store(models.Model):
    """One place of the chain. Oscar's Partner of the same `code` owns its stock."""

    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=[("store", "store"), ("warehouse", "warehouse")])
    name_en = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80)
    address_en = models.CharField(max_length=160, blank=True)
    address_zh = models.CharField(max_length=160, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    hours = models.CharField(max_length=40, blank=True)
    licence_number = models.CharField(max_length=40, blank=True)
    licence_until = models.DateField(null=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    is_open = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"store:{self.external_id}"
