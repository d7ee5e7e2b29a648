"""App configuration of the partner fork."""

from oscar.apps.partner import apps


class PartnerConfig(apps.PartnerConfig):
    """Oscar's partner app with our behaviour."""

    name = "pharmacy.partner"
