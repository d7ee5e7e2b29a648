"""App configuration."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Seed data, a simulated hospital and loopback peers."""

    name = "pharmacy.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
