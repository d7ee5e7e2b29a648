"""Where something is, in the words of a customer: one of seven steps, and what comes next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pharmacy.core import clock
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.pieces import words
from prescriptions.models import Issue, Prescription

ENDED = ("completed", "declined", "cancelled")
CANCELLABLE = ("in-review", "awaiting-payment", "out-of-stock")
# Stage of a fulfilment: (step of seven, short status, what happens next).
STAGES: dict[str, tuple[str, str | Promise, str | Promise]] = {
    "in-review": (
        "reviewed",
        _("With the pharmacist"),
        _("A pharmacist is checking your prescription. You need not do anything now."),
    ),
    "awaiting-payment": (
        "paid",
        _("Waiting for your payment"),
        _("Your medicine is set aside. We prepare it as soon as you have paid."),
    ),
    "out-of-stock": (
        "paid",
        _("Waiting for a delivery"),
        _("The store waits for a delivery. You pay only once everything is there."),
    ),
    "in-preparation": (
        "ready",
        _("Being prepared"),
        _("The store is preparing your medicine. Your code appears here when it is ready."),
    ),
    "ready": (
        "ready",
        _("Ready to collect"),
        _("Show your code at the counter. You can come during opening hours."),
    ),
    "part-handed-over": (
        "paid",
        _("Partly collected"),
        _("Part of your medicine is still owed. The store is setting it aside."),
    ),
    "completed": ("collected", _("Collected"), _("You have everything. Get well, and stay well.")),
    "declined": ("reviewed", _("Not approved"), ""),
    "cancelled": ("chosen", _("Cancelled"), ""),
}
DECLINED = _("The pharmacist could not approve this prescription. Call the store to hear why.")
QUERIED = _("The pharmacist has asked your doctor a question. We go on when the answer is here.")
BALANCE = _("Part of your medicine is still owed to you. Pay for the rest and we prepare it.")
PAY_FIRST = _("Your medicine is set aside. After you have paid, a pharmacist checks it all.")
ENDINGS = {
    "cancelled": _("Your hospital withdrew this prescription."),
    "expired": _("This prescription is no longer valid. Ask your doctor for a new one."),
    "suspended": _("Your hospital has paused this prescription. Please call them."),
}


@dataclass(frozen=True)
class Progress:
    """A step with its words; `problem` is set when it went wrong there."""

    at: str
    status: str | Promise
    note: str | Promise = ""
    problem: str | Promise = ""
    tone: str = "information"
    issue: Issue | None = None  # may be sent to a store now
    fulfilment: Fulfilment | None = None


def of_order(row: Fulfilment, *, is_balance: bool = False) -> Progress:
    """How an order stands.

    Args:
        is_balance: a part was handed over already and the rest waits for its payment.
    """
    at, status, note = STAGES[row.stage]
    if row.stage == "declined":
        return Progress(at, status, problem=DECLINED, tone="danger", fulfilment=row)
    if row.stage == "in-review" and row.issue.prescription.review == "queried":
        note = QUERIED
    if row.stage == "awaiting-payment" and is_balance:
        note = BALANCE
    elif row.stage == "awaiting-payment" and is_paid_first(row):
        at, note = "chosen", PAY_FIRST
    tones = {"ready": "success", "completed": "success", "awaiting-payment": "warning"}
    return Progress(at, status, note, tone=tones.get(row.stage, "information"), fulfilment=row)


def is_paid_first(row: Fulfilment) -> bool:
    """Whether the law of the place lets the customer pay before the pharmacist's check."""
    return row.order_of_steps == "authorise-first" and row.issue.prescription.review != "approved"


def of_prescription(
    prescription: Prescription, issues: list[Issue], orders: list[Fulfilment]
) -> Progress:
    """How a prescription stands.

    Args:
        issues: all of its issues, by number.
        orders: all of its orders, the newest first.
    """
    live = [row for row in orders if row.stage not in ENDED]
    if live:
        return of_order(live[0])
    if prescription.validity != "active":
        ending = ENDINGS[prescription.validity]
        return Progress("chosen", _("Not valid"), problem=ending, tone="danger")
    today = clock.today(prescription.issuer.time_zone)
    unused = [issue for issue in issues if issue.use in {"future", "available"}]
    return _open(unused, today) or _over(orders)


def _open(unused: list[Issue], today: dt.date) -> Progress | None:
    ready = [issue for issue in unused if issue.opens_on <= today <= issue.closes_on]
    if ready:
        next_step = _("Choose where you want to collect your medicine.")
        return Progress("chosen", _("Choose a store"), next_step, tone="warning", issue=ready[0])
    later = [issue for issue in unused if issue.opens_on > today]
    if later:
        date = words.day(later[0].opens_on)
        note = gettext("You can order the next refill from %(date)s.") % {"date": date}
        return Progress("collected", _("Next refill later"), note)
    return None


def _over(orders: list[Fulfilment]) -> Progress:
    last = next((row for row in orders if row.stage != "cancelled"), None)
    if last is not None:
        return of_order(last)
    return Progress("chosen", _("Not valid"), problem=ENDINGS["expired"], tone="danger")
