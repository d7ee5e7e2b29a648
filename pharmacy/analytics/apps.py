"""App configuration of the analytics fork."""

from oscar.apps.analytics import apps


class AnalyticsConfig(apps.AnalyticsConfig):
    """Oscar's analytics app without its receivers.

    They write a counter on every page view and lock the same row for all visitors of a
    popular product. Reading a page writes nothing; figures come from events.
    """

    name = "pharmacy.analytics"

    def ready(self) -> None:
        """Connect nothing."""
