"""App configuration."""

from django.apps import AppConfig
from django.core import checks


class CollectionConfig(AppConfig):
    """Taking money: attempts, methods, webhooks."""

    name = "pharmacy.payment"
    label = "collection"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks at start."""
        from pharmacy.payment.checks import methods_load, webhook_secrets

        checks.register(webhook_secrets)
        checks.register(methods_load)
