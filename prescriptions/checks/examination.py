"""What a check sees and says, and the verdict over all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pharmacy.core.errors import Invalid
from prescriptions.canonical import CanonicalPrescription
from prescriptions.checks.messages import say
from prescriptions.formats import Envelope, Format
from prescriptions.trust.certificates import Certificate
from prescriptions.trust.store import Trusted, TrustStore

Outcome = Literal["passed", "failed", "inconclusive"]
Verdict = Literal["accepted", "refused", "inconclusive"]
NOT_YET: Any = None  # what a later check relies on and an earlier one must have found


class Seen(Protocol):
    """Asks whether a prescription was used before, through whichever channel."""

    def __call__(self, *, sha256: str, issuer: str, identifier: str, content_hash: str) -> str:
        """Name of what is known already (`document`, `identifier`, `content`), or ""."""


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """The answer of one check; `code` is empty when it passed."""

    check: str
    outcome: Outcome
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """Verdict, the outcomes in order, and what could be read."""

    verdict: Verdict
    format: str
    results: list[CheckOutcome]
    prescription: CanonicalPrescription | None
    payload: bytes | None
    fingerprint: str | None  # sha256 of the signer's certificate, once the signature held
    issuer: str | None  # code of the trusted issuer
    sha256: str

    @property
    def refusal(self) -> str:
        """Code of the check that refused or could not decide; "" when accepted."""
        wanted = "failed" if self.verdict == "refused" else "inconclusive"
        return next((each.code for each in self.results if each.outcome == wanted), "")


class Doubt(Exception):
    """A check cannot decide; carries a stable code."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


class Refusal(Exception):
    """A check says no; carries a stable code."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(slots=True, kw_only=True)
class Case:
    """One document under examination; each check adds what it found for those that follow.

    What is not found yet is None; a check may rely on what an earlier one must have found.
    """

    raw: bytes
    signature: str
    format_name: str
    media_type: str
    trust: TrustStore
    at: dt.datetime
    seen: Seen | None
    results: list[CheckOutcome] = field(default_factory=list)
    sha256: str = ""
    format: Format = NOT_YET
    envelope: Envelope = NOT_YET
    candidates: list[Certificate] = field(default_factory=list)
    signer: Certificate = NOT_YET
    path: tuple[Certificate, ...] = ()  # signer to anchor; empty when the signer is pinned
    trusted: Trusted = NOT_YET
    prescription: CanonicalPrescription = NOT_YET

    @property
    def time_zone(self) -> str:
        """Where the issuer's calendar days begin."""
        registered = self.trusted.time_zone if self.trusted else ""
        return registered or (self.format.time_zone if self.format else "UTC")

    @property
    def signed_at(self) -> dt.datetime:
        """When it was signed, as the signer says; without a word of it, now."""
        return (self.envelope.signed_at if self.envelope else None) or self.at

    def conclude(self) -> Examination:
        """Any failure refuses; any doubt without a failure leaves it open."""
        outcomes = {each.outcome for each in self.results}
        verdict: Verdict = "accepted"
        if "failed" in outcomes:
            verdict = "refused"
        elif "inconclusive" in outcomes:
            verdict = "inconclusive"
        return Examination(
            verdict=verdict,
            format=self.format.name if self.format else "",
            results=self.results,
            prescription=self.prescription,
            payload=self.envelope.payload if self.envelope and self.signer else None,
            fingerprint=self.signer.fingerprint if self.signer else None,
            issuer=self.trusted.issuer if self.trusted else None,
            sha256=self.sha256,
        )


@dataclass(frozen=True, slots=True)
class Check:
    """A named rule; `rule` returns when it holds and raises when it does not."""

    name: str
    rule: Callable[[Case], None]

    def run(self, case: Case) -> CheckOutcome:
        """Ask the rule and put its answer in words."""
        try:
            self.rule(case)
        except (Refusal, Invalid) as no:
            return CheckOutcome(self.name, "failed", no.code, say(no))
        except Doubt as doubt:
            return CheckOutcome(self.name, "inconclusive", doubt.code, say(doubt))
        return CheckOutcome(self.name, "passed")
