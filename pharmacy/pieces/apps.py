"""App configuration."""

from django.apps import AppConfig


class PiecesConfig(AppConfig):
    """Pieces of the screens: partials, tags, gallery, error pages."""

    name = "pharmacy.pieces"
    label = "pieces"
    default_auto_field = "django.db.models.BigAutoField"
