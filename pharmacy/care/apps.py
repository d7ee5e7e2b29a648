"""App configuration."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    """Refill plans and what keeps a patient in care."""

    name = "pharmacy.care"
    label = "care"
    default_auto_field = "django.db.models.BigAutoField"
