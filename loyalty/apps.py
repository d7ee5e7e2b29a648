"""App configuration."""

from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    """Points: double-entry ledger of members."""

    name = "loyalty"
    label = "loyalty"
    default_auto_field = "django.db.models.BigAutoField"
