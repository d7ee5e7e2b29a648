"""Opening the stock of a store: its partner, its locations, the products it lists."""

from __future__ import annotations

from decimal import Decimal

from oscar.core.loading import get_model

from inventory.models import Location, StorePartner
from inventory.models.place import STORE_KINDS
from pharmacy.core.money import EXPONENTS
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Store

CURRENCY = "CNY"


def open_stock(*, store: Store) -> StorePartner:
    """Tie a store to the partner of the same code and give it its locations. Idempotent."""
    tie = StorePartner.objects.filter(store=store).select_related("partner").first()
    if tie is None:
        partners = get_model("partner", "Partner").objects
        partner, _ = partners.get_or_create(code=store.code, defaults={"name": store.name_en})
        tie, _ = StorePartner.objects.get_or_create(store=store, defaults={"partner": partner})
        for kind in STORE_KINDS:
            Location.objects.get_or_create(store=store, kind=kind)
    return tie


def location(*, kind: str, store: Store | None = None) -> Location:
    """The location of a kind in a store, or the virtual one of the chain."""
    return Location.objects.get_or_create(store=store, kind=kind)[0]


def home_of(*, medicine: Medicine, store: Store) -> Location:
    """Where a medicine is kept for sale: the fridge when the cold chain asks for it."""
    return location(kind="fridge" if medicine.is_cold_chain else "shelf", store=store)


def list_product(*, store: Store, medicine: Medicine) -> None:
    """See that the store has a stock record of the product, at the formulary's price."""
    partner = open_stock(store=store).partner
    get_model("partner", "StockRecord").objects.get_or_create(
        partner=partner,
        product_id=medicine.product_id,
        defaults={
            "partner_sku": medicine.code,
            "price_currency": CURRENCY,
            "price": Decimal(medicine.price_minor).scaleb(-EXPONENTS[CURRENCY]),
            "num_in_stock": 0,
            "num_allocated": 0,
        },
    )
