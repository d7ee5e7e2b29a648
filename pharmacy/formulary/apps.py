"""App configuration."""

from django.apps import AppConfig


class FormularyConfig(AppConfig):
    """Medicines: codes, form, strength, supply class, doses and knowledge."""

    name = "pharmacy.formulary"
    label = "formulary"
    default_auto_field = "django.db.models.BigAutoField"
