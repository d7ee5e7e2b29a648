"""How headquarters names things: stages, refusals, checks, who did it, what was done."""

from __future__ import annotations

import functools

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from pharmacy.core.errors import PharmacyError
from pharmacy.headquarters import errors as _errors  # noqa: F401 - its codes have sentences too
from prescriptions.checks import messages
from prescriptions.review import DECLINE_REASONS

Words = str | Promise
MINUTE, HOUR, DAY = 60, 3600, 86400

# Where a fill cycle stands, in the order of its way; and how loud that is.
STAGES: dict[str, Words] = {
    "to-choose": _("Waits for a choice of store"),
    "in-review": _("In review"),
    "out-of-stock": _("Waits for stock"),
    "awaiting-payment": _("Waits for payment"),
    "in-preparation": _("In preparation"),
    "ready": _("Ready to collect"),
    "part-handed-over": _("Part handed over"),
    "completed": _("Handed over"),
    "declined": _("Declined by a pharmacist"),
    "cancelled": _("Cancelled"),
    "expired": _("Expired"),
    "not-dispensed": _("Not dispensed"),
    "future": _("Opens later"),
}
TONES = {
    "completed": "success",
    "ready": "success",
    "out-of-stock": "warning",
    "declined": "danger",
    "cancelled": "",
    "expired": "",
    "not-dispensed": "",
    "future": "",
}
DOCUMENT_STAGES: dict[str, Words] = {
    "received": _("Being checked"),
    "quarantined": _("No answer yet"),
    "refused": _("Refused"),
    "accepted": _("Accepted"),
}
DOCUMENT_TONES = {"quarantined": "warning", "refused": "danger", "accepted": "success"}
VALIDITY: dict[str, Words] = {
    "active": _("Active"),
    "suspended": _("Suspended"),
    "cancelled": _("Cancelled"),
    "expired": _("Expired"),
}
REVIEW: dict[str, Words] = {
    "pending": _("Not reviewed yet"),
    "approved": _("Approved"),
    "declined": _("Declined"),
    "queried": _("Question to the prescriber"),
}
USES: dict[str, Words] = {
    "future": _("Opens later"),
    "available": _("Free to fill"),
    "claimed": _("Held by a store"),
    "reserved": _("Stock reserved"),
    "part-dispensed": _("Part handed over"),
    "dispensed": _("Handed over"),
    "settled": _("Money settled"),
    "reported": _("Reported to the hospital"),
    "cancel-pending": _("Being cancelled"),
    "not-dispensed": _("Not dispensed"),
    "cancelled": _("Cancelled"),
    "expired": _("Expired"),
}
BAGS: dict[str, Words] = {
    "picking": _("Being picked"),
    "picked": _("Waits for the second person"),
    "ready": _("Ready to collect"),
    "handed-over": _("Handed over"),
    "abandoned": _("Given up"),
}
REPORTS: dict[str, Words] = {
    "pending": _("Not confirmed yet"),
    "confirmed": _("Confirmed by the hospital"),
    "rejected": _("Rejected by the hospital"),
}
# The checks of verification by what they prove.
PLACES: dict[str, Words] = {
    "shelf": _("Shelf"),
    "fridge": _("Fridge"),
    "quarantine": _("Quarantine"),
    "in-transit": _("On the way"),
    "supplier": _("Supplier"),
    "customer": pgettext_lazy("place", "Customer"),
    "scrap": _("Scrapped"),
    "count-difference": _("Count difference"),
}
MOVEMENTS: dict[str, Words] = {
    "receipt": _("Received"),
    "issue": _("Handed out"),
    "adjustment": pgettext_lazy("hq", "Corrected"),
    "transfer": pgettext_lazy("hq", "Moved"),
    "disposal": _("Disposed of"),
    "quarantine": _("Put in quarantine"),
    "return": pgettext_lazy("hq", "Returned"),
}
EXCLUDED: dict[str, Words] = {
    "recalled": _("recalled"),
    "quarantine": _("in quarantine"),
    "not-for-sale": _("not for sale here"),
    "expired": _("expired"),
    "reserved": _("all reserved"),
}
HOLDS: dict[str, Words] = {"soft": _("promised"), "hard": _("lots picked")}
CHANNELS: dict[str, Words] = {
    "api": _("Pushed by the hospital"),
    "portal": _("Uploaded by the customer"),
    "file": pgettext_lazy("hq", "File"),
}
ACTORS: dict[str, Words] = {
    "system": _("Rxflow"),
    "person": pgettext_lazy("actor", "the customer"),
    "issuer": _("the hospital"),
    "channel": _("the upload page"),
    "staff": _("staff"),
}
DIFFERENCES: dict[str, Words] = {
    "on-hand": _("On hand"),
    "reserved": _("Reserved lots"),
    "allocated": _("Promised packs"),
}
# What the audit log says was done.
ACTIONS: dict[str, Words] = {
    "source.received": _("Document received"),
    "source.accepted": _("Found genuine"),
    "source.refused": _("Document refused"),
    "source.quarantined": _("Put aside until every check has an answer"),
    "prescription.validity.suspended": _("Suspended"),
    "prescription.validity.cancelled": _("Cancelled by the hospital"),
    "prescription.validity.expired": _("Expired"),
    "prescription.validity.active": _("Active again"),
    "prescription.review.approved": _("Prescription approved"),
    "prescription.review.declined": _("Prescription declined"),
    "prescription.review.queried": _("Prescription waits for an answer"),
    "review.approve": _("Pharmacist approved"),
    "review.decline": _("Pharmacist declined"),
    "review.query": _("Pharmacist asked the prescriber"),
    "issue.use.claimed": _("Store holds the prescription"),
    "issue.use.available": _("Free to fill again"),
    "issue.use.reserved": _("Stock reserved"),
    "issue.use.part-dispensed": _("A part was handed over"),
    "issue.use.dispensed": _("All was handed over"),
    "issue.use.settled": _("Money settled"),
    "issue.use.reported": _("Hospital confirmed the report"),
    "issue.use.not-dispensed": _("Closed without handing over"),
    "issue.use.cancelled": _("Fill cancelled"),
    "issue.use.expired": _("Fill expired"),
    "issue.use.cancel-pending": _("Cancellation asked for"),
    "fulfilment.in-review": _("Goes to review"),
    "fulfilment.awaiting-payment": _("Waits for payment"),
    "fulfilment.out-of-stock": _("Waits for stock"),
    "fulfilment.in-preparation": _("Goes to preparation"),
    "fulfilment.ready": _("Order ready"),
    "fulfilment.part-handed-over": _("Part of the order handed over"),
    "fulfilment.completed": _("Order completed"),
    "fulfilment.declined": _("Order closed: declined"),
    "fulfilment.cancelled": _("Order cancelled"),
    "dispense.started": _("Picking began"),
    "dispense.picking": _("Picked again"),
    "dispense.picked": _("Every pack scanned"),
    "dispense.ready": _("Checked by a second person"),
    "dispense.handed-over": _("Bag handed over"),
    "dispense.abandoned": _("Bag given up"),
    "dispense.code-renewed": _("New collection code"),
    "report.confirmed": _("Report confirmed"),
    "report.rejected": _("Report rejected"),
    "read": _("Record opened"),
}
PURPOSES: dict[str, Words] = {
    "review": _("for review"),
    "dispense": _("to dispense"),
    "oversight": _("for oversight"),
}


@functools.cache
def _sentences() -> dict[str, Words]:
    """The sentence of every typed refusal of the product, by code."""
    found: dict[str, Words] = {}
    waiting: list[type[PharmacyError]] = [PharmacyError]
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.code, kind.sentence)
        waiting.extend(kind.__subclasses__())
    return found


def refusal(code: str) -> str:
    """A coded reason in words; the code itself when nobody has words for it."""
    return str(messages.SENTENCES.get(code) or _sentences().get(code) or code)


def reason(code: str) -> str:
    """A coded reason of the audit log in words; free text is not shown to headquarters."""
    known = DECLINE_REASONS.get(code) or PURPOSES.get(code) or messages.SENTENCES.get(code)
    return str(known or _sentences().get(code, ""))


def span(seconds: float | None) -> str:
    """How long something takes: `40 s`, `12 min`, `3 h`, `2 days`; nothing is a dash."""
    if seconds is None:
        return "–"
    if seconds < MINUTE:
        return _t("%(n)s s") % {"n": round(seconds)}
    if seconds < HOUR:
        return _t("%(n)s min") % {"n": round(seconds / MINUTE)}
    if seconds < DAY:
        return _t("%(n)s h") % {"n": round(seconds / HOUR)}
    days = round(seconds / DAY)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def owner(key: str) -> str:
    """Whom stock or money belongs to, without saying who it is: an order number."""
    kind, number, *_bag = [*key.split(":"), ""]
    if kind == "order":
        return _t("Order %(number)s") % {"number": number}
    return _t("Order in review %(number)s") % {"number": number[:8]}


CERTIFICATES: dict[str, Words] = {
    "good": pgettext_lazy("certificate", "valid"),
    "soon": pgettext_lazy("certificate", "ends soon"),
    "expired": pgettext_lazy("certificate", "expired"),
    "not-yet": pgettext_lazy("certificate", "not valid yet"),
    "revoked": pgettext_lazy("certificate", "revoked"),
    "unreadable": pgettext_lazy("certificate", "unreadable"),
}
CERTIFICATE_TONES = {
    "good": "success",
    "soon": "warning",
    "expired": "danger",
    "not-yet": "warning",
    "revoked": "danger",
    "unreadable": "danger",
}
CERTIFICATE_KINDS: dict[str, Words] = {
    "pinned": _("Signer's own"),
    "anchor": _("Authority"),
}
