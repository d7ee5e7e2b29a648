"""Formats of e-prescriptions: the Protocol and the one table. A new format is a file and a line.

A format is pure: bytes in, an envelope and a canonical prescription out. It verifies with the
certificate that it is given; whether that certificate is trusted is decided in `checks`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

from pharmacy.core.registry import Registry
from prescriptions.canonical import CanonicalPrescription
from prescriptions.formats.errors import UnknownFormat
from prescriptions.trust.certificates import Certificate


class Envelope(Protocol):
    """An opened document: what was signed, by how many, with what; nothing believed yet."""

    payload: bytes  # exactly the signed bytes
    document: Any  # the parsed payload where opening needed it, else None
    signers: int
    signed_at: dt.datetime | None  # as the signer says, inside the signature
    certificates: tuple[bytes, ...]  # DER: the signer's first, then its issuers; may be empty
    thumbprint: str  # sha256 in hex of the signer's certificate, where only that is named

    def check_algorithm(self) -> None:
        """Raise AlgorithmRefused unless the algorithms are on the list of the format."""

    def check_certificate(self, certificate: Certificate) -> None:
        """Raise CertificateMismatch unless the signature is bound to this certificate."""

    def verify(self, certificate: Certificate) -> None:
        """Raise SignatureInvalid or ContentChanged unless the signature is this key's."""


class Format(Protocol):
    """One way to write a signed prescription."""

    name: str
    media_types: tuple[str, ...]
    time_zone: str  # of its dates, unless the register of issuers says otherwise
    signs_on_issue_date: bool  # the day of signing must be the day of issue

    def recognises(self, raw: bytes, media_type: str) -> bool:
        """Whether these bytes look like this format; a glance, not a check."""

    def open(self, raw: bytes, signature: str) -> Envelope:
        """Parse the container. Raises Invalid when it is malformed."""

    def read(self, payload: bytes, *, document: Any = None) -> CanonicalPrescription:
        """Map the signed payload. Raises Invalid, naming the field."""


FORMATS: Registry[Format] = Registry(
    "prescription format",
    {
        "fhir-r4": "prescriptions.formats.fhir_r4.FORMAT",
        "kbv-cades": "prescriptions.formats.kbv_cades.FORMAT",
    },
)


def detect(raw: bytes, media_type: str = "") -> Format:
    """The format of these bytes.

    Raises:
        UnknownFormat: none recognises them.
    """
    for _name, document_format in FORMATS:
        if document_format.recognises(raw, media_type):
            return document_format
    raise UnknownFormat
