"""FHIR R4: a JSON Bundle of MedicationRequests, signed beside the bytes by a detached JWS."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

from pharmacy.core.parsing import load_json
from prescriptions.canonical import CanonicalPrescription
from prescriptions.formats import fhir_items, fhir_people, fields
from prescriptions.formats.errors import FieldInvalid, FieldMissing, FieldTooMany
from prescriptions.formats.fhir_bundle import Resources
from prescriptions.formats.jws import JwsEnvelope, open_detached


class FhirR4:
    """The format; stateless."""

    name = "fhir-r4"
    media_types = ("application/fhir+json", "application/json")
    time_zone = "Asia/Shanghai"
    signs_on_issue_date = False

    def recognises(self, raw: bytes, media_type: str) -> bool:
        """JSON by its media type, or an object by its first character."""
        return media_type.partition(";")[0].strip() in self.media_types or raw.lstrip()[:1] == b"{"

    def open(self, raw: bytes, signature: str) -> JwsEnvelope:
        """Parse the bytes strictly and the signature beside them."""
        return open_detached(raw, load_json(raw), signature)

    def read(self, payload: bytes, *, document: Any = None) -> CanonicalPrescription:
        """Map a Bundle: one patient, one prescriber, one order number, one to fifty lines.

        Raises:
            MalformedPrescription: naming the field.
        """
        resources = Resources(load_json(payload) if document is None else document)
        requests = resources.all("MedicationRequest")
        if not requests:
            raise FieldMissing(field="MedicationRequest")
        for request in requests:
            fhir_items.check_request(request)
        first = requests[0]
        opens, closes, issues, interval = _terms(requests)
        return CanonicalPrescription(
            **_identifiers(requests),
            **fhir_people.patient(resources, requests),
            **fhir_people.prescriber(resources, requests),
            **fhir_people.findings(resources),
            issued_at=fields.instant(
                first.get("authoredOn"), "MedicationRequest.authoredOn", self.time_zone
            ),
            valid_from=opens,
            valid_until=closes,
            issues_allowed=issues,
            min_interval_days=interval,
            note=_note(requests),
            items=tuple(
                fhir_items.item(number, request, resources)
                for number, request in enumerate(requests, start=1)
            ),
        )


def _same(values: list[Any], field: str) -> Any:
    """What every request must say alike."""
    if any(value != values[0] for value in values):
        raise FieldInvalid(field=field)
    return values[0]


def _identifiers(requests: list[dict[str, Any]]) -> dict[str, Any]:
    """The number of the whole prescription; one request alone may carry its own."""
    field = "MedicationRequest.groupIdentifier"
    found = [fields.mapping(each.get("groupIdentifier"), field) for each in requests]
    group = _same([fields.text(each.get("value"), field, limit=120) for each in found], field)
    if group:
        return {"identifier": group, "group_identifier": group}
    if len(requests) > 1:
        raise FieldMissing(field=field)
    own = fields.sequence(requests[0].get("identifier"), "MedicationRequest.identifier")
    value = fields.mapping(own[0] if own else None, "MedicationRequest.identifier").get("value")
    text = functools.partial(fields.text, limit=120, required=True)
    return {"identifier": text(value, "MedicationRequest.identifier")}


def _terms(requests: list[dict[str, Any]]) -> tuple[dt.date, dt.date, int, int]:
    """Window, issues and interval.

    Without a period the prescription is good on its day of issue (处方管理办法 art. 18).
    """
    prefix = "MedicationRequest.dispenseRequest"
    windows, repeats, intervals = [], [], []
    for request in requests:
        dispense = fields.mapping(request.get("dispenseRequest"), prefix)
        windows.append(_window(request, dispense))
        allowed = dispense.get("numberOfRepeatsAllowed", 0)
        repeats.append(fields.whole(allowed, f"{prefix}.numberOfRepeatsAllowed", least=0, most=98))
        interval = dispense.get("dispenseInterval")
        intervals.append(fhir_items.days(interval, f"{prefix}.dispenseInterval", most=366) or 0)
    opens = max(each[0] for each in windows)
    closes = min(each[1] for each in windows)
    if closes < opens:
        raise FieldInvalid(field=f"{prefix}.validityPeriod")
    issues = 1 + _same(repeats, f"{prefix}.numberOfRepeatsAllowed")
    return opens, closes, issues, _same(intervals, f"{prefix}.dispenseInterval")


def _window(request: dict[str, Any], dispense: dict[str, Any]) -> tuple[dt.date, dt.date]:
    field = "MedicationRequest.dispenseRequest.validityPeriod"
    period = fields.mapping(dispense.get("validityPeriod"), field)
    issued = fields.day(request.get("authoredOn"), "MedicationRequest.authoredOn")
    opens = fields.day(period["start"], f"{field}.start") if "start" in period else issued
    closes = fields.day(period["end"], f"{field}.end") if "end" in period else opens
    return opens, closes


def _note(requests: list[dict[str, Any]]) -> str:
    notes = []
    for request in requests:
        for note in fields.sequence(request.get("note"), "MedicationRequest.note"):
            body = fields.mapping(note, "MedicationRequest.note").get("text")
            notes.append(fields.text(body, "MedicationRequest.note.text", limit=400))
    joined = "\n".join(dict.fromkeys(filter(None, notes)))
    if len(joined) > 400:
        raise FieldTooMany(field="MedicationRequest.note")
    return joined


FORMAT = FhirR4()
