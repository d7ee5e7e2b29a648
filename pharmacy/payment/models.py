"""Tables of collecting money: attempts, their money events, refunds, the webhook inbox.

An attempt is one try to collect one amount for one owner (an opaque key such as
`order:100001`). What was captured and refunded is the sum of its append-only money events;
the columns on the attempt are that sum, kept in the same transaction and bounded by the
database. `seq` counts up when the provider proved that a call had no effect and a new key
of idempotency is due. Nothing here says what was bought or for whom.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from pharmacy.core.crypto import EncryptedBinaryField
from pharmacy.core.errors import Broken
from pharmacy.core.money import Money
from pharmacy.core.states import Transitions
from pharmacy.payment.states import ATTEMPT, CLOSED, OPEN, REFUND


class MoneyEventIsAppendOnly(Broken):
    """Somebody tried to change a recorded money event."""

    code = "payment.append-only"


class PaymentAttempt(models.Model):
    """One try to collect an amount; amounts are minor units of `currency`."""

    TRANSITIONS = {"state": ATTEMPT}

    external_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.CharField(max_length=120, db_index=True)
    customer = models.CharField(max_length=120, blank=True)
    method = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=20, choices=ATTEMPT.choices, default=ATTEMPT.initial)
    reference = models.CharField(max_length=120, null=True, unique=True)
    source = models.CharField(max_length=120, blank=True)
    capture_before = models.DateTimeField(null=True)
    capture_key = models.CharField(max_length=160, blank=True)
    capture_minor = models.BigIntegerField(null=True)
    seq = models.PositiveSmallIntegerField(default=1)
    failure = models.CharField(max_length=80, blank=True)
    release_reason = models.CharField(max_length=80, blank=True)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner"],
                name="collection_one_live_attempt",
                condition=~Q(state__in=sorted(CLOSED)),
            ),
            models.CheckConstraint(
                name="collection_amount_positive", condition=Q(amount_minor__gt=0)
            ),
            models.CheckConstraint(
                name="collection_captured_bounded",
                condition=Q(captured_minor__gte=0) & Q(captured_minor__lte=F("amount_minor")),
            ),
            models.CheckConstraint(
                name="collection_refunded_bounded",
                condition=Q(refunded_minor__gte=0) & Q(refunded_minor__lte=F("captured_minor")),
            ),
        )
        indexes = (
            models.Index(
                fields=["changed_at"], name="collection_open", condition=Q(state__in=OPEN)
            ),
        )

    def __str__(self) -> str:
        return f"{self.owner} {self.state}"

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"payment:{self.external_id}"

    @property
    def amount(self) -> Money:
        """What this attempt was to collect."""
        return Money(self.amount_minor, self.currency)

    @property
    def captured(self) -> Money:
        """What was taken so far."""
        return Money(self.captured_minor, self.currency)

    @property
    def refunded(self) -> Money:
        """What was given back so far."""
        return Money(self.refunded_minor, self.currency)


class MoneyEvent(models.Model):
    """What the provider said happened to money; append-only, once for each key."""

    KINDS = ("authorised", "captured", "released", "refunded", "refund-reversed")

    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in KINDS])
    amount_minor = models.BigIntegerField()
    reference = models.CharField(max_length=120, blank=True)
    key = models.CharField(max_length=160, unique=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="collection_event_not_negative", condition=Q(amount_minor__gte=0)
            ),
            models.CheckConstraint(
                name="collection_event_kind",
                condition=Q(
                    kind__in=["authorised", "captured", "released", "refunded", "refund-reversed"]
                ),
            ),
        )

    def __str__(self) -> str:
        return self.key

    def save(self, *args: object, **kwargs: object) -> None:
        """Insert only; the trigger refuses the rest too."""
        if not self._state.adding:
            raise MoneyEventIsAppendOnly(key=self.key)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Refund(models.Model):
    """Money on its way back to the customer."""

    TRANSITIONS: dict[str, Transitions] = {"state": REFUND}

    external_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=160, unique=True)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=REFUND.choices, default=REFUND.initial)
    reference = models.CharField(max_length=120, null=True, unique=True)
    seq = models.PositiveSmallIntegerField(default=1)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="collection_refund_positive", condition=Q(amount_minor__gt=0)
            ),
        )
        indexes = (
            models.Index(
                fields=["changed_at"],
                name="collection_refund_open",
                condition=Q(state__in=["requested", "pending"]),
            ),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def audit_subject(self) -> str:
        """How the audit log names this row."""
        return f"refund:{self.external_id}"


class WebhookEvent(models.Model):
    """The inbox: what a provider told us, kept as it came (encrypted), processed later."""

    event_id = models.CharField(max_length=120, primary_key=True)
    kind = models.CharField(max_length=120)
    body = EncryptedBinaryField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    outcome = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["next_at"],
                name="collection_webhook_open",
                condition=Q(processed_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.event_id
