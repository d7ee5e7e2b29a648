"""The ten stages as data: what each is called, which file owns it, what it refuses and says.

ARCHITECTURE.md prints this table; a test keeps both equal and looks up every name in it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage of the flow: the dotted call that owns it and what it can answer."""

    number: int
    name: str
    file: str
    call: str
    refusals: tuple[str, ...]
    events: tuple[str, ...]


STAGES = (
    Stage(1, "intake", "prescriptions/intake.py", "intake.receive",
          ("Empty", "TooLarge", "UnknownFormat", "AlreadyUsed"),
          ("PrescriptionReceived",)),
    Stage(2, "verification", "prescriptions/verification.py", "verification.verify",
          (), ("PrescriptionVerified", "PrescriptionRefused", "PrescriptionQuarantined")),
    Stage(3, "claim", "prescriptions/claiming.py", "claiming.claim",
          ("AlreadyClaimed", "ClaimLost", "NotInWindow", "NotActive"), ("PrescriptionClaimed",)),
    Stage(4, "review", "prescriptions/review.py", "review.decide",
          ("UnresolvedFinding", "ChecklistIncomplete", "ReasonMissing", "AlreadyDecided"),
          ("PrescriptionApproved", "PrescriptionDeclined", "PrescriptionQueried")),
    Stage(5, "reservation", "inventory/reservation.py", "reservation.reserve",
          ("InsufficientStock", "LotRecalled"), ("StockReserved",)),
    Stage(6, "payment", "pharmacy/payment/collection.py", "collection.authorise",
          ("PaymentDeclined",), ("PaymentAuthorised", "PaymentCaptured")),
    Stage(7, "dispensing", "prescriptions/dispensing.py", "dispensing.hand_over",
          ("OverDispensed", "HandoverCodeInvalid", "SamePersonCheck", "WrongPack"),
          ("MedicationDispensed", "MedicationHandedOver")),
    Stage(8, "settlement", "pharmacy/settlement/settling.py", "settling.settle",
          ("Unbalanced", "ClaimMismatch"), ("OrderSettled",)),
    Stage(9, "reporting", "prescriptions/reporting.py", "reporting.report",
          ("IssuerUnavailable",), ("DispenseReported",)),
    Stage(10, "aftercare", "pharmacy/care/refills.py", "refills.plan",
          (), ("PointsEarned", "RefillDue")),
)  # fmt: skip
