"""The register of issuers: whom we know, with which certificates, and who may push."""

from __future__ import annotations

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction

from pharmacy.core import audit, clock
from prescriptions.models import Issuer, IssuerCertificate
from prescriptions.trust.certificates import load_pem
from prescriptions.trust.store import Trusted, TrustList


def fingerprint(certificate: x509.Certificate) -> str:
    """Hex sha256 of the certificate's DER."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


@transaction.atomic
def register(
    *, code: str, name: str, jurisdiction: str, credential: str, by: str, report_url: str = "",
    report_credential: str = "", time_zone: str = "Asia/Shanghai",
) -> Issuer:  # fmt: skip
    """Add an issuer or renew what we hold of it; only the hash of its credential is kept."""
    issuer, _ = Issuer.objects.update_or_create(
        code=code,
        defaults={
            "name": name,
            "jurisdiction": jurisdiction,
            "time_zone": time_zone,
            "credential_hash": hashlib.sha256(credential.encode()).hexdigest(),
            "report_url": report_url,
            "report_credential": report_credential,
        },
    )
    audit.record(by=by, action="issuer.registered", subject=issuer.audit_subject, code=code)
    return issuer


@transaction.atomic
def add_certificate(
    *, issuer: Issuer, pem: bytes, by: str, kind: str = "pinned"
) -> IssuerCertificate:
    """Trust a certificate for an issuer: its signer's own (pinned) or a CA (anchor)."""
    certificate = x509.load_pem_x509_certificate(pem)
    row, is_new = IssuerCertificate.objects.get_or_create(
        fingerprint=fingerprint(certificate),
        defaults={
            "issuer": issuer,
            "kind": kind,
            "pem": pem.decode(),
            "added_at": clock.now(),
        },
    )
    if is_new:
        audit.record(
            by=by, action="issuer.certificate-added", subject=issuer.audit_subject,
            fingerprint=row.fingerprint, kind=kind,
        )  # fmt: skip
    return row


@transaction.atomic
def revoke_certificate(*, certificate: IssuerCertificate, by: str, reason: str) -> None:
    """Stop trusting a certificate from now on."""
    rows = IssuerCertificate.objects.filter(pk=certificate.pk, revoked_at=None)
    rows.update(revoked_at=clock.now(), revocation_reason=reason[:60])
    audit.record(
        by=by, action="issuer.certificate-revoked", subject=certificate.issuer.audit_subject,
        reason=reason, fingerprint=certificate.fingerprint,
    )  # fmt: skip


@transaction.atomic
def set_status(*, issuer: Issuer, status: str, by: str) -> None:
    """Suspend a hospital (it may neither push nor be believed) or activate it again."""
    Issuer.objects.filter(pk=issuer.pk).update(status=status)
    audit.record(by=by, action=f"issuer.{status}", subject=issuer.audit_subject)


def trust(*, issuer: Issuer | None = None) -> TrustList:
    """What we trust now: of one issuer where the channel named it, else of all."""
    rows = IssuerCertificate.objects.select_related("issuer")
    if issuer is not None:
        rows = rows.filter(issuer=issuer)
    known: dict[str, list[Trusted]] = {"pinned": [], "anchor": []}
    for row in rows:
        [certificate] = load_pem(row.pem.encode())
        known[row.kind].append(
            Trusted(
                certificate=certificate,
                issuer=row.issuer.code,
                time_zone=row.issuer.time_zone,
                revoked_at=row.revoked_at,
                is_active=row.issuer.status == "active",
            )
        )
    return TrustList(pinned_signers=known["pinned"], anchor_list=known["anchor"])
