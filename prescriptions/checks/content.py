"""What the signed bytes say: structure, a patient, and that they were not used before."""

from __future__ import annotations

import dataclasses

from prescriptions.checks.examination import Case, Refusal


def structure(case: Case) -> None:
    """Only the signed payload is mapped, and only now."""
    envelope = case.envelope
    read = case.format.read(envelope.payload, document=envelope.document)
    case.prescription = (
        read
        if envelope.signed_at is None
        else dataclasses.replace(read, signed_at=envelope.signed_at)
    )


def patient(case: Case) -> None:
    """Supply for a practice names no patient; we dispense to patients."""
    if not case.prescription.patient_name:
        raise Refusal("rx.patient-missing")


def first_use(case: Case) -> None:
    """The same bytes, number or content count once, whichever way they come."""
    if case.seen is None:
        return
    known = case.seen(
        sha256=case.sha256,
        issuer=case.trusted.issuer,
        identifier=case.prescription.identifier,
        content_hash=case.prescription.content_hash,
    )
    if known:
        raise Refusal("rx.already-used", field=known)
