"""App configuration."""

from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    """The flow of an order over all stages."""

    name = "pharmacy.fulfilment"
    label = "fulfilment"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the reactions."""
        from pharmacy.fulfilment import reactions

        reactions.register()
