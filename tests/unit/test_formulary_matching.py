"""A prescription line finds exactly one medicine, or none: never a guess between two."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pharmacy.formulary import forms, matching, seeding, strengths, systems
from pharmacy.formulary.models import Medicine
from pharmacy.formulary.search import search


@pytest.fixture
def formulary(db):
    seeding.load()


@pytest.mark.parametrize(
    "text",
    [
        "5mg",
        "5 mg",
        "5毫克",
        "0.005 g",
        "5000 ug",
        "５ｍｇ",
        "5mg*28片",
        "5.0 mg/片",
        "5 mg per tablet",
    ],
)
def test_one_strength_is_written_in_many_ways(text):
    assert strengths.parse(text) == (("mg", Decimal(5)),)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("50 mg/12.5 mg", "12.5mg/50mg", True),
        ("300 units/3 mL", "3ml:300单位", True),
        ("1.34 mg/mL", "1.34mg/1ml", True),
        ("100 ug/dose", "100μg/揿", True),
        ("50 ug", "50 mg", False),
        ("1%", "10 mg", False),
    ],
)
def test_strengths_compare_as_numbers(left, right, same):
    assert (strengths.parse(left) == strengths.parse(right)) is same


@pytest.mark.parametrize("text", ["", "forte", "5", "5 stone", "5 mg and a bit"])
def test_a_strength_that_is_not_understood_is_none(text):
    assert strengths.parse(text) is None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("TAB", "tablet"),
        ("Tablets", "tablet"),
        ("片", "tablet"),
        ("Film-coated tablet", "tablet"),
        ("缓释片", "mr-tablet"),
        ("prolonged release tablet", "mr-tablet"),
        ("Capsule", "capsule"),
        ("注射液", "injection-pen"),
        ("elixir", "elixir"),
    ],
)
def test_forms_have_one_word_each(text, form):
    assert forms.normalise(text) == form


AMLODIPINE = "amlodipine-5mg-tablet-28"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"codings": [(systems.OWN, AMLODIPINE)]}, AMLODIPINE),
        ({"codings": [(systems.GTIN, "2000000000015")], "display": "anything"}, AMLODIPINE),
        (
            {"codings": [(systems.ATC, "C08CA01")], "strength": "5毫克", "form": "片"},
            AMLODIPINE,
        ),
        (
            {"codings": [("atc", "c08ca01")], "display": "Amlodipine 5 mg tablet"},
            AMLODIPINE,
        ),
        ({"display": "氨氯地平片", "strength": "5mg"}, AMLODIPINE),
        ({"display": "苯磺酸氨氯地平片 5mg"}, AMLODIPINE),
        ({"display": "amlodipine", "strength": "5 mg", "form": "TAB"}, AMLODIPINE),
        ({"display": "Amlodipine 5 MG Tablet"}, AMLODIPINE),
        ({"display": "盐酸二甲双胍缓释片", "strength": "0.5g"}, "metformin-500mg-mr-tablet-60"),
        ({"display": "二甲双胍片", "strength": "0.5g"}, "metformin-500mg-tablet-48"),
        (
            {"display": "氯沙坦钾氢氯噻嗪片", "strength": "50mg/12.5mg"},
            "losartan-and-hydrochlorothiazide-50mg-12_5mg-tablet-28",
        ),
        (
            {"display": "甘精胰岛素注射液", "strength": "3ml:300单位"},
            "insulin-glargine-300units-3ml-injection-pen-3",
        ),
    ],
)
def test_a_line_finds_its_medicine(formulary, line, code):
    assert matching.resolve(**line).code == code


@pytest.mark.django_db
@pytest.mark.parametrize(
    "line",
    [
        {},
        {"display": ""},
        {"display": "Amlodipine"},
        {"display": "Amlodipine", "strength": "5 mg"},
        {"display": "Amlodipine", "strength": "7 mg", "form": "tablet"},
        {"display": "Amlodipine", "strength": "5 mg", "form": "elixir"},
        {"display": "Unobtainium", "strength": "5 mg", "form": "tablet"},
        {"codings": [(systems.ATC, "C08")], "strength": "5 mg", "form": "tablet"},
        {"codings": [("urn:other", AMLODIPINE)]},
        {"codings": [(systems.GTIN, AMLODIPINE)]},
        {
            "codings": [(systems.OWN, AMLODIPINE), (systems.OWN, "amlodipine-10mg-tablet-14")],
        },
        {
            "codings": [(systems.ATC, "C08CA01")],
            "display": "Losartan", "strength": "5 mg", "form": "tablet",
        },
    ],
)  # fmt: skip
def test_what_is_not_certain_finds_nothing(formulary, line):
    assert matching.resolve(**line) is None


@pytest.mark.django_db
def test_two_packs_of_one_medicine_are_no_answer(formulary):
    one = Medicine.objects.get(code=AMLODIPINE)
    product = one.product
    product.pk, product.upc, product.slug = None, "2000000009995", "second"
    product.save()
    one.pk, one.product, one.code, one.barcode = None, product, "second", "2000000009995"
    one.save()

    found = matching.resolve(codings=[(systems.ATC, "C08CA01")], strength="5 mg", form="tablet")

    assert found is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("amlod", "Amlodipine"),
        ("Amlodipine", "Amlodipine"),
        ("硝苯地平", "Nifedipine"),
        ("xbdp", "Nifedipine"),
        ("xiaobendiping", "Nifedipine"),
        ("2000000000015", "Amlodipine"),
        ("C10AA05", "Atorvastatin"),
        ("阿托伐他汀", "Atorvastatin"),
    ],
)
def test_a_hand_finds_by_names_pinyin_initials_barcode_and_atc(formulary, text, first):
    assert search(text)[0].name_en == first


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "   ", "%", "_", "zzzz", "'; DROP TABLE x; --"])
def test_nonsense_finds_nothing(formulary, text):
    assert list(search(text)) == []


@pytest.mark.django_db
def test_search_is_one_query_and_keeps_its_limit(formulary, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(search("a", limit=5)) == 5
    assert len(search("a", limit=-1)) == 0
