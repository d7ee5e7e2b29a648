"""Where stock can be: locations inside a store, and the virtual ones of the chain.

A movement always has two ends. What comes from outside comes from the virtual location
`supplier`, what a patient takes home goes to `customer`: those have no store and no balance.
"""

from __future__ import annotations

from django.db import models
from oscar.core.loading import get_model

from pharmacy.people.models import Store

Partner = get_model("partner", "Partner")

SELLABLE_KINDS = ("shelf", "fridge")
STORE_KINDS = (*SELLABLE_KINDS, "quarantine", "in-transit")
VIRTUAL_KINDS = ("supplier", "customer", "scrap", "count-difference")


class StorePartner(models.Model):
    """The tie of a store to the Oscar partner that owns its stock records."""

    store = models.OneToOneField(Store, on_delete=models.PROTECT, related_name="stock_partner")
    partner = models.OneToOneField(Partner, on_delete=models.PROTECT, related_name="stock_store")

    def __str__(self) -> str:
        return self.store.code


class Location(models.Model):
    """A kind of place in a store, or a virtual place of the chain."""

    store = models.ForeignKey(
        Store, null=True, on_delete=models.PROTECT, related_name="stock_locations"
    )
    kind = models.CharField(
        max_length=16, choices=[(kind, kind) for kind in (*STORE_KINDS, *VIRTUAL_KINDS)]
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["store", "kind"], name="inventory_location_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(store__isnull=True, kind__in=VIRTUAL_KINDS)
                | models.Q(store__isnull=False, kind__in=STORE_KINDS),
                name="inventory_location_virtual_has_no_store",
            ),
        )

    def __str__(self) -> str:
        return f"{self.store_id or 'chain'}:{self.kind}"
