"""App configuration."""

from django.apps import AppConfig


class SettlementConfig(AppConfig):
    """Double-entry books of what was handed over and paid."""

    name = "pharmacy.settlement"
    label = "settlement"
    default_auto_field = "django.db.models.BigAutoField"
