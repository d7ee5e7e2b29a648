"""Stage 2, verification (验真): is this document genuine, and may it be filled at all?

The checks themselves are pure and live in `checks/`; this file gives them the register of
issuers and the memory of what was seen, keeps every result, and turns an accepted document
into a prescription with its issues. A check without an answer quarantines; nothing is
accepted on doubt.
"""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from pharmacy.core import clock, crypto, locking
from pharmacy.core.states import advance
from pharmacy.formulary import matching, units
from pharmacy.people import identity
from pharmacy.people.models import Person
from prescriptions import checks, register
from prescriptions.canonical import CanonicalItem, CanonicalPrescription
from prescriptions.checks import CheckOutcome, Examination
from prescriptions.events import (
    PrescriptionQuarantined,
    PrescriptionRefused,
    PrescriptionVerified,
)
from prescriptions.models import (
    CheckResult,
    Issue,
    IssueLine,
    Issuer,
    Prescription,
    PrescriptionItem,
    SourceDocument,
)

BY = "system:verification"
ALREADY_USED = CheckOutcome(
    check="replay", outcome="failed", code="rx.already-used", message="used before"
)


def verify(source: SourceDocument) -> SourceDocument:
    """Check a received or quarantined document and act on the verdict.

    Emits: PrescriptionVerified, PrescriptionRefused or PrescriptionQuarantined.
    Locks: the document.   Idempotent by: the document; a decided one stays decided.
    """
    with transaction.atomic():
        [locked] = locking.rows(SourceDocument.objects.filter(pk=source.pk))
        if locked.stage in {"accepted", "refused"}:
            return locked
        examination = checks.examine(
            raw=bytes(locked.raw),
            signature=locked.signature,
            format_name=locked.format,
            trust=register.trust(issuer=locked.issuer),
            at=clock.now(),
            seen=_seen,
        )
        _keep(locked, examination.results)
        return _act(locked, examination)


def _seen(*, sha256: str, issuer: str, identifier: str, content_hash: str) -> str:
    """Whether it was used before; the bytes themselves are unique by intake."""
    known = Prescription.objects.all()
    if known.filter(issuer__code=issuer, issuer_identifier=identifier).exists():
        return "identifier"
    return "content" if known.filter(content_hash=_content_index(content_hash)).exists() else ""


def _keep(source: SourceDocument, results: list[CheckOutcome]) -> None:
    now, before = clock.now(), source.checks.count()
    CheckResult.objects.bulk_create(
        CheckResult(
            source=source,
            position=before + position,
            check_name=result.check,
            outcome=result.outcome,
            code=result.code[:60],
            message=result.message[:300],
            checked_at=now,
        )
        for position, result in enumerate(results, start=1)
    )


def _act(source: SourceDocument, examination: Examination) -> SourceDocument:
    if examination.verdict == "inconclusive":
        if source.stage == "quarantined":
            return source
        event = PrescriptionQuarantined(source=str(source.external_id))
        return advance(source, "quarantined", by=BY, event=event)
    if examination.verdict == "refused" or examination.prescription is None:
        return _refuse(source, examination.refusal)
    issuer = Issuer.objects.get(code=examination.issuer)
    try:
        with transaction.atomic():
            prescription = _write(source, issuer, examination.prescription)
    except IntegrityError:  # a twin through another channel was faster
        _keep(source, [ALREADY_USED])
        return _refuse(source, ALREADY_USED.code)
    return advance(
        source,
        "accepted",
        by=BY,
        updates={"issuer": issuer},
        event=PrescriptionVerified(prescription=str(prescription.external_id)),
    )


def _refuse(source: SourceDocument, code: str) -> SourceDocument:
    return advance(
        source,
        "refused",
        by=BY,
        reason=code,
        updates={"refusal": code},
        event=PrescriptionRefused(source=str(source.external_id), code=code),
    )


def _content_index(content_hash: str) -> str:
    """Keyed, because the plain digest could be guessed from a known patient and medicine."""
    return crypto.blind_index(content_hash, "prescription-content")


def _write(source: SourceDocument, issuer: Issuer, read: CanonicalPrescription) -> Prescription:
    person = _person(read, issuer)
    prescription = Prescription.objects.create(
        source=source,
        issuer=issuer,
        issuer_identifier=read.identifier,
        person=person,
        patient_name=read.patient_name,
        patient_birth_date=_iso(read.patient_birth_date),
        patient_identifier_index=(person.identifier_index or "") if person else "",
        patient_gender=read.patient_gender,
        patient_weight_kg=read.patient_weight_kg,
        allergies=None if read.allergies is None else list(read.allergies),
        diagnoses=None if read.diagnoses is None else list(read.diagnoses),
        prescriber_name=read.prescriber_name[:80],
        prescriber_licence=read.prescriber_licence[:40],
        department=read.department[:80],
        issued_at=read.issued_at,
        signed_at=read.signed_at,
        valid_from=read.valid_from,
        valid_until=read.valid_until,
        issues_allowed=read.issues_allowed,
        min_interval_days=read.min_interval_days,
        content_hash=_content_index(read.content_hash),
        note=read.note[:400],
        received_at=source.received_at,
    )
    items = [_item(prescription, item) for item in read.items]
    PrescriptionItem.objects.bulk_create(items)
    for number in range(1, read.issues_allowed + 1):
        _open_issue(prescription, number, items)
    return prescription


def _item(prescription: Prescription, item: CanonicalItem) -> PrescriptionItem:
    medicine = matching.resolve(
        codings=[(item.system, item.code)],
        display=item.display,
        strength=item.strength,
        form=item.form,
    )
    quantity, unit = item.quantity, item.unit
    if medicine is not None:
        counted = units.base_units(medicine=medicine, quantity=quantity, unit=unit)
        if counted is None:
            medicine = None  # the same word may mean something else: a pharmacist has to look
        else:
            quantity, unit = counted, medicine.base_unit
    return PrescriptionItem(
        prescription=prescription,
        line=item.line,
        medicine=medicine,
        system=item.system,
        code=item.code,
        display=item.display[:200],
        strength=item.strength[:60],
        form=item.form[:40],
        quantity=quantity,
        unit=unit[:30],
        dose_quantity=item.dose_quantity,
        dose_unit=item.dose_unit[:30],
        doses_per_day=item.doses_per_day,
        dose_text=item.dose_text[:300],
        route=item.route[:40],
        days_supply=item.days_supply,
        is_substitution_allowed=item.is_substitution_allowed,
    )


def _open_issue(prescription: Prescription, number: int, items: list[PrescriptionItem]) -> None:
    """Open one fill cycle; a later one opens after the interval of those before it."""
    wait = dt.timedelta(days=prescription.min_interval_days * (number - 1))
    opens_on = prescription.valid_from + wait
    is_open = opens_on <= clock.today(prescription.issuer.time_zone) and number == 1
    issue = Issue.objects.create(
        prescription=prescription,
        number=number,
        opens_on=opens_on,
        closes_on=prescription.valid_until,
        use="available" if is_open else "future",
    )
    IssueLine.objects.bulk_create(
        IssueLine(issue=issue, item=item, quantity=item.quantity) for item in items
    )


def _person(read: CanonicalPrescription, issuer: Issuer) -> Person | None:
    """The person with this identity number, within this issuer unless the number is national."""
    if not read.patient_identifier:
        return None
    said = identity.Identity(
        system=read.patient_identifier_system,
        number=read.patient_identifier,
        name=read.patient_name,
        birth_date=_iso(read.patient_birth_date),
        gender=read.patient_gender,
    )
    return identity.find_or_create(identity=said, within=issuer.code)


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
