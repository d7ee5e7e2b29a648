"""Load the seed formulary: Oscar's products, our medicines beside them, doses and codes.

Names in pinyin are computed here, and what may be sold or shown online is asked of the law
(`pharmacy.policy`), never written into the data by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models, transaction
from oscar.core.loading import get_model
from pypinyin import Style, lazy_pinyin

from pharmacy import policy
from pharmacy.formulary import forms, systems
from pharmacy.formulary.models import DoseRule, Ingredient, Medicine, MedicineCode, Substance
from pharmacy.formulary.tables import InconsistentSeed, MedicineRow, Seed, faults, read

Product = get_model("catalogue", "Product")
ProductClass = get_model("catalogue", "ProductClass")
CLASS_NAME = "Medicine"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """Rows that stand after a load, and how many medicines of them are new."""

    medicines: int
    created: int
    substances: int
    dose_rules: int
    codes: int
    offline_only: int


@transaction.atomic
def load(*, seed: Seed | None = None) -> LoadReport:
    """Bring the database to what the seed says; a second load changes nothing.

    Raises:
        InconsistentSeed: the tables contradict themselves; nothing was written.

    Idempotent by: our code of the medicine, its barcode, the code of the substance.
    """
    seed = seed or read()
    if found := faults(seed):
        raise InconsistentSeed(faults=found[:20])
    before = Medicine.objects.count()
    substances = _load_substances(seed)
    medicines = _load_medicines(seed, _load_products(seed))
    _load_ingredients(seed, medicines, substances)
    _load_doses(seed, substances)
    codes = _load_codes(medicines)
    return LoadReport(
        medicines=len(medicines),
        created=Medicine.objects.count() - before,
        substances=len(substances),
        dose_rules=len(seed.doses),
        codes=codes,
        offline_only=sum(not medicine.may_sell_online for medicine in medicines.values()),
    )


def _upsert(
    model: type[models.Model],
    rows: Iterable[models.Model],
    key: Sequence[str],
    fields: Sequence[str],
) -> None:
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=list(key), update_fields=list(fields)
    )


def _load_substances(seed: Seed) -> dict[str, Substance]:
    rows = [
        Substance(code=row.code, name_en=row.name_en, name_zh=row.name_zh, groups=row.groups)
        for row in seed.substances
    ]
    _upsert(Substance, rows, ["code"], ["name_en", "name_zh", "groups"])
    return Substance.objects.in_bulk([row.code for row in rows], field_name="code")


def _load_products(seed: Seed) -> dict[str, Any]:
    """Products by barcode (Oscar's `upc`)."""
    product_class, _ = ProductClass.objects.get_or_create(
        name=CLASS_NAME, defaults={"requires_shipping": True, "track_stock": True}
    )
    rows = [
        Product(
            upc=row.barcode, title=row.title, slug=row.code[:255], product_class=product_class,
            is_discountable=_allows(row, "discount"), is_public=_allows(row, "visible"),
            structure=Product.STANDALONE,
        )
        for row in seed.medicines
    ]  # fmt: skip
    fields = ["title", "slug", "is_discountable", "is_public", "product_class"]
    _upsert(Product, rows, ["upc"], fields)
    return Product.objects.in_bulk([row.upc for row in rows], field_name="upc")


def _allows(row: MedicineRow, effect: str) -> bool:
    return policy.decide(
        jurisdiction=settings.JURISDICTION, supply_class=row.supply_class, effect=effect
    ).allowed


def _may_sell_online(row: MedicineRow) -> bool:
    """Whether the list of the place leaves it online; only China keeps such a list."""
    return settings.JURISDICTION != "CN" or not policy.is_online_prohibited(
        substances=frozenset(name for name, _, _ in row.ingredients),
        supply_class=row.supply_class,
        route=forms.route_of(row.form),
        atc=row.atc,
    )


COPIED = [
    "name_en", "name_zh", "strength", "form", "base_unit", "pack_size", "atc", "supply_class",
    "is_cold_chain", "is_chronic", "barcode", "price_minor",
]  # fmt: skip


def _load_medicines(seed: Seed, products: dict[str, Any]) -> dict[str, Medicine]:
    rows = [
        Medicine(
            code=row.code,
            product=products[row.barcode],
            pinyin="".join(lazy_pinyin(row.name_zh)).lower()[:160],
            initials="".join(lazy_pinyin(row.name_zh, style=Style.FIRST_LETTER)).lower()[:40],
            may_sell_online=_may_sell_online(row),
            **{name: getattr(row, name) for name in COPIED},
        )
        for row in seed.medicines
    ]
    computed = ["product", "pinyin", "initials", "may_sell_online"]
    _upsert(Medicine, rows, ["code"], [*COPIED, *computed])
    return Medicine.objects.in_bulk([row.code for row in rows], field_name="code")


def _load_ingredients(
    seed: Seed, medicines: dict[str, Medicine], substances: dict[str, Substance]
) -> None:
    rows = [
        Ingredient(
            medicine=medicines[row.code], substance=substances[name], amount=amount, unit=unit
        )
        for row in seed.medicines
        for name, amount, unit in row.ingredients
    ]
    _upsert(Ingredient, rows, ["medicine", "substance"], ["amount", "unit"])
    wanted = {(row.medicine_id, row.substance_id) for row in rows}
    held = Ingredient.objects.filter(medicine__in=medicines.values())
    stale = [row.pk for row in held if (row.medicine_id, row.substance_id) not in wanted]
    Ingredient.objects.filter(pk__in=stale).delete()


def _load_doses(seed: Seed, substances: dict[str, Substance]) -> None:
    fields = ["usual", "max_single", "max_daily", "unit", "min_age_years", "source"]
    rows = [
        DoseRule(
            substance=substances[row.substance],
            route=row.route,
            **{name: getattr(row, name) for name in fields},
        )
        for row in seed.doses
    ]
    _upsert(DoseRule, rows, ["substance", "route"], fields)


def _load_codes(medicines: dict[str, Medicine]) -> int:
    rows = [
        MedicineCode(medicine=medicine, system=system, code=code)
        for medicine in medicines.values()
        for system, code in ((systems.OWN, medicine.code), (systems.GTIN, medicine.barcode))
    ]
    _upsert(MedicineCode, rows, ["system", "code"], ["medicine"])
    return len(rows)
