"""App configuration."""

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """The pharmacist's door."""

    name = "pharmacy.workbench"
    label = "workbench"
    default_auto_field = "django.db.models.BigAutoField"
