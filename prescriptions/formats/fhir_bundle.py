"""The resources of a Bundle by type and by reference; what a reference names must be inside."""

from __future__ import annotations

from typing import Any

from prescriptions.formats import fields
from prescriptions.formats.errors import FieldInvalid, FieldMissing

BUNDLE_TYPES = {"collection", "document", "message"}
MAX_ENTRIES = 200


class Resources:
    """An index over the entries of one Bundle."""

    def __init__(self, document: Any) -> None:
        if not isinstance(document, dict) or document.get("resourceType") != "Bundle":
            raise FieldInvalid(field="resourceType")
        fields.choice(document.get("type"), BUNDLE_TYPES, "Bundle.type")
        self._kinds: dict[str, list[dict[str, Any]]] = {}
        self._names: dict[str, dict[str, Any]] = {}
        for entry in fields.sequence(document.get("entry"), "Bundle.entry", limit=MAX_ENTRIES):
            self._add(fields.mapping(entry, "Bundle.entry"))

    def _add(self, entry: dict[str, Any]) -> None:
        field = "Bundle.entry.fullUrl"
        resource = fields.mapping(entry.get("resource"), "Bundle.entry.resource")
        written = resource.get("resourceType")
        kind = fields.text(written, "Bundle.entry.resource", limit=60, required=True)
        self._kinds.setdefault(kind, []).append(resource)
        full_url = fields.text(entry.get("fullUrl"), field, limit=300)
        own_id = fields.text(resource.get("id"), field, limit=64)
        local = f"{kind}/{own_id}" if own_id else ""
        for name in (full_url, local if local != full_url else ""):
            if name in self._names:
                raise FieldInvalid(field=field)  # two resources of one name
            if name:
                self._names[name] = resource

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Every resource of a type, in the order of the Bundle."""
        return self._kinds.get(kind, [])

    def find(self, reference: Any, field: str, *kinds: str) -> dict[str, Any]:
        """The resource that a reference names, of one of these types."""
        name = fields.mapping(reference, field).get("reference")
        found = self._names.get(fields.text(name, f"{field}.reference", limit=300, required=True))
        if found is None:
            raise FieldMissing(field=field)
        if found["resourceType"] not in kinds:
            raise FieldInvalid(field=field)
        return found


def coding(concept: Any, field: str) -> dict[str, str]:
    """First coding of a CodeableConcept with its text: {system, code, display}."""
    if concept is None:
        return {"system": "", "code": "", "display": ""}
    whole = fields.mapping(concept, field)
    codings = fields.sequence(whole.get("coding"), field)
    first = fields.mapping(codings[0], field) if codings else {}
    return {
        "system": fields.text(first.get("system"), field, limit=120),
        "code": fields.text(first.get("code"), field, limit=60),
        "display": fields.text(whole.get("text") or first.get("display"), field, limit=200),
    }
