"""App configuration."""

from django.apps import AppConfig


class CollectionConfig(AppConfig):
    """Taking money: attempts, methods, webhooks."""

    name = "pharmacy.payment"
    label = "collection"
    default_auto_field = "django.db.models.BigAutoField"
