"""Tables of the prescription: source, trust, canonical reading, claim, review, dispense."""

from prescriptions.models.dispense import Dispense, DispenseLine, HandoverCode
from prescriptions.models.issue import Claim, Issue, IssueLine
from prescriptions.models.prescription import Prescription, PrescriptionItem
from prescriptions.models.report import Report
from prescriptions.models.review import ChecklistAnswer, Finding, Review
from prescriptions.models.source import CheckResult, SourceDocument
from prescriptions.models.trust import Issuer, IssuerCertificate

__all__ = [
    "CheckResult",
    "ChecklistAnswer",
    "Claim",
    "Dispense",
    "DispenseLine",
    "Finding",
    "HandoverCode",
    "Issue",
    "IssueLine",
    "Issuer",
    "IssuerCertificate",
    "Prescription",
    "PrescriptionItem",
    "Report",
    "Review",
    "SourceDocument",
]
