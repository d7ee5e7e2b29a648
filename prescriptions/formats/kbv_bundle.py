"""The resources of a KBV bundle in FHIR XML, by type and by reference."""

from __future__ import annotations

from lxml import etree

from prescriptions.formats import fields
from prescriptions.formats.errors import FieldInvalid, FieldMissing

FHIR = "http://hl7.org/fhir"
NAMESPACES = {"f": FHIR}
ORDERS = ("MedicationRequest", "SupplyRequest")
MAX_ENTRIES = 60


def value(element: etree._Element, path: str) -> str:
    """The `value` attribute of the first element at a path; "" when there is none."""
    found = element.find(path, NAMESPACES)
    return "" if found is None else found.get("value", "").strip()


class KbvBundle:
    """An index over the entries; exactly one order, of a medicine or of practice supply."""

    def __init__(self, root: etree._Element) -> None:
        if root.tag != f"{{{FHIR}}}Bundle":
            raise FieldInvalid(field="Bundle")
        if value(root, "f:type") != "document":
            raise FieldInvalid(field="Bundle.type")
        self.root = root
        self._kinds: dict[str, list[etree._Element]] = {}
        self._names: dict[str, etree._Element] = {}
        entries = root.findall("f:entry", NAMESPACES)
        for entry in fields.sequence(entries, "Bundle.entry", limit=MAX_ENTRIES):
            self._add(entry)

    def _add(self, entry: etree._Element) -> None:
        resource = fields.only(entry.findall("f:resource/*", NAMESPACES), "Bundle.entry.resource")
        kind = etree.QName(resource).localname
        self._kinds.setdefault(kind, []).append(resource)
        local = f"{kind}/{value(resource, 'f:id')}"
        for name in {local, value(entry, "f:fullUrl")} - {""}:
            if name in self._names:
                raise FieldInvalid(field="Bundle.entry.fullUrl")  # two resources of one name
            self._names[name] = resource

    def all(self, kind: str) -> list[etree._Element]:
        """Every resource of a type."""
        return self._kinds.get(kind, [])

    def one(self, kind: str) -> etree._Element:
        """The only resource of a type."""
        return fields.only(self.all(kind), kind)

    def order(self) -> etree._Element:
        """The only order of the bundle."""
        return fields.only([each for kind in ORDERS for each in self.all(kind)], ORDERS[0])

    def find(self, element: etree._Element, path: str, kind: str) -> etree._Element:
        """The resource of a type that the reference at a path names."""
        name = value(element, f"{path}/f:reference")
        found = self._names.get(name)
        if found is None:
            raise FieldMissing(field=kind)
        if etree.QName(found).localname != kind:
            raise FieldInvalid(field=kind)
        return found
