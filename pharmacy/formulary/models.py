"""Medicines: what a product is as a medicine, beside Oscar's product (one to one)."""

from __future__ import annotations

from django.db import models
from oscar.core.loading import get_model

Product = get_model("catalogue", "Product")

SUPPLY_CLASSES = [
    "rx",  # prescription only (处方药)
    "otc-a",  # pharmacy counter (甲类非处方药)
    "otc-b",  # general sale (乙类非处方药)
    "ephedrine",  # compound with ephedrine, restricted packs
    "psychotropic-2",  # 第二类精神药品
    "narcotic",  # 麻醉药品 and 第一类精神药品
    "toxic",  # 医疗用毒性药品
    "device",
]


class Substance(models.Model):
    """An active ingredient by its international nonproprietary name."""

    code = models.SlugField(max_length=60, unique=True)  # INN, lower case, hyphens
    name_en = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80)
    # Cross-reaction groups, comma separated codes such as "penicillins".
    groups = models.CharField(max_length=120, blank=True)


class Medicine(models.Model):
    """One strength, form and pack of a medicine. Quantities are in base units (tablet, mL …)."""

    product = models.OneToOneField(Product, on_delete=models.PROTECT, related_name="medicine")
    code = models.SlugField(max_length=80, unique=True)  # such as amlodipine-5mg-tablet-28
    name_en = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    pinyin = models.CharField(max_length=160)
    initials = models.CharField(max_length=40)
    strength = models.CharField(max_length=60)  # "5 mg"
    form = models.CharField(max_length=40)  # tablet, capsule, ...
    base_unit = models.CharField(max_length=20)  # tablet, capsule, mL, g, dose
    pack_size = models.PositiveIntegerField()  # base units in a pack
    atc = models.CharField(max_length=7, blank=True, db_index=True)
    supply_class = models.CharField(max_length=14, choices=[(c, c) for c in SUPPLY_CLASSES])
    may_sell_online = models.BooleanField(default=True)
    is_cold_chain = models.BooleanField(default=False)
    is_chronic = models.BooleanField(default=False)
    barcode = models.CharField(max_length=14, unique=True)  # GTIN of the pack, in-house prefix
    price_minor = models.PositiveIntegerField()  # per pack, minor units of the chain's currency

    def __str__(self) -> str:
        return self.code

    @property
    def is_prescription_only(self) -> bool:
        """Whether it needs a prescription."""
        return self.supply_class not in {"otc-a", "otc-b", "device"}


class Ingredient(models.Model):
    """How much of a substance one base unit holds."""

    medicine = models.ForeignKey(Medicine, on_delete=models.CASCADE, related_name="ingredients")
    substance = models.ForeignKey(Substance, on_delete=models.PROTECT)
    amount = models.DecimalField(max_digits=12, decimal_places=4)
    unit = models.CharField(max_length=10)  # UCUM: mg, ug, [iU], g

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["medicine", "substance"], name="formulary_ingredient_once"
            ),
        )


class DoseRule(models.Model):
    """Usual and maximum adult dose of a substance by route, with its source."""

    substance = models.ForeignKey(Substance, on_delete=models.CASCADE, related_name="doses")
    route = models.CharField(max_length=20)  # oral, topical, inhaled, injection ...
    usual = models.CharField(max_length=120)  # "5-10 mg once daily"
    max_single = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    max_daily = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    unit = models.CharField(max_length=10)
    min_age_years = models.PositiveSmallIntegerField(default=18)
    source = models.CharField(max_length=160)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["substance", "route"], name="formulary_doserule_once"),
        )


class MedicineCode(models.Model):
    """A code of another system that names a medicine of ours exactly."""

    medicine = models.ForeignKey(Medicine, on_delete=models.CASCADE, related_name="codes")
    system = models.CharField(max_length=120)
    code = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["system", "code"], name="formulary_code_once"),
        )
