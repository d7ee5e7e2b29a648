"""Who signed what: one signer, allowed algorithms, the named certificate, the exact bytes."""

from __future__ import annotations

from pharmacy.core.errors import Invalid
from prescriptions.checks.examination import Case, Refusal
from prescriptions.formats.errors import SignatureInvalid
from prescriptions.trust import certificates

MAX_CANDIDATES = 16  # pinned certificates tried when the signature names none


def one_signer(case: Case) -> None:
    """Exactly one: a second signer could mean another document to another reader."""
    if case.envelope.signers == 0:
        raise Refusal("signature.missing")
    if case.envelope.signers != 1:
        raise Refusal("signer.not-one")


def algorithm(case: Case) -> None:
    """On the allow-list of the format; never what the document asks for."""
    case.envelope.check_algorithm()


def named_certificate(case: Case) -> None:
    """The certificate that came inside, or the pinned one that is named, or the pinned ones."""
    case.candidates = _candidates(case)
    if not case.candidates:
        raise Refusal("issuer.unknown")
    if len(case.candidates) == 1:
        case.envelope.check_certificate(case.candidates[0])


def _candidates(case: Case) -> list[certificates.Certificate]:
    envelope = case.envelope
    if envelope.certificates:
        return [certificates.load(envelope.certificates[0])]
    if envelope.thumbprint:
        named = case.trust.pinned(envelope.thumbprint)
        return [named.certificate] if named else []
    return [each.certificate for each in case.trust.pins()][:MAX_CANDIDATES]


def over_exact_bytes(case: Case) -> None:
    """The signature holds over the bytes as they came."""
    if len(case.candidates) == 1:
        case.envelope.verify(case.candidates[0])
        case.signer = case.candidates[0]
        return
    for candidate in case.candidates:
        if _holds(case, candidate):
            case.signer = candidate
            return
    raise SignatureInvalid


def _holds(case: Case, candidate: certificates.Certificate) -> bool:
    try:
        case.envelope.check_certificate(candidate)
        case.envelope.verify(candidate)
    except Invalid:
        return False
    return True
