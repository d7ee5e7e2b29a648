"""App configuration."""

from django.apps import AppConfig


class HeadquartersConfig(AppConfig):
    """Headquarters' door."""

    name = "pharmacy.headquarters"
    label = "headquarters"
    default_auto_field = "django.db.models.BigAutoField"
