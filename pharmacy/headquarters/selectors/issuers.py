"""Hospitals that may send prescriptions: their certificates, how long those hold, what came."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery

from pharmacy.core import clock
from pharmacy.core.errors import PharmacyError
from prescriptions.models import Issuer, IssuerCertificate, Prescription
from prescriptions.trust.certificates import load_pem

SOON = dt.timedelta(days=60)


@dataclass(frozen=True)
class Shown:
    """A certificate with its days of validity and what they mean today."""

    row: IssuerCertificate
    not_before: dt.date | None
    not_after: dt.date | None
    state: str  # good, soon, expired, not-yet, revoked, unreadable


@dataclass(frozen=True)
class Row:
    """A hospital with its certificates."""

    issuer: Issuer
    certificates: list[Shown]
    received: int
    latest: dt.datetime | None

    @property
    def is_able(self) -> bool:
        """Whether a prescription of this hospital can be accepted today."""
        good = any(each.state in {"good", "soon"} for each in self.certificates)
        return self.issuer.status == "active" and good


def listed() -> list[Row]:
    """Every hospital, by name; two queries."""
    found = (
        Issuer.objects.defer("report_credential", "credential_hash")
        .annotate(
            received=Subquery(_of_issuer().annotate(n=Count("pk")).values("n")),
            latest=Subquery(_of_issuer().annotate(at=Max("received_at")).values("at")),
        )
        .prefetch_related("certificates")
    )
    return [
        Row(
            each,
            [_shown(row) for row in sorted(each.certificates.all(), key=lambda row: row.pk)],
            each.received or 0,
            each.latest,
        )
        for each in found.order_by("name", "code")
    ]


def _of_issuer() -> QuerySet[Prescription, Any]:
    rows = Prescription.objects.filter(issuer=OuterRef("pk")).order_by()
    return rows.values("issuer")


def _shown(row: IssuerCertificate) -> Shown:
    try:
        [certificate, *_rest] = load_pem(row.pem.encode())
    except (PharmacyError, ValueError):
        return Shown(row, None, None, "unreadable")
    before, after = certificate.not_before, certificate.not_after
    return Shown(row, before.date(), after.date(), _state(row, before, after))


def _state(row: IssuerCertificate, before: dt.datetime, after: dt.datetime) -> str:
    now = clock.now()
    if row.revoked_at:
        return "revoked"
    if now > after:
        return "expired"
    if now < before:
        return "not-yet"
    return "soon" if now > after - SOON else "good"
