"""CAdES enveloping signatures (RFC 5652, ETSI EN 319 122): opened without believing anything.

asn1crypto parses, `cryptography` computes. Documents in BER of indefinite length are common.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from asn1crypto import (
    algos,
    cms,
    core,
    parser,
    tsp,  # noqa: F401 - teaches cms the signing-certificate-v2 attribute
)
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from prescriptions.formats.errors import (
    AlgorithmRefused,
    AttributeMissing,
    CertificateMismatch,
    CertificateMissing,
    ContentChanged,
    MalformedCms,
    SignatureInvalid,
)
from prescriptions.trust.certificates import Certificate

HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
ECDSA = {f"{name}_ecdsa": name for name in HASHES}
CURVES = {"secp256r1", "brainpoolP256r1"}
MIN_RSA_BITS = 2048
MAX_CERTIFICATES = 6
PROTECTION = "cms_algorithm_protection"
INDEFINITE = 0x80  # as first octet of a length
# Whatever the parser of ASN.1 says about broken bytes.
BROKEN = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CmsEnvelope:
    """A SignedData with its content inside."""

    payload: bytes
    document: Any = None
    signers: int = 1
    signed_at: dt.datetime | None = None
    certificates: tuple[bytes, ...] = ()
    thumbprint: str = ""
    info: Any = None  # the SignerInfo
    attributes: dict[str, Any]
    signed: bytes = b""  # DER of the SET OF signed attributes

    def check_algorithm(self) -> None:
        """RSASSA-PSS or ECDSA with SHA-2, the same hash throughout, no other."""
        digest = self.info["digest_algorithm"]["algorithm"].native
        if digest not in HASHES:
            raise AlgorithmRefused
        method = self.info["signature_algorithm"]
        name = method["algorithm"].native
        if name == "rsassa_pss" and isinstance(method["parameters"], algos.RSASSAPSSParams):
            _check_pss(method["parameters"])
        elif name not in ECDSA:
            raise AlgorithmRefused
        protection = self.attributes.get(PROTECTION)
        if protection is not None and (
            _named(protection["digest_algorithm"]) != digest
            or _named(protection["signature_algorithm"]) != name
        ):
            raise AlgorithmRefused

    def check_certificate(self, certificate: Certificate) -> None:
        """The signing-certificate-v2 attribute and the signer id name this certificate."""
        bound = self.attributes["signing_certificate_v2"]["certs"][0]
        name = bound["hash_algorithm"]["algorithm"].native
        if name not in HASHES:
            raise AlgorithmRefused
        digest = hashlib.new(name, certificate.der).digest()
        if not hmac.compare_digest(digest, bound["cert_hash"].native):
            raise CertificateMismatch
        _check_key(self.info["signature_algorithm"]["algorithm"].native, certificate.key)

    def verify(self, certificate: Certificate) -> None:
        """Content against its signed digest, attributes against the signature."""
        digest = self.info["digest_algorithm"]["algorithm"].native
        actual = hashlib.new(digest, self.payload).digest()
        if not hmac.compare_digest(actual, self.attributes["message_digest"].native):
            raise ContentChanged
        value, method = self.info["signature"].native, self.info["signature_algorithm"]
        name = method["algorithm"].native
        try:
            if name == "rsassa_pss":
                _verify_pss(certificate.key, value, self.signed, method["parameters"])
            else:
                certificate.key.verify(value, self.signed, ec.ECDSA(HASHES[ECDSA[name]]))
        except (InvalidSignature, ValueError):
            raise SignatureInvalid from None


def open_enveloping(raw: bytes) -> CmsEnvelope:
    """Parse a SignedData.

    Raises:
        MalformedCms, AttributeMissing, CertificateMissing.
    """
    try:
        return _open(raw)
    except BROKEN:
        raise MalformedCms from None


def _open(raw: bytes) -> CmsEnvelope:
    outer = cms.ContentInfo.load(raw, strict=True)
    if outer["content_type"].native != "signed_data":
        raise MalformedCms
    data = outer["content"]
    content = data["encap_content_info"]
    payload = content["content"].native
    if content["content_type"].native != "data" or not isinstance(payload, bytes) or not payload:
        raise MalformedCms  # detached, or content of another kind
    signers = data["signer_infos"]
    if len(signers) != 1:
        return CmsEnvelope(payload=payload, signers=len(signers), attributes={})
    info = signers[0]
    signed = _der_set(info["signed_attrs"])  # before a look inside makes the parser re-encode it
    attributes = _attributes(info["signed_attrs"])
    signer, others = _certificates(data["certificates"], info["sid"])
    _parse_all(info, attributes)
    return CmsEnvelope(
        payload=payload,
        signed_at=_signing_time(attributes),
        certificates=(signer, *others),
        info=info,
        attributes=attributes,
        signed=signed,
    )


def _attributes(signed: Any) -> dict[str, Any]:
    """Signed attributes by name, each once with one value; the required ones are there."""
    found: dict[str, Any] = {}
    for attribute in signed:
        name = attribute["type"].native
        if name in found or len(attribute["values"]) != 1:
            raise AttributeMissing(attribute=name)
        found[name] = attribute["values"][0]
    for name in ("content_type", "message_digest", "signing_certificate_v2"):
        if name not in found:
            raise AttributeMissing(attribute=name)
    if found["content_type"].native != "data":
        raise AttributeMissing(attribute="content_type")
    return found


def _parse_all(info: Any, attributes: dict[str, Any]) -> None:
    """asn1crypto parses late; whatever is used later is parsed here, inside the try."""
    for part in ("digest_algorithm", "signature_algorithm", "signature"):
        _ = info[part].native
    _ = attributes["message_digest"].native
    _ = attributes["signing_certificate_v2"].native
    if len(attributes["signing_certificate_v2"]["certs"]) < 1:
        raise AttributeMissing(attribute="signing_certificate_v2")
    if PROTECTION in attributes:
        _ = attributes[PROTECTION].native


def _certificates(known: Any, sid: Any) -> tuple[bytes, list[bytes]]:
    """The certificate that the signer id names, and the others."""
    if not isinstance(known, cms.CertificateSet) or len(known) > MAX_CERTIFICATES:
        raise CertificateMissing
    signer, others = None, []
    for choice in known:
        if choice.name != "certificate":
            raise MalformedCms
        if signer is None and _is_named(choice.chosen, sid):
            signer = choice.chosen.dump()
        else:
            others.append(choice.chosen.dump())
    if signer is None:
        raise CertificateMissing
    return signer, others


def _is_named(certificate: Any, sid: Any) -> bool:
    if sid.name == "subject_key_identifier":
        return bool(certificate.key_identifier == sid.chosen.native)
    return (
        certificate.serial_number == sid.chosen["serial_number"].native
        and certificate.issuer.dump() == sid.chosen["issuer"].dump()
    )


def _signing_time(attributes: dict[str, Any]) -> dt.datetime | None:
    value = attributes.get("signing_time")
    native = value.native if value is not None else None
    if native is None:
        return None
    if not isinstance(native, dt.datetime) or native.tzinfo is None:
        raise AttributeMissing(attribute="signing_time")
    return native.astimezone(dt.UTC)


def _der_set(signed: Any) -> bytes:
    """What the signature covers: the attributes as a DER SET OF, not as the tag they stand in."""
    written = signed.dump()
    if written[1] == INDEFINITE:
        written = _definite(written)
    return b"\x31" + written[1:]


def _definite(element: bytes) -> bytes:
    """Rewrite lengths of an element in definite form, all the way down."""
    class_, method, tag, _header, contents, _trailer = parser.parse(element, strict=True)
    if method == 1:
        rest, inner = contents, []
        while rest:
            size = parser.peek(rest)
            inner.append(_definite(rest[:size]))
            rest = rest[size:]
        contents = b"".join(inner)
    return bytes(parser.emit(class_, method, tag, contents))


def _named(algorithm: Any) -> str | None:
    """Name of an algorithm identifier; None where the optional field is absent."""
    return algorithm["algorithm"].native if isinstance(algorithm, core.Sequence) else None


def _check_pss(parameters: algos.RSASSAPSSParams) -> None:
    name = parameters["hash_algorithm"]["algorithm"].native
    mask = parameters["mask_gen_algorithm"]
    if (
        name not in HASHES
        or mask["algorithm"].native != "mgf1"
        or mask["parameters"]["algorithm"].native != name
        or not 0 < parameters["salt_length"].native <= 64
    ):
        raise AlgorithmRefused


def _check_key(method: str, key: Any) -> None:
    if method == "rsassa_pss":
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < MIN_RSA_BITS:
            raise AlgorithmRefused
    elif not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in CURVES:
        raise AlgorithmRefused


def _verify_pss(key: Any, value: bytes, signed: bytes, parameters: algos.RSASSAPSSParams) -> None:
    method = HASHES[parameters["hash_algorithm"]["algorithm"].native]
    pss = padding.PSS(padding.MGF1(method), parameters["salt_length"].native)
    key.verify(value, signed, pss, method)
