"""Tables of the ground floor: audit chain, outbox, deliveries (inbox), idempotency keys."""

from __future__ import annotations

import uuid

from django.db import models


class AuditEntry(models.Model):
    """One thing somebody did. Append-only by trigger."""

    external_id = models.UUIDField(default=uuid.uuid4, unique=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=120, db_index=True)
    store = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    facts = models.JSONField(default=dict)


class AuditSeal(models.Model):
    """The place of an entry in the hash chain; written by trigger at commit."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT)
    previous = models.BinaryField()
    hash = models.BinaryField()


class AuditHead(models.Model):
    """The single row that orders the chain."""

    position = models.BigIntegerField(default=0)
    hash = models.BinaryField()


class OutboxMessage(models.Model):
    """A domain event, written in the transaction that made it true."""

    topic = models.CharField(max_length=80)
    event_id = models.UUIDField(unique=True)
    payload = models.JSONField()
    recorded_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["id"],
                name="core_outbox_open",
                condition=models.Q(dispatched_at__isnull=True),
            ),
        )


class Delivery(models.Model):
    """One event for one reaction: the inbox row that gives it exactly one effect."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.PROTECT, related_name="deliveries")
    reaction = models.CharField(max_length=120)
    state = models.CharField(
        max_length=8, choices=[(s, s) for s in ("pending", "done", "dead")], default="pending"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message", "reaction"], name="core_delivery_once"),
        )
        indexes = (
            models.Index(
                fields=["next_at"],
                name="core_delivery_due",
                condition=models.Q(state="pending"),
            ),
        )


class IdempotencyKey(models.Model):
    """A request that had its effect, with the answer it got."""

    key = models.CharField(max_length=200, unique=True)
    fingerprint = models.CharField(max_length=64)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField()
