"""App configuration; the door's links join the room's navigation here."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HeadquartersConfig(AppConfig):
    """Headquarters' door."""

    name = "pharmacy.headquarters"
    label = "headquarters"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add the pages, by job, after the overview."""
        from pharmacy.pieces.navigation import Link, register

        stock, rx, trust = _("Stock"), _("Prescriptions"), _("Trust")
        register(
            "hq",
            Link(_("Stock by store"), "boxes", "hq:stock", stock),
            Link(_("Expiring lots"), "calendar-clock", "hq:expiring", stock),
            Link(_("All prescriptions"), "clipboard-list", "hq:prescriptions", rx),
            Link(_("Refused"), "shield-alert", "hq:documents", rx),
            Link(_("Hospitals"), "hospital", "hq:issuers", trust),
            Link(_("Health"), "activity", "hq:health", trust),
        )
