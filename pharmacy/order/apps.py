"""App configuration of the order fork."""

from oscar.apps.order import apps


class OrderConfig(apps.OrderConfig):
    """Oscar's order app with our behaviour."""

    name = "pharmacy.order"
