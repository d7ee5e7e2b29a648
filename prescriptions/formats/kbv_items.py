"""The one line of a KBV prescription: medicine, number of packs, dose as written."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from prescriptions.canonical import PACKAGE, CanonicalItem
from prescriptions.formats import fields
from prescriptions.formats.errors import FieldInvalid, FieldMissing
from prescriptions.formats.kbv_bundle import NAMESPACES, KbvBundle, value

PZN = "http://fhir.de/CodeSystem/ifa/pzn"
INGREDIENT = "f:ingredient/f:itemCodeableConcept"


def item(bundle: KbvBundle, order: etree._Element) -> CanonicalItem:
    """Map the order; `quantity` counts packs. Raises MalformedPrescription, naming the field."""
    medicine = _medicine_of(bundle, order)
    return CanonicalItem(
        line=1,
        unit=PACKAGE,
        quantity=_packs(order),
        dose_text=_dose_text(order),
        is_substitution_allowed=value(order, "f:substitution/f:allowedBoolean") == "true",
        **_medicine(medicine),
    )


def _medicine_of(bundle: KbvBundle, order: etree._Element) -> etree._Element:
    for path in ("f:medicationReference", "f:itemReference"):
        if order.find(path, NAMESPACES) is not None:
            return bundle.find(order, path, "Medication")
    raise FieldMissing(field="medicationReference")


def _packs(order: etree._Element) -> int:
    for path in ("f:dispenseRequest/f:quantity/f:value", "f:quantity/f:value"):
        written = value(order, path)
        if written:
            return fields.whole(_number(written, "quantity"), "quantity", most=9999)
    raise FieldMissing(field="quantity")


def _number(written: str, field: str) -> Decimal:
    try:
        number = Decimal(written) if len(written) <= 20 else Decimal("NaN")
    except InvalidOperation:
        raise FieldInvalid(field=field) from None
    if not number.is_finite():
        raise FieldInvalid(field=field)
    return number


def _dose_text(order: etree._Element) -> str:
    for path in ("f:dosageInstruction/f:text", "f:dosageInstruction/f:patientInstruction"):
        written = value(order, path)
        if written:
            return fields.text(written, "dosageInstruction", limit=300)
    return ""


def _medicine(medicine: etree._Element) -> dict[str, Any]:
    """PZN; else the only ingredient (active-substance prescription); else its text."""
    system = value(medicine, "f:code/f:coding/f:system")
    code = value(medicine, "f:code/f:coding/f:code")
    display = value(medicine, "f:code/f:text")
    ingredients = medicine.findall(INGREDIENT, NAMESPACES)
    if system == PZN:
        _check_pzn(code)
    else:
        system, code = _substance(ingredients)
    if not display:
        display = " + ".join(filter(None, (value(each, "f:text") for each in ingredients)))
    return {
        "system": fields.text(system, "Medication.code", limit=120),
        "code": fields.text(code, "Medication.code", limit=60),
        "display": fields.text(display, "Medication.code.text", limit=200, required=True),
        "strength": _strength(medicine) if len(ingredients) == 1 else "",
        "form": _form(medicine),
    }


def _substance(ingredients: list[etree._Element]) -> tuple[str, str]:
    if len(ingredients) != 1:
        return "", ""
    only = ingredients[0]
    code = value(only, "f:coding/f:code")
    return (value(only, "f:coding/f:system"), code) if code else ("", "")


def _form(medicine: etree._Element) -> str:
    written = value(medicine, "f:form/f:text") or value(medicine, "f:form/f:coding/f:code")
    return fields.text(written, "Medication.form", limit=40)


def _strength(medicine: etree._Element) -> str:
    strength = "f:ingredient/f:strength/f:numerator"
    amount = value(medicine, f"{strength}/f:value")
    unit = value(medicine, f"{strength}/f:unit")
    return fields.text(f"{amount} {unit}".strip(), "Medication.ingredient.strength", limit=60)


def _check_pzn(code: str) -> None:
    """Eight digits; the weighted sum of the first seven modulo 11 is the last."""
    if len(code) != 8 or not (code.isascii() and code.isdigit()):
        raise FieldInvalid(field="Medication.code.pzn")
    if sum(n * int(digit) for n, digit in enumerate(code[:7], start=1)) % 11 != int(code[7]):
        raise FieldInvalid(field="Medication.code.pzn")
