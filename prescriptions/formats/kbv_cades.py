"""German e-prescription: a KBV bundle in XML inside a CAdES signature of the prescriber.

Only the signed content is read; a copy that travels beside it counts for nothing.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import zoneinfo
from typing import Any

from lxml import etree

from pharmacy.core.parsing import load_xml
from prescriptions.canonical import CanonicalPrescription
from prescriptions.formats import fields, kbv_items, kbv_people
from prescriptions.formats.cms import CmsEnvelope, open_enveloping
from prescriptions.formats.errors import FieldInvalid, FieldMissing, NotActive
from prescriptions.formats.kbv_bundle import KbvBundle, value

MONTHS_VALID = 3  # AMVV § 2 (5): three months after issue unless stated otherwise
MULTIPLE_DAYS_VALID = 365  # multiple prescription without an end
PRESCRIPTION_ID = re.compile(r"\d{3}(\.\d{3}){4}\.\d{2}\Z")
FORM = "e16A"
MULTIPLE = (
    "f:extension[@url='https://fhir.kbv.de/StructureDefinition/KBV_EX_ERP_Multiple_Prescription']"
)


class KbvCades:
    """The format; stateless."""

    name = "kbv-cades"
    media_types = ("application/pkcs7-mime", "application/pkcs7-signature", "application/cms")
    time_zone = "Europe/Berlin"
    signs_on_issue_date = True

    def recognises(self, raw: bytes, media_type: str) -> bool:
        """CMS by its media type, or an ASN.1 SEQUENCE by its first byte."""
        return media_type.partition(";")[0].strip() in self.media_types or raw[:1] == b"\x30"

    def open(self, raw: bytes, signature: str) -> CmsEnvelope:
        """Parse the container; the signature is inside, none may travel beside it."""
        return open_enveloping(raw)

    def read(self, payload: bytes, *, document: Any = None) -> CanonicalPrescription:
        """Map a bundle of one order. Raises MalformedPrescription, naming the field."""
        bundle = KbvBundle(load_xml(payload) if document is None else document)
        _check_composition(bundle)
        order = bundle.order()
        _check_order(order)
        issued = fields.day(value(order, "f:authoredOn"), "authoredOn")
        opens, closes = _window(order, issued)
        return CanonicalPrescription(
            identifier=_identifier(bundle),
            group_identifier=_group(order),
            issued_at=dt.datetime.combine(issued, dt.time(), zoneinfo.ZoneInfo(self.time_zone)),
            valid_from=opens,
            valid_until=closes,
            note=fields.text(value(order, "f:note/f:text"), "note", limit=400),
            items=(kbv_items.item(bundle, order),),
            **kbv_people.patient(bundle),
            **kbv_people.prescriber(bundle, order),
        )


def _check_composition(bundle: KbvBundle) -> None:
    composition = bundle.one("Composition")
    if value(composition, "f:status") != "final":
        raise NotActive(field="Composition.status")
    if value(composition, "f:type/f:coding/f:code") != FORM:
        raise FieldInvalid(field="Composition.type")


def _check_order(order: etree._Element) -> None:
    name = etree.QName(order).localname
    if name == "SupplyRequest":
        return
    if value(order, "f:status") != "active":
        raise NotActive(field="MedicationRequest.status")
    if value(order, "f:intent") != "order":
        raise NotActive(field="MedicationRequest.intent")


def _identifier(bundle: KbvBundle) -> str:
    written = value(bundle.root, "f:identifier/f:value")
    if not written:
        raise FieldMissing(field="Bundle.identifier")
    if not PRESCRIPTION_ID.match(written):
        raise FieldInvalid(field="Bundle.identifier")
    return written


def _group(order: etree._Element) -> str:
    """What the parts of a multiple prescription share."""
    written = value(order, f"{MULTIPLE}/f:extension[@url='ID']/f:valueIdentifier/f:value")
    return fields.text(written, "Multiple_Prescription.ID", limit=120)


def _window(order: etree._Element, issued: dt.date) -> tuple[dt.date, dt.date]:
    """First and last good day: the period of a multiple prescription, else three months."""
    if value(order, f"{MULTIPLE}/f:extension[@url='Kennzeichen']/f:valueBoolean") != "true":
        return issued, _months_later(issued, MONTHS_VALID)
    field = "Multiple_Prescription.Zeitraum"
    period = f"{MULTIPLE}/f:extension[@url='Zeitraum']/f:valuePeriod"
    start, end = value(order, f"{period}/f:start"), value(order, f"{period}/f:end")
    opens = fields.day(start, field) if start else issued
    closes = fields.day(end, field) if end else opens + dt.timedelta(days=MULTIPLE_DAYS_VALID)
    if closes < opens:
        raise FieldInvalid(field=field)
    return opens, closes


def _months_later(start: dt.date, months: int) -> dt.date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(start.day, last))


FORMAT = KbvCades()
