"""Makes stores, medicines and lots for the tests of stock; small and direct."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from oscar.core.loading import get_model

from inventory import places, receiving
from inventory.models import Lot, LotBalance
from inventory.receiving import ReceivedLine
from pharmacy.core import clock
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Store

Product = get_model("catalogue", "Product")
ProductClass = get_model("catalogue", "ProductClass")
StockRecord = get_model("partner", "StockRecord")

BY = "system:test"
NOON = dt.datetime(2026, 11, 2, 4, 0, tzinfo=dt.UTC)  # noon in Shanghai
_count = itertools.count(1)


def make_store(code: str = "", **facts: Any) -> Store:
    """An open store with its partner and locations."""
    number = next(_count)
    code = code or f"S{number:03}"
    names = {"name_en": f"Store {number}", "name_zh": f"门店{number}"}
    store = Store.objects.create(code=code, **{"kind": "store", **names, **facts})
    places.open_stock(store=store)
    return store


def make_medicine(code: str = "", *, pack_size: int = 28, **facts: Any) -> Medicine:
    """An over-the-counter medicine with an Oscar product that tracks stock."""
    number = next(_count)
    code = code or f"medicine-{number}"
    product_class, _ = ProductClass.objects.get_or_create(
        slug="medicine",
        defaults={"name": "Medicine", "track_stock": True, "requires_shipping": False},
    )
    product = Product.objects.create(
        product_class=product_class, title=code, slug=code, upc=f"upc-{number}"
    )
    defaults = {
        "name_en": code.capitalize(),
        "name_zh": code,
        "pinyin": code,
        "initials": code[:3],
        "strength": "5 mg",
        "form": "tablet",
        "base_unit": "tablet",
        "supply_class": "otc-a",
        "barcode": f"2{number:012}",
        "price_minor": 1250,
    }
    return Medicine.objects.create(
        product=product, code=code, pack_size=pack_size, **{**defaults, **facts}
    )


def stock(
    store: Store,
    medicine: Medicine,
    quantity: int,
    *,
    number: str = "",
    expires_in: int = 365,
    expiry_date: dt.date | None = None,
) -> Lot:
    """Receive base units of a lot and return the lot."""
    number = number or f"L{next(_count):05}"
    expiry = expiry_date or clock.today(store.time_zone) + dt.timedelta(days=expires_in)
    line = ReceivedLine(medicine=medicine, lot_number=number, expiry_date=expiry, quantity=quantity)
    receiving.receive(store=store, lines=[line], by=BY, key=f"receipt:{next(_count)}")
    return Lot.objects.get(medicine=medicine, number=number)


def record_of(store: Store, medicine: Medicine) -> tuple[int, int]:
    """(packs in stock, packs allocated) as the shop sees them."""
    record = StockRecord.objects.get(partner=store.stock_partner.partner, product=medicine.product)
    return record.num_in_stock, record.num_allocated


def balances_of(store: Store, medicine: Medicine) -> list[tuple[str, int, int]]:
    """(lot number, on hand, reserved) in the store, by expiry."""
    rows = LotBalance.objects.filter(location__store=store, lot__medicine=medicine)
    ordered = rows.order_by("lot__expiry_date", "lot__number")
    return list(ordered.values_list("lot__number", "on_hand", "reserved"))
