"""What happened to a prescription, in the past tense. Ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass

from pharmacy.core.outbox import Event


@dataclass(frozen=True, kw_only=True)
class PrescriptionReceived(Event):
    """A document arrived and was stored as it came."""

    source: str


@dataclass(frozen=True, kw_only=True)
class PrescriptionVerified(Event):
    """A document passed every check and became a prescription."""

    prescription: str


@dataclass(frozen=True, kw_only=True)
class PrescriptionRefused(Event):
    """A hard check failed."""

    source: str
    code: str


@dataclass(frozen=True, kw_only=True)
class PrescriptionQuarantined(Event):
    """A check had no answer; nothing is accepted until it has one."""

    source: str


@dataclass(frozen=True, kw_only=True)
class PrescriptionClaimed(Event):
    """A store holds an issue exclusively."""

    issue: str
    store: str


@dataclass(frozen=True, kw_only=True)
class ClaimReleased(Event):
    """A store gave an issue back."""

    issue: str
    store: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PrescriptionApproved(Event):
    """A licensed pharmacist approved an issue."""

    issue: str
    store: str


@dataclass(frozen=True, kw_only=True)
class PrescriptionDeclined(Event):
    """A licensed pharmacist declined an issue, with a coded reason."""

    issue: str
    store: str
    reason_code: str


@dataclass(frozen=True, kw_only=True)
class PrescriptionQueried(Event):
    """A pharmacist asks the prescriber."""

    issue: str
    store: str
    reason_code: str


@dataclass(frozen=True, kw_only=True)
class MedicationDispensed(Event):
    """A bag was picked and checked by two people and waits for the patient."""

    issue: str
    dispense: str


@dataclass(frozen=True, kw_only=True)
class MedicationHandedOver(Event):
    """The patient has the medicine."""

    issue: str
    dispense: str


@dataclass(frozen=True, kw_only=True)
class DispenseReported(Event):
    """The issuer confirmed that it knows what was handed over."""

    issue: str
    dispense: str
