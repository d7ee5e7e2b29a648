"""Detached JWS beside a document (RFC 7515 appendix F): one signer, ES256, compact form.

The header may name the signer's certificate by `x5t#S256` or bring it with its issuers in `x5c`;
both only select among what we trust. `jku`, `x5u`, `jwk` and `kid` are never followed.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from pharmacy.core.errors import Invalid
from pharmacy.core.parsing import load_json
from prescriptions.formats.errors import (
    AlgorithmRefused,
    CriticalHeader,
    MalformedSignature,
    NotCanonical,
    NotDetached,
    SignatureInvalid,
)
from prescriptions.trust.certificates import Certificate

MAX_SIGNATURE = 16_384
ALGORITHMS = {"ES256"}
_ES256 = ec.ECDSA(SHA256())
LAST_SECOND = 253_402_300_799  # 9999-12-31


@dataclass(frozen=True, slots=True, kw_only=True)
class JwsEnvelope:
    """A document and its detached signature."""

    payload: bytes
    document: Any = None
    signers: int = 1
    signed_at: dt.datetime | None = None
    certificates: tuple[bytes, ...] = ()
    thumbprint: str = ""
    algorithm: str = ""
    protected: bytes = b""
    value: bytes = b""

    def check_algorithm(self) -> None:
        """Only ES256; the header chooses nothing, it may only agree."""
        if self.algorithm not in ALGORITHMS:
            raise AlgorithmRefused

    def check_certificate(self, certificate: Certificate) -> None:
        """ES256 means a key on P-256. Raises AlgorithmRefused otherwise."""
        key = certificate.key
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
            raise AlgorithmRefused

    def verify(self, certificate: Certificate) -> None:
        """Raise SignatureInvalid unless the key signed exactly these bytes."""
        if len(self.value) != 64:
            raise SignatureInvalid
        r, s = (int.from_bytes(part, "big") for part in (self.value[:32], self.value[32:]))
        signed = self.protected + b"." + base64.urlsafe_b64encode(self.payload).rstrip(b"=")
        try:
            certificate.key.verify(encode_dss_signature(r, s), signed, _ES256)
        except InvalidSignature:
            raise SignatureInvalid from None


def open_detached(payload: bytes, document: Any, signature: str) -> JwsEnvelope:
    """Parse `header..signature`; how many signers there are is only counted here.

    Raises:
        MalformedSignature: and its kinds.
    """
    text = signature.strip()
    if not text:
        return JwsEnvelope(payload=payload, document=document, signers=0)
    if len(text) > MAX_SIGNATURE:
        raise MalformedSignature
    if text.startswith("{"):
        return JwsEnvelope(payload=payload, document=document, signers=_count(text))
    if "," in text or len(text.split()) > 1:
        return JwsEnvelope(payload=payload, document=document, signers=2)
    return _open_compact(payload, document, text)


def _open_compact(payload: bytes, document: Any, text: str) -> JwsEnvelope:
    parts = text.split(".")
    if len(parts) != 3:
        raise MalformedSignature
    if parts[1]:
        raise NotDetached
    header = _header(decode(parts[0]))
    algorithm = header.get("alg")
    return JwsEnvelope(
        payload=payload,
        document=document,
        signed_at=_signed_at(header),
        certificates=_certificates(header),
        thumbprint=_thumbprint(header),
        algorithm=algorithm if isinstance(algorithm, str) else "",
        protected=parts[0].encode(),
        value=decode(parts[2]),
    )


def decode(text: str) -> bytes:
    """Canonical base64url without padding, and nothing else.

    Raises:
        NotCanonical: another spelling of the same bytes, or not base64url at all.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotCanonical from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise NotCanonical
    return raw


def _header(raw: bytes) -> dict[str, Any]:
    try:
        header = load_json(raw, max_bytes=MAX_SIGNATURE, max_depth=4)
    except Invalid:
        raise MalformedSignature from None
    if not isinstance(header, dict):
        raise MalformedSignature
    if "crit" in header or "b64" in header:
        raise CriticalHeader
    return header


def _count(text: str) -> int:
    """Signers of a JWS in JSON form: several are refused as such, one as not compact."""
    try:
        whole = load_json(text.encode(), max_bytes=MAX_SIGNATURE, max_depth=8)
    except (Invalid, UnicodeError):
        raise MalformedSignature from None
    signatures = whole.get("signatures") if isinstance(whole, dict) else None
    if not isinstance(signatures, list) or len(signatures) < 2:
        raise MalformedSignature
    return len(signatures)


def _signed_at(header: dict[str, Any]) -> dt.datetime | None:
    issued = header.get("iat")
    if issued is None:
        return None
    if isinstance(issued, bool) or not isinstance(issued, int) or not 0 < issued < LAST_SECOND:
        raise MalformedSignature
    return dt.datetime.fromtimestamp(issued, tz=dt.UTC)


def _certificates(header: dict[str, Any]) -> tuple[bytes, ...]:
    chain = header.get("x5c")
    if chain is None:
        return ()
    if not isinstance(chain, list) or not 0 < len(chain) <= 5:
        raise MalformedSignature
    try:
        return tuple(base64.b64decode(each, validate=True) for each in chain)
    except (binascii.Error, ValueError, TypeError):
        raise MalformedSignature from None


def _thumbprint(header: dict[str, Any]) -> str:
    named = header.get("x5t#S256")
    if named is None:
        return ""
    if not isinstance(named, str):
        raise MalformedSignature
    return decode(named).hex()
