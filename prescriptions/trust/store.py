"""Whom we trust, as the checks see it: pinned signers, anchors, answers about revocation.

`TrustList` is the plain implementation; `from_directory` fills one from PEM files. The register
of issuers in the database fills another, in `prescriptions/verification.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography import x509

from prescriptions.trust.certificates import Certificate, load_pem

MAX_AGE = dt.timedelta(hours=24)  # of an answer that does not say until when it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """A certificate that an issuer is known by: pinned, or an anchor of its signers."""

    certificate: Certificate
    issuer: str  # code of the issuer in the register
    time_zone: str = ""  # IANA; empty: that of the format
    revoked_at: dt.datetime | None = None
    is_active: bool = True  # the issuer's contract


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationAnswer:
    """What a responder said of one certificate, and for how long that may be believed."""

    is_revoked: bool
    this_update: dt.datetime
    next_update: dt.datetime | None = None

    def is_fresh(self, at: dt.datetime) -> bool:
        """Whether the answer speaks for this instant (5 minutes of clock skew allowed)."""
        until = self.next_update or self.this_update + MAX_AGE
        return self.this_update - dt.timedelta(minutes=5) <= at <= until


class TrustStore(Protocol):
    """What the checks ask; an implementation answers without waiting for a network."""

    def pinned(self, fingerprint: str) -> Trusted | None:
        """The pinned certificate with this sha256, revoked or not."""

    def pins(self) -> Sequence[Trusted]:
        """Every pinned certificate, for signatures that name none."""

    def anchors(self) -> Sequence[Trusted]:
        """Every anchor."""

    def revocation(
        self, certificate: Certificate, issuer: Certificate, at: dt.datetime
    ) -> RevocationAnswer | None:
        """The freshest answer about a certificate of a chain; None when nobody answered."""


@dataclass(slots=True)
class TrustList:
    """A trust store in memory.

    Args:
        answers: by sha256 of the certificate.
        crls: revocation lists; one counts only when the issuer itself signed it.
    """

    pinned_signers: Iterable[Trusted] = ()
    anchor_list: Sequence[Trusted] = ()
    answers: dict[str, RevocationAnswer] = field(default_factory=dict)
    crls: Sequence[x509.CertificateRevocationList] = ()
    _pins: dict[str, Trusted] = field(init=False)

    def __post_init__(self) -> None:
        self._pins = {each.certificate.fingerprint: each for each in self.pinned_signers}

    def pinned(self, fingerprint: str) -> Trusted | None:
        """See `TrustStore`."""
        return self._pins.get(fingerprint)

    def pins(self) -> Sequence[Trusted]:
        """See `TrustStore`."""
        return list(self._pins.values())

    def anchors(self) -> Sequence[Trusted]:
        """See `TrustStore`."""
        return self.anchor_list

    def revocation(
        self, certificate: Certificate, issuer: Certificate, at: dt.datetime
    ) -> RevocationAnswer | None:
        """See `TrustStore`; an answer goes before a list, a fresh list before an old one."""
        if certificate.fingerprint in self.answers:
            return self.answers[certificate.fingerprint]
        found = [_from_crl(crl, certificate, issuer) for crl in self.crls]
        known = [each for each in found if each]
        return max(known, key=lambda a: (a.is_fresh(at), a.this_update), default=None)


def _from_crl(
    crl: x509.CertificateRevocationList, certificate: Certificate, issuer: Certificate
) -> RevocationAnswer | None:
    if crl.issuer != issuer.x509.subject or not crl.is_signature_valid(issuer.key):
        return None
    entry = crl.get_revoked_certificate_by_serial_number(certificate.x509.serial_number)
    return RevocationAnswer(
        is_revoked=entry is not None,
        this_update=crl.last_update_utc,
        next_update=crl.next_update_utc,
    )


def from_directory(folder: Path) -> TrustList:
    """Read a folder: `*.pem`, `*.crt`, `*.cer` in PEM; `*.crl` in PEM or DER.

    A CA (basicConstraints CA) becomes an anchor, any other certificate is pinned. The name of the file
    stands for the issuer.

    Raises:
        CertificateUnreadable: a file holds no readable certificate.
        ValueError: a revocation list cannot be read.
    """
    pins: list[Trusted] = []
    anchors: list[Trusted] = []
    crls: list[x509.CertificateRevocationList] = []
    for file in sorted(folder.iterdir()):
        if file.suffix in {".pem", ".crt", ".cer"}:
            for certificate in load_pem(file.read_bytes()):
                trusted = Trusted(certificate=certificate, issuer=file.stem)
                (anchors if certificate.is_ca else pins).append(trusted)
        elif file.suffix == ".crl":
            crls.append(_load_crl(file.read_bytes()))
    return TrustList(pinned_signers=pins, anchor_list=anchors, crls=crls)


def _load_crl(raw: bytes) -> x509.CertificateRevocationList:
    if raw.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_crl(raw)
    return x509.load_der_x509_crl(raw)
