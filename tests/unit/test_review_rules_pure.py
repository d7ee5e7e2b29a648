"""The clinical rules on frozen facts: alert, ok, and above all "not checked"."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from pharmacy.core.registry import Registry
from prescriptions import review_rules
from prescriptions.review_rules import allergy, duplicate_therapy, maximum_dose, sentences
from prescriptions.review_rules.shapes import Allergen, DoseLimit, Item, Part, ReviewFacts


def limit(single=None, daily=None, unit="mg", min_age=18):
    return DoseLimit(
        max_single=None if single is None else Decimal(single),
        max_daily=None if daily is None else Decimal(daily),
        unit=unit, min_age_years=min_age, usual="as labelled", source="a label",
    )  # fmt: skip


def part(substance, amount, limits=None, unit="mg", groups=()):
    return Part(
        substance=substance, groups=frozenset(groups), amount=Decimal(amount), unit=unit,
        limit=limits,
    )  # fmt: skip


def item(*parts, line=1, **more):
    plain = {
        "medicine": f"medicine-{line}", "atc": "", "base_unit": "tablet", "form_route": "oral",
        "dose_quantity": Decimal(1), "dose_unit": "tablet", "doses_per_day": Decimal(1),
    }  # fmt: skip
    return Item(line=line, parts=parts, **{**plain, **more})


PARACETAMOL = part("paracetamol", 500, limit(1000, 4000, min_age=16))
UNRESOLVED = Item(line=9, medicine=None)


def facts(*items, **more):
    plain = {"age_years": 50, "allergens": (), "current": (), "knowledge_version": "k1"}
    return ReviewFacts(items=items, **{**plain, **more})


def said(rule, given):
    return [(draft.state, draft.code, draft.severity, draft.line) for draft in rule.check(given)]


# --- Allergy ---------------------------------------------------------------------------------
AMOXICILLIN = part("amoxicillin", 500, groups=["penicillins", "aminopenicillin-side-chain"])
CEFALEXIN = part("cefalexin", 250, groups=["cephalosporins", "aminopenicillin-side-chain"])
CEFIXIME = part("cefixime", 100, groups=["cephalosporins"])
TO_AMOXICILLIN = Allergen(code="amoxicillin", groups=AMOXICILLIN.groups)
TO_PENICILLINS = Allergen(code="penicillins", groups=frozenset({"penicillins"}))


@pytest.mark.parametrize(
    ("taken", "allergen", "code", "severity"),
    [
        (AMOXICILLIN, TO_AMOXICILLIN, "allergy.same-substance", 4),
        (AMOXICILLIN, TO_PENICILLINS, "allergy.same-group", 4),
        (CEFALEXIN, TO_AMOXICILLIN, "allergy.same-group", 4),
        (CEFIXIME, TO_AMOXICILLIN, "allergy.related-group", 2),
        (CEFIXIME, TO_PENICILLINS, "allergy.related-group", 2),
    ],
)
def test_an_allergen_is_met_by_substance_group_and_relation(taken, allergen, code, severity):
    given = facts(item(taken), allergens=(allergen,))

    assert said(allergy, given) == [("alert", code, severity, 1)]


def test_a_strange_substance_is_fine():
    given = facts(item(PARACETAMOL), allergens=(TO_PENICILLINS,))

    assert said(allergy, given) == [("ok", "allergy.none-found", 0, 1)]


def test_unknown_allergies_are_not_checked_and_no_line_is_fine():
    given = facts(item(PARACETAMOL), item(AMOXICILLIN, line=2), allergens=None)

    assert said(allergy, given) == [("not-checked", "allergy.not-stated", 0, None)]


def test_an_allergy_we_do_not_know_leaves_the_check_open_but_still_alerts():
    given = facts(
        item(PARACETAMOL), item(AMOXICILLIN, line=2),
        allergens=(TO_PENICILLINS,), unresolved_allergies=1,
    )  # fmt: skip

    assert said(allergy, given) == [
        ("not-checked", "allergy.not-understood", 0, None),
        ("alert", "allergy.same-group", 4, 2),
    ]


# --- Duplicate therapy -----------------------------------------------------------------------
def test_one_substance_in_two_lines_alerts_once_and_neither_line_is_fine():
    given = facts(item(PARACETAMOL), item(PARACETAMOL, line=2), item(CEFIXIME, line=3))

    assert said(duplicate_therapy, given) == [
        ("alert", "duplicate.same-substance", 3, 1),
        ("ok", "duplicate.none-found", 0, 3),
    ]


def test_by_another_route_the_same_substance_is_a_caution():
    gel = item(part("diclofenac", 10), line=2, form_route="topical")
    given = facts(item(part("diclofenac", 75)), gel)

    assert said(duplicate_therapy, given) == [("alert", "duplicate.same-substance", 2, 1)]


@pytest.mark.parametrize(
    ("first", "second", "is_duplicate"),
    [
        ({"atc": "C10AA05"}, {"atc": "C10AA07"}, True),
        ({"atc": "A10AE04"}, {"atc": "A10AB05"}, False),
        ({"atc": ""}, {"atc": ""}, False),
        ({"atc": "D07AC13", "form_route": "topical"}, {"atc": "D07AC01"}, False),
    ],
)
def test_two_of_one_atc_class_alert(first, second, is_duplicate):
    given = facts(item(part("a", 1), **first), item(part("b", 1), line=2, **second))

    codes = {code for _, code, _, _ in said(duplicate_therapy, given)}
    assert codes == ({"duplicate.same-class"} if is_duplicate else {"duplicate.none-found"})


def test_a_combination_is_caught_by_its_group():
    sartan = ["angiotensin-receptor-blockers"]
    combined = item(part("losartan", 50, groups=sartan), part("hctz", 12), atc="C09DA01")
    alone = item(part("valsartan", 80, groups=sartan), line=2, atc="C09CA03")

    assert said(duplicate_therapy, facts(combined, alone)) == [
        ("alert", "duplicate.same-class", 2, 1)
    ]


def test_what_the_patient_already_takes_counts():
    given = facts(item(PARACETAMOL), current=(item(PARACETAMOL, line=7),))

    (draft,) = duplicate_therapy.check(given)
    assert (draft.code, draft.facts["where"]) == ("duplicate.same-substance", "current")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"current": None}, "duplicate.current-not-stated"),
        ({"unresolved_current": 2}, "duplicate.current-not-resolved"),
    ],
)
def test_an_unknown_medication_list_is_not_checked(more, code):
    assert said(duplicate_therapy, facts(item(PARACETAMOL), **more)) == [
        ("not-checked", code, 0, None)
    ]


def test_a_line_beside_an_unresolved_one_is_not_called_fine():
    given = facts(item(PARACETAMOL), UNRESOLVED)

    assert said(duplicate_therapy, given) == [
        ("not-checked", "duplicate.medicine-not-resolved", 0, 9)
    ]


# --- Maximum dose ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tablets", "a_day", "expected"),
    [
        ("1", "4", [("ok", "dose.within-limits", 0, 1)]),
        ("2", "4", [("ok", "dose.within-limits", 0, 1)]),
        ("2", "4.001", [("alert", "dose.daily-above-maximum", 3, 1)]),
        ("3", "1", [("alert", "dose.single-above-maximum", 3, 1)]),
        (
            "4", "4",
            [
                ("alert", "dose.single-above-maximum", 4, 1),
                ("alert", "dose.daily-above-maximum", 4, 1),
            ],
        ),
    ],
)  # fmt: skip
def test_one_dose_and_one_day_are_held_to_their_maximum(tablets, a_day, expected):
    line = item(PARACETAMOL, dose_quantity=Decimal(tablets), doses_per_day=Decimal(a_day))

    assert said(maximum_dose, facts(line)) == expected


@pytest.mark.parametrize(
    ("quantity", "unit", "maximum", "is_above"),
    [
        ("50", "ug", 300, False),
        ("0.05", "mg", 300, False),
        ("0.5", "mg", 300, True),
        ("301", "微克", 300, True),
        ("2", "片", 300, False),
        ("7", "tablet", 300, True),
    ],
)
def test_units_are_converted_explicitly(quantity, unit, maximum, is_above):
    levothyroxine = part("levothyroxine", 50, limit(maximum, maximum, unit="ug"), unit="ug")
    line = item(levothyroxine, dose_quantity=Decimal(quantity), dose_unit=unit)

    states = {state for state, *_ in said(maximum_dose, facts(line))}
    assert states == {"alert" if is_above else "ok"}


def test_insulin_units_have_no_milligrams():
    insulin = part("insulin-glargine", 100, limit(10, 20), unit="[iU]")
    line = item(insulin, base_unit="mL", dose_quantity=Decimal(12), dose_unit="U")

    assert said(maximum_dose, facts(line)) == [("not-checked", "dose.unit-unclear", 0, 1)]


@pytest.mark.parametrize(
    ("change", "more", "code"),
    [
        ({"dose_quantity": None}, {}, "dose.not-stated"),
        ({"dose_quantity": Decimal(0)}, {}, "dose.not-stated"),
        ({"doses_per_day": None}, {}, "dose.frequency-not-stated"),
        ({"dose_unit": "spoon"}, {}, "dose.unit-unclear"),
        ({"dose_unit": ""}, {}, "dose.unit-unclear"),
        ({"route": "rectal"}, {}, "dose.route-unclear"),
        ({"route": "topical"}, {}, "dose.route-unclear"),
        ({"form_route": ""}, {}, "dose.route-unclear"),
        ({}, {"age_years": None}, "dose.age-not-stated"),
        ({}, {"age_years": 15}, "dose.age-not-covered"),
        ({"parts": (part("paracetamol", 500),)}, {}, "dose.no-limit-known"),
        ({"parts": (part("paracetamol", 500, limit()),)}, {}, "dose.no-limit-known"),
        ({"parts": ()}, {}, "dose.medicine-not-resolved"),
    ],
)
def test_a_gap_is_not_checked_and_never_ok(change, more, code):
    line = dataclasses.replace(item(PARACETAMOL), **change)

    assert said(maximum_dose, facts(line, **more)) == [("not-checked", code, 0, 1)]


def test_milligrams_of_a_combination_do_not_say_of_what():
    line = item(
        PARACETAMOL, part("caffeine", 15, limit(200, 400)), dose_quantity=Decimal(500),
        dose_unit="mg",
    )  # fmt: skip

    assert {code for _, code, _, _ in said(maximum_dose, facts(line))} == {"dose.unit-unclear"}


def test_lines_that_share_a_substance_are_added_up():
    twice = {"dose_quantity": Decimal(2), "doses_per_day": Decimal(3)}
    given = facts(item(PARACETAMOL, **twice), item(PARACETAMOL, line=2, **twice))

    found = list(maximum_dose.check(given))

    assert [draft.code for draft in found][-1] == "dose.total-above-maximum"
    assert (found[-1].facts["value"], found[-1].facts["maximum"]) == ("6000", "4000")


def test_a_sum_with_an_unknown_share_is_not_checked():
    given = facts(item(PARACETAMOL), item(PARACETAMOL, line=2, doses_per_day=None))

    assert ("not-checked", "dose.total-not-known", 0, 1) in said(maximum_dose, given)


# --- All together ----------------------------------------------------------------------------
def test_every_rule_answers_and_carries_the_version_of_the_knowledge():
    found = review_rules.run(facts(item(PARACETAMOL)))

    assert [(draft.rule, draft.state) for draft in found] == [
        ("allergy", "ok"), ("duplicate-therapy", "ok"), ("maximum-dose", "ok"),
    ]  # fmt: skip
    assert {draft.knowledge_version for draft in found} == {"k1"}


def test_an_unresolved_medicine_is_ok_for_no_rule():
    found = review_rules.run(facts(UNRESOLVED))

    assert [(draft.rule, draft.state, draft.line) for draft in found] == [
        ("allergy", "not-checked", 9),
        ("duplicate-therapy", "not-checked", 9),
        ("maximum-dose", "not-checked", 9),
    ]


def broken(_facts):
    message = "Patient One has a secret"
    raise RuntimeError(message)


def silent(_facts):
    return []


@pytest.mark.parametrize("name", ["broken", "silent"])
def test_a_rule_that_breaks_or_says_nothing_is_not_checked(name, caplog):
    rules = Registry(
        "review rule",
        {name: f"{__name__}.{name}", "allergy": "prescriptions.review_rules.allergy.check"},
    )

    found = review_rules.run(facts(item(PARACETAMOL)), rules=rules)

    assert [(draft.rule, draft.state, draft.code) for draft in found] == [
        (name, "not-checked", "rule.failed"), ("allergy", "ok", "allergy.none-found"),
    ]  # fmt: skip
    assert "secret" not in caplog.text


# --- Words -----------------------------------------------------------------------------------
def test_a_finding_reads_as_a_sentence_with_its_source():
    line = item(PARACETAMOL, dose_quantity=Decimal(3))
    (draft,) = maximum_dose.check(facts(line))

    words = sentences.sentence(
        code=draft.code, facts=draft.facts, names={"paracetamol": "Paracetamol"}
    )

    assert words.what == "One dose holds 1500 mg of Paracetamol; the maximum is 1000 mg."
    assert words.source == "a label"
    assert words.todo


def test_an_unknown_code_reads_as_a_failed_check_and_a_missing_fact_as_a_dash():
    assert sentences.sentence(code="new.code", facts={}).what == "This check failed to run."
    gap = sentences.sentence(code="allergy.same-substance", facts={})
    assert gap.what == "The patient is allergic to –."


@pytest.mark.parametrize("code", sorted(sentences.WORDINGS))
def test_every_code_has_words_in_both_languages(code):
    from django.utils import translation

    for language in ("en", "zh-hans"):
        with translation.override(language):
            words = sentences.sentence(code=code, facts={})
            assert words.what
            assert words.todo
