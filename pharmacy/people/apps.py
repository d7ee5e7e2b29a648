"""App configuration."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Persons, stores, staff and their roles, grants and consents."""

    name = "pharmacy.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
