"""Verification of a document (验真): an ordered list of checks, pure, without a database.

`examine` runs them until one refuses. Every check that ran leaves an outcome with a stable code;
a check that could not be decided (nobody answers about revocation) does not stop the others, but
the verdict is then `inconclusive`: quarantine, never acceptance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from prescriptions.checks import certificate, content, document, signature, time
from prescriptions.checks.examination import Case, Check, CheckOutcome, Examination, Seen
from prescriptions.trust.store import TrustStore

__all__ = ["CHECKS", "Check", "CheckOutcome", "Examination", "Seen", "examine"]

# The order is the rule: nothing inside a document is read before its signature holds and its
# signer is trusted.
CHECKS: tuple[Check, ...] = (
    Check("size", document.size),
    Check("format", document.known_format),
    Check("parse", document.parse),
    Check("signer", signature.one_signer),
    Check("algorithm", signature.algorithm),
    Check("certificate", signature.named_certificate),
    Check("signature", signature.over_exact_bytes),
    Check("trust", certificate.trusted),
    Check("validity", certificate.valid_when_signed),
    Check("revocation", certificate.not_revoked),
    Check("structure", content.structure),
    Check("patient", content.patient),
    Check("signing-time", time.signing_time),
    Check("replay", content.first_use),
    Check("window", time.window),
)


def examine(
    *,
    raw: bytes,
    signature: str = "",
    format_name: str = "auto",
    media_type: str = "",
    trust: TrustStore,
    at: dt.datetime,
    seen: Seen | None = None,
    checks: Sequence[Check] = CHECKS,
) -> Examination:
    """Decide whether a document may enter.

    Args:
        signature: the detached signature beside the bytes, for formats that have one.
        format_name: a key of FORMATS, or `auto` to recognise it.
        at: the aware instant of examination.
        seen: asked for earlier use as `seen(sha256=..., issuer=..., identifier=...,
            content_hash=...)`; answers with the name of what is known, or "".

    Raises:
        UnknownPlugin: there is no such format name. Whatever is wrong with the document itself
            is an outcome, never an exception.
    """
    case = Case(
        raw=raw, signature=signature, format_name=format_name, media_type=media_type,
        trust=trust, at=at, seen=seen,
    )  # fmt: skip
    for check in checks:
        outcome = check.run(case)
        case.results.append(outcome)
        if outcome.outcome == "failed":
            break
    return case.conclude()
