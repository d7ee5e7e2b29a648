"""Stage 9, reporting: the issuer learns what was handed over, once, whatever happens.

A report row is written with the hand-over itself; sending is repeated until the issuer
confirms. Its id travels as the identifier and as `Idempotency-Key`, so that the issuer can
tell a repeat from a second dispense.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from pharmacy.core import clock, http
from pharmacy.core.errors import Unavailable
from pharmacy.core.failpoints import failpoint
from pharmacy.core.states import advance
from prescriptions.events import DispenseReported
from prescriptions.models import Dispense, Issue, Report

SYSTEM = "urn:ietf:rfc:3986"
# The issuer read the report and says no. Everything else, such as a credential that ran out or
# a moved address, ends when somebody mends it, and the report is sent again.
REFUSALS = frozenset({400, 409, 410, 412, 413, 415, 422})


class IssuerUnavailable(Unavailable):
    """The issuer's endpoint does not take the report now; it will be sent again."""

    code = "report.issuer-unavailable"
    sentence = _("The hospital's system does not answer. We will report again.")


def report(*, dispense: Dispense) -> Report:
    """Send the report of a dispense and note the issuer's answer.

    Raises:
        IssuerUnavailable: no confirmation; call again.
    Emits: DispenseReported.   Idempotent by: the report's id, here and at the issuer.
    """
    row = Report.objects.select_related("dispense__issue__prescription__issuer").get(
        dispense=dispense
    )
    if row.stage != "pending":
        return row
    issuer = row.dispense.issue.prescription.issuer
    if not issuer.report_url:
        return _conclude(row, "confirmed", "no-endpoint")
    Report.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
    try:
        answer = http.send(
            "POST",
            issuer.report_url,
            body=json.dumps(to_fhir(row), ensure_ascii=False).encode(),
            headers={
                "Content-Type": "application/fhir+json",
                "Idempotency-Key": str(row.external_id),
                "Authorization": f"Bearer {issuer.report_credential or ''}",
            },
        )
    except http.PeerUnavailable as error:
        raise IssuerUnavailable(report=str(row.external_id)) from error
    failpoint("report.after-send")
    if answer.status in {200, 201, 202, 204}:
        return _conclude(row, "confirmed", answer.headers.get("Location", ""))
    if answer.status not in REFUSALS:
        raise IssuerUnavailable(report=str(row.external_id), status=answer.status)
    return _conclude(row, "rejected", f"http-{answer.status}")


@transaction.atomic
def _conclude(row: Report, to: str, receipt: str) -> Report:
    locked = Report.objects.select_for_update().get(pk=row.pk)
    if locked.stage != "pending":
        return locked
    issue = row.dispense.issue
    event = DispenseReported(issue=str(issue.external_id), dispense=str(row.dispense.external_id))
    advance(
        locked,
        to,
        by="system:reporting",
        reason=receipt if to == "rejected" else "",
        updates={
            "receipt": receipt[:120],
            "confirmed_at": clock.now() if to == "confirmed" else None,
        },
        event=event if to == "confirmed" else None,
    )
    close_if_complete(issue=issue)
    return locked


def resend(*, row: Report, by: str) -> Report:
    """Send a report again that the issuer rejected, once the cause is mended there.

    Raises:
        TransitionRefused: it was not rejected.
        IssuerUnavailable: no confirmation; it stays open.
    """
    advance(row, "pending", by=by, reason="sent again")
    return report(dispense=row.dispense)


@transaction.atomic
def note_settled(*, issue: Issue) -> None:
    """Note that the money of a fully dispensed issue is settled."""
    locked = Issue.objects.select_for_update().get(pk=issue.pk)
    if locked.use == "dispensed":
        advance(locked, "settled", by="system:settlement", field="use")
    close_if_complete(issue=locked)


def close_if_complete(*, issue: Issue) -> None:
    """Move an issue to its end once it is settled and every report is confirmed."""
    locked = Issue.objects.select_for_update().get(pk=issue.pk)
    has_open = Report.objects.filter(dispense__issue=locked).exclude(stage="confirmed").exists()
    if locked.use == "settled" and not has_open:
        advance(locked, "reported", by="system:reporting", field="use")


def to_fhir(row: Report) -> dict[str, Any]:
    """The report as a FHIR R4 Bundle of MedicationDispense, one entry a lot."""
    bag = row.dispense
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": SYSTEM, "value": f"urn:uuid:{row.external_id}"},
        "timestamp": row.created_at.isoformat(),
        "entry": [
            {"resource": _dispense_resource(row, line)}
            for line in bag.lines.select_related("issue_line__item")
        ],
    }


def _dispense_resource(row: Report, line: Any) -> dict[str, Any]:
    bag, item = row.dispense, line.issue_line.item
    identifier = bag.issue.prescription.issuer_identifier
    return {
        "resourceType": "MedicationDispense",
        "id": f"{bag.external_id}-{line.pk}",
        "status": "completed",
        "medicationCodeableConcept": {
            "coding": [{"system": item.system, "code": item.code}],
            "text": item.display,
        },
        "authorizingPrescription": [
            {"identifier": {"value": identifier}, "display": f"line {item.line}"}
        ],
        "quantity": {"value": line.quantity, "unit": item.unit},
        "whenHandedOver": bag.given_at.isoformat(),
        "performer": [{"actor": {"identifier": {"value": bag.store.licence_number}}}],
        "extension": [
            {"url": "urn:rxflow:lot-number", "valueString": line.lot_number},
            {"url": "urn:rxflow:expiry-date", "valueDate": line.expiry_date.isoformat()},
        ],
    }
