"""App configuration."""

from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    """The customer's door."""

    name = "pharmacy.storefront"
    label = "storefront"
    default_auto_field = "django.db.models.BigAutoField"
