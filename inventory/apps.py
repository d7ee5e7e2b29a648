"""App configuration."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Stock: lots, movements, balances and reservations over all stores."""

    name = "inventory"
    label = "inventory"
    default_auto_field = "django.db.models.BigAutoField"
