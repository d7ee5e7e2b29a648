"""Whether a signer's certificate chains to an anchor: names, signatures, days, allowed use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from prescriptions.trust.certificates import Certificate

MAX_INTERMEDIATES = 4
WEAK = {"md5", "sha1"}


def build(
    signer: Certificate,
    others: Sequence[Certificate],
    anchors: Iterable[Certificate],
    at: dt.datetime,
) -> tuple[Certificate, ...]:
    """The path from the signer to an anchor, both included; empty when there is none.

    Args:
        others: certificates that came beside the signer's; they prove nothing by themselves.
        at: every certificate of the path must be valid at this instant.
    """
    if not (signer.may_sign_documents and signer.is_understood) or signer.is_ca:
        return ()
    known = list(anchors)
    path = [signer]
    while len(path) <= MAX_INTERMEDIATES + 1:
        anchor = _issuer_of(path, known, at)
        if anchor:
            return (*path, anchor)
        step = _issuer_of(path, [each for each in others if each not in path], at)
        if step is None:
            return ()
        path.append(step)
    return ()


def _issuer_of(
    path: list[Certificate], candidates: list[Certificate], at: dt.datetime
) -> Certificate | None:
    subject = path[-1]
    below = len(path) - 1  # intermediates between the candidate and the signer
    for candidate in candidates:
        allowed = candidate.path_length is None or below <= candidate.path_length
        if allowed and _may_issue(candidate, at) and is_issued_by(subject, candidate):
            return candidate
    return None


def _may_issue(candidate: Certificate, at: dt.datetime) -> bool:
    return (
        candidate.is_ca
        and candidate.may_sign_certificates
        and candidate.is_understood
        and candidate.is_valid_at(at)
    )


def is_issued_by(subject: Certificate, issuer: Certificate) -> bool:
    """Whether the issuer's key signed the subject, with a hash that still holds."""
    hash_used = subject.x509.signature_hash_algorithm
    if hash_used is None or hash_used.name in WEAK:
        return False
    try:
        subject.x509.verify_directly_issued_by(issuer.x509)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
