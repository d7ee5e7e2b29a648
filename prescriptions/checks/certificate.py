"""Whether the signer is trusted: pinned or chained to an anchor, valid then, not revoked."""

from __future__ import annotations

from pharmacy.core.errors import Invalid
from prescriptions.checks.examination import Case, Doubt, Refusal
from prescriptions.trust import certificates, chains


def trusted(case: Case) -> None:
    """A pinned certificate goes before a chain, so that our own register can revoke it."""
    pinned = case.trust.pinned(case.signer.fingerprint)
    if pinned:
        case.trusted = pinned
    else:
        _chain(case)
    if not case.trusted.is_active:
        raise Refusal("issuer.suspended")


def _chain(case: Case) -> None:
    anchors = {each.certificate.fingerprint: each for each in case.trust.anchors()}
    beside = [_load(each) for each in case.envelope.certificates[1:]] if anchors else []
    case.path = chains.build(
        case.signer,
        [each for each in beside if each],
        [each.certificate for each in anchors.values()],
        case.signed_at,
    )
    if not case.path:
        raise Refusal("issuer.unknown")
    case.trusted = anchors[case.path[-1].fingerprint]


def _load(der: bytes) -> certificates.Certificate | None:
    try:
        return certificates.load(der)
    except Invalid:
        return None


def valid_when_signed(case: Case) -> None:
    """Valid at the moment of signing; a signature that names none counts as made now."""
    if case.signed_at < case.signer.not_before:
        raise Refusal("certificate.not-yet-valid")
    if case.signed_at > case.signer.not_after:
        raise Refusal("certificate.expired")


def not_revoked(case: Case) -> None:
    """Pinned: our register decides. Chained: a fresh answer for each certificate of the path.

    A revocation refuses whatever day it names: the time of signing is the signer's own word. What
    a document brings along about revocation speaks for its own moment only and is not asked.
    """
    if case.trusted.revoked_at is not None:
        raise Refusal("certificate.revoked")
    answers = [
        case.trust.revocation(each, issuer, case.at)
        for each, issuer in zip(case.path, case.path[1:], strict=False)
    ]
    if any(each is not None and each.is_revoked for each in answers):
        raise Refusal("certificate.revoked")
    if any(each is None for each in answers):
        raise Doubt("revocation.unknown")
    if not all(each.is_fresh(case.at) for each in answers if each):
        raise Doubt("revocation.stale")
