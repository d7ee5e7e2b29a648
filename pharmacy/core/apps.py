"""App configuration of the ground floor."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Audit log, outbox, inbox and idempotency keys."""

    name = "pharmacy.core"
    label = "core"
    verbose_name = "Core"
    default_auto_field = "django.db.models.BigAutoField"
