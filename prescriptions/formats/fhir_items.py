"""One MedicationRequest as one line: medicine, quantity in base units, dose, days."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from prescriptions.canonical import CanonicalItem
from prescriptions.formats import fields
from prescriptions.formats.errors import FieldInvalid, FieldMissing, NotActive
from prescriptions.formats.fhir_bundle import Resources, coding

PERIOD_IN_DAYS = {
    "h": Decimal(1) / 24, "d": Decimal(1), "wk": Decimal(7),
}  # fmt: skip
DURATION_IN_DAYS = {"d": 1, "wk": 7}
MAX_DOSAGES = 5
MAX_DOSES_PER_DAY = 96


def check_request(request: dict[str, Any]) -> None:
    """Only an active order counts. Raises NotActive, naming the field."""
    if request.get("status") != "active":
        raise NotActive(field="MedicationRequest.status")
    if request.get("intent") != "order":
        raise NotActive(field="MedicationRequest.intent")
    if request.get("doNotPerform"):
        raise NotActive(field="MedicationRequest.doNotPerform")


def item(number: int, request: dict[str, Any], resources: Resources) -> CanonicalItem:
    """Map one request. Raises MalformedPrescription, naming the field."""
    prefix = "MedicationRequest.dispenseRequest"
    dispense = fields.mapping(request.get("dispenseRequest"), prefix)
    quantity = fields.mapping(dispense.get("quantity"), f"{prefix}.quantity")
    supply = dispense.get("expectedSupplyDuration")
    return CanonicalItem(
        line=number,
        quantity=fields.whole(quantity.get("value"), f"{prefix}.quantity"),
        unit=_unit(quantity, f"{prefix}.quantity.unit", required=True),
        days_supply=days(supply, f"{prefix}.expectedSupplyDuration", most=400),
        is_substitution_allowed=_substitution(request),
        **_medicine(request, resources),
        **_dosage(request),
    )


def days(value: Any, field: str, *, most: int) -> int | None:
    """A FHIR Duration in whole days; None when absent."""
    if value is None:
        return None
    duration = fields.mapping(value, field)
    unit = fields.choice(duration.get("code") or duration.get("unit"), DURATION_IN_DAYS, field)
    return fields.whole(duration.get("value"), field, most=most) * DURATION_IN_DAYS[unit]


def _unit(quantity: dict[str, Any], field: str, *, required: bool = False) -> str:
    """UCUM code without the braces of an annotation: `{tablet}` is tablet."""
    written = quantity.get("code") or quantity.get("unit")
    return fields.text(written, field, limit=30, required=required).strip("{}")


def _substitution(request: dict[str, Any]) -> bool:
    allowed = fields.mapping(request.get("substitution"), "MedicationRequest.substitution")
    value = allowed.get("allowedBoolean", False)
    if not isinstance(value, bool):
        raise FieldInvalid(field="MedicationRequest.substitution.allowedBoolean")
    return value


def _medicine(request: dict[str, Any], resources: Resources) -> dict[str, Any]:
    field = "MedicationRequest.medication"
    if "medicationCodeableConcept" in request:
        found = coding(request["medicationCodeableConcept"], field)
        form = strength = ""
    elif "medicationReference" in request:
        medication = resources.find(request["medicationReference"], field, "Medication")
        found = coding(medication.get("code"), "Medication.code")
        shape = coding(medication.get("form"), "Medication.form")
        form = (shape["display"] or shape["code"])[:40]
        strength = _strength(medication)
    else:
        raise FieldMissing(field=field)
    if not found["display"]:
        found["display"] = found["code"]
    if not found["display"]:
        raise FieldMissing(field=field)
    return {**found, "form": form, "strength": strength}


def _strength(medication: dict[str, Any]) -> str:
    """`5 mg` of the only ingredient; several are left to the display name."""
    ingredients = fields.sequence(medication.get("ingredient"), "Medication.ingredient")
    if len(ingredients) != 1:
        return ""
    field = "Medication.ingredient.strength"
    ratio = fields.mapping(fields.mapping(ingredients[0], field).get("strength"), field)
    amount = fields.mapping(ratio.get("numerator"), field)
    if not amount:
        return ""
    value = fields.decimal(amount.get("value"), field, most=10**9, places=4)
    return f"{value:f} {_unit(amount, field, required=True)}"


def _dosage(request: dict[str, Any]) -> dict[str, Any]:
    """Text, dose and doses a day; several instructions add up only when their dose is the same."""
    field = "MedicationRequest.dosageInstruction"
    given = fields.sequence(request.get("dosageInstruction"), field, limit=MAX_DOSAGES)
    instructions = [fields.mapping(each, field) for each in given]
    shown = [fields.text(each.get("text"), f"{field}.text", limit=300) for each in instructions]
    doses = [_dose(each, f"{field}.doseAndRate") for each in instructions]
    rates = [_per_day(each, f"{field}.timing.repeat") for each in instructions]
    routes = [coding(each.get("route"), f"{field}.route") for each in instructions]
    is_plain = bool(doses) and len(set(doses)) == 1
    amount, unit = doses[0] if is_plain else (None, "")
    total = sum(filter(None, rates), Decimal(0)) if is_plain and None not in rates else None
    if total is not None and total > MAX_DOSES_PER_DAY:
        raise FieldInvalid(field=f"{field}.timing.repeat")
    return {
        "dose_text": fields.text("; ".join(filter(None, shown)), f"{field}.text", limit=300),
        "dose_quantity": amount,
        "dose_unit": unit,
        "doses_per_day": round(total, 3) if total else None,
        "route": (routes[0]["code"] or routes[0]["display"])[:40] if routes else "",
    }


def _dose(instruction: dict[str, Any], field: str) -> tuple[Decimal | None, str]:
    given = fields.sequence(instruction.get("doseAndRate"), field, limit=1)
    dose = fields.mapping(given[0] if given else None, field).get("doseQuantity")
    if dose is None:
        return None, ""
    amount = fields.mapping(dose, f"{field}.doseQuantity")
    value = fields.decimal(amount.get("value"), f"{field}.doseQuantity.value")
    return value, _unit(amount, f"{field}.doseQuantity.unit", required=True)


def _per_day(instruction: dict[str, Any], field: str) -> Decimal | None:
    timing = fields.mapping(instruction.get("timing"), field)
    repeat = fields.mapping(timing.get("repeat"), field)
    if "frequency" not in repeat:
        return None
    frequency = fields.whole(repeat["frequency"], f"{field}.frequency", most=48)
    period = fields.decimal(repeat.get("period", 1), f"{field}.period", most=366)
    unit = fields.choice(repeat.get("periodUnit", "d"), PERIOD_IN_DAYS, f"{field}.periodUnit")
    return frequency / (period * PERIOD_IN_DAYS[unit])
