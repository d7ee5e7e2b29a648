"""App configuration."""

from django.apps import AppConfig


class PrescriptionsConfig(AppConfig):
    """Prescriptions: intake, verification, claim, review, dispensing, reporting."""

    name = "prescriptions"
    label = "prescriptions"
    default_auto_field = "django.db.models.BigAutoField"
