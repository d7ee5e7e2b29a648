"""The seed formulary loads once, says what the law says, and refuses to contradict itself."""

from __future__ import annotations

import dataclasses
import io

import pytest
from django.core.management import CommandError, call_command
from oscar.core.loading import get_model

from pharmacy.formulary import gtin, seeding, tables
from pharmacy.formulary.models import DoseRule, Ingredient, Medicine, MedicineCode, Substance

Product = get_model("catalogue", "Product")


def counts():
    models = (Product, Medicine, Ingredient, Substance, DoseRule, MedicineCode)
    return [model.objects.count() for model in models]


def test_the_tables_are_sound_and_wide_enough():
    seed = tables.read()

    assert tables.faults(seed) == []
    assert len(seed.medicines) >= 150
    assert sum(row.is_chronic for row in seed.medicines) >= 100
    assert all(row.source for row in seed.doses)


@pytest.mark.parametrize(
    ("substance", "route", "maximum", "unit"),
    [
        ("paracetamol", "oral", 4000, "mg"),
        ("metformin", "oral", 2550, "mg"),
        ("amlodipine", "oral", 10, "mg"),
        ("simvastatin", "oral", 40, "mg"),
        ("atorvastatin", "oral", 80, "mg"),
        ("losartan", "oral", 100, "mg"),
        ("valsartan", "oral", 320, "mg"),
        ("glimepiride", "oral", 6, "mg"),
        ("ibuprofen", "oral", 1200, "mg"),
        ("tiotropium", "inhaled", 18, "ug"),
        ("escitalopram", "oral", 20, "mg"),
    ],
)
def test_well_known_maxima_stand(substance, route, maximum, unit):
    (row,) = [
        row for row in tables.read().doses if (row.substance, row.route) == (substance, route)
    ]

    assert (row.max_daily, row.unit) == (maximum, unit)


@pytest.mark.django_db
def test_a_second_load_changes_nothing():
    first = seeding.load()
    before = counts()
    keys = list(Medicine.objects.order_by("code").values_list("code", "pk", "product_id"))

    second = seeding.load()

    assert counts() == before
    assert list(Medicine.objects.order_by("code").values_list("code", "pk", "product_id")) == keys
    assert (first.created, second.created) == (first.medicines, 0)
    assert first.medicines == Medicine.objects.count() == Product.objects.count()
    assert first.codes == 2 * first.medicines


@pytest.mark.django_db
def test_a_medicine_carries_its_product_names_and_barcode():
    seeding.load()

    medicine = Medicine.objects.get(code="amlodipine-5mg-tablet-28")
    nifedipine = Medicine.objects.get(name_zh="硝苯地平控释片")

    assert medicine.product.title == "Amlodipine 5 mg tablet, 28 tablet"
    assert (medicine.product.upc, medicine.barcode) == ("2000000000015", "2000000000015")
    assert medicine.product.is_discountable is False
    assert (medicine.name_zh, medicine.atc) == ("苯磺酸氨氯地平片", "C08CA01")
    assert (nifedipine.pinyin, nifedipine.initials) == ("xiaobendipingkongshipian", "xbdpksp")
    assert all(gtin.is_valid(code) for code in Medicine.objects.values_list("barcode", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name_zh", "online", "discountable", "public"),
    [
        ("地高辛片", False, False, True),
        ("华法林钠片", False, False, True),
        ("苯磺酸氨氯地平片", True, False, True),
        ("甘精胰岛素注射液", True, False, True),
        ("依洛尤单抗注射液", False, False, True),
        ("酚麻美敏片", False, False, True),
        ("氢溴酸右美沙芬片", False, False, False),
        ("酒石酸唑吡坦片", False, False, False),
        ("夫西地酸乳膏", True, False, True),
        ("对乙酰氨基酚片", True, True, True),
    ],
)
def test_the_law_decides_what_is_sold_online(name_zh, online, discountable, public):
    seeding.load()

    medicine = Medicine.objects.filter(name_zh=name_zh).first()

    assert medicine.may_sell_online is online
    assert medicine.product.is_discountable is discountable
    assert medicine.product.is_public is public


@pytest.mark.django_db
def test_insulins_are_cold_and_counted_in_millilitres():
    seeding.load()

    glargine = Medicine.objects.get(name_en="Insulin glargine")
    (part,) = glargine.ingredients.all()

    assert (glargine.is_cold_chain, glargine.base_unit, glargine.pack_size) == (True, "mL", 3)
    assert (part.amount, part.unit) == (100, "[iU]")


@pytest.mark.django_db
def test_an_ingredient_that_left_the_tables_leaves_the_medicine():
    seed = tables.read()
    seeding.load(seed=seed)
    combined = next(row for row in seed.medicines if row.name_zh == "缬沙坦氨氯地平片")
    alone = dataclasses.replace(combined, ingredients=combined.ingredients[:1])
    changed = tuple(alone if row is combined else row for row in seed.medicines)

    seeding.load(seed=dataclasses.replace(seed, medicines=changed))

    held = Ingredient.objects.filter(medicine__code=combined.code)
    assert [row.substance.code for row in held] == ["valsartan"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"number": 2},
        {"form": "elixir"},
        {"supply_class": "free"},
        {"atc": "C8CA01"},
        {"strength": "strong"},
        {"price_minor": 0},
        {"ingredients": (("unobtainium", 5, "mg"),)},
        {"ingredients": (("amlodipine", 0, "mg"),)},
        {"ingredients": (("amlodipine", 5, "stone"),)},
    ],
)
def test_a_contradiction_is_refused_and_nothing_is_written(change):
    seed = tables.read()
    wrong = (dataclasses.replace(seed.medicines[0], **change), *seed.medicines[1:])

    with pytest.raises(tables.InconsistentSeed) as refused:
        seeding.load(seed=dataclasses.replace(seed, medicines=wrong))

    assert refused.value.facts["faults"]
    assert counts() == [0, 0, 0, 0, 0, 0]


@pytest.mark.django_db
def test_the_command_loads_and_checks():
    said = io.StringIO()

    call_command("formulary", "check", stdout=said)
    assert Medicine.objects.count() == 0
    call_command("formulary", "load", stdout=said)

    assert Medicine.objects.count() == len(tables.read().medicines)
    assert "sold in stores only" in said.getvalue()
    with pytest.raises(CommandError):
        call_command("formulary", "destroy")


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("4006381333931", True),
        ("036000291452", True),
        ("4006381333932", False),
        ("40063813339", False),
        ("400638133393x", False),
        ("", False),
    ],
)
def test_barcodes_are_checked_by_their_last_digit(code, valid):
    assert gtin.is_valid(code) is valid
