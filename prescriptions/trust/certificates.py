"""One certificate, read once: key, days of validity, and what it may be used for."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import warnings
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from django.utils.translation import gettext_lazy as _

from pharmacy.core.errors import Invalid

# Extensions that we understand; any other critical one refuses the certificate in a chain.
UNDERSTOOD = {
    x509.ExtensionOID.BASIC_CONSTRAINTS,
    x509.ExtensionOID.KEY_USAGE,
    x509.ExtensionOID.EXTENDED_KEY_USAGE,
    x509.ExtensionOID.CERTIFICATE_POLICIES,
}


class CertificateUnreadable(Invalid):
    """The certificate cannot be read."""

    code = "certificate.unreadable"
    sentence = _("The certificate of the signer cannot be read.")


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """A parsed certificate with its public key loaded."""

    der: bytes
    fingerprint: str  # sha256 of the DER, hex
    key: Any
    not_before: dt.datetime
    not_after: dt.datetime
    is_ca: bool
    may_sign_documents: bool
    may_sign_certificates: bool
    path_length: int | None
    is_understood: bool
    x509: x509.Certificate

    def is_valid_at(self, instant: dt.datetime) -> bool:
        """Whether the instant lies within its days of validity."""
        return self.not_before <= instant <= self.not_after


@functools.lru_cache(maxsize=4096)
def load(der: bytes) -> Certificate:
    """Read a DER certificate.

    Raises:
        CertificateUnreadable: not a certificate, or a key of a kind that we cannot use.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            return _read(der)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension):
        raise CertificateUnreadable from None


def load_pem(text: bytes) -> list[Certificate]:
    """Read every certificate of a PEM file.

    Raises:
        CertificateUnreadable: there is none, or one cannot be read.
    """
    try:
        found = x509.load_pem_x509_certificates(text)
    except ValueError:
        raise CertificateUnreadable from None
    return [load(each.public_bytes(Encoding.DER)) for each in found]


def _read(der: bytes) -> Certificate:
    parsed = x509.load_der_x509_certificate(der)
    constraints = _extension(parsed, x509.BasicConstraints)
    usage = _extension(parsed, x509.KeyUsage)
    return Certificate(
        der=der,
        fingerprint=hashlib.sha256(der).hexdigest(),
        key=parsed.public_key(),
        not_before=parsed.not_valid_before_utc,
        not_after=parsed.not_valid_after_utc,
        is_ca=bool(constraints and constraints.ca),
        may_sign_documents=usage is None or usage.digital_signature or usage.content_commitment,
        may_sign_certificates=usage is None or usage.key_cert_sign,
        path_length=constraints.path_length if constraints else None,
        is_understood=all(e.oid in UNDERSTOOD for e in parsed.extensions if e.critical),
        x509=parsed,
    )


def _extension(parsed: x509.Certificate, kind: Any) -> Any:
    try:
        return parsed.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
