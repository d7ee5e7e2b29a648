"""Everything that the page of one order shows: where it is, what it costs, what has happened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pharmacy.core.models import AuditEntry
from pharmacy.core.money import Money
from pharmacy.fulfilment import placement
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.payment import collection
from pharmacy.payment.collection import PaymentStatus
from pharmacy.storefront import law, progress, selectors
from pharmacy.storefront.progress import Progress
from prescriptions import dispensing
from prescriptions.models import HandoverCode, IssueLine, Review

EVENTS: dict[str, str | Promise] = {
    "awaiting-payment": _("Your medicine is set aside"),
    "in-review": _("Paid; the pharmacist checks your prescription"),
    "out-of-stock": _("The store has to wait for a delivery"),
    "in-preparation": _("Paid; the store begins to prepare"),
    "ready": _("Checked by a second person and ready to collect"),
    "part-handed-over": _("You collected a part; the rest is owed to you"),
    "completed": _("You collected everything"),
    "declined": _("The pharmacist could not approve"),
    "cancelled": _("You cancelled the order"),
}
ASKED = {"authorising", "authorised", "unknown"}
# The same stage for another reason, or from another stage, is another story.
BY_REASON: dict[str, str | Promise] = {
    "balance owed": _("The rest is set aside and waits for your payment"),
    "hold-ended": _("The bank let the money go; please pay again"),
}
BY_ORIGIN: dict[tuple[str, str], str | Promise] = {
    ("in-review", "awaiting-payment"): _("The pharmacist agreed; your medicine is set aside"),
    ("out-of-stock", "awaiting-payment"): _("The delivery arrived; your medicine is set aside"),
    ("in-review", "in-preparation"): _("The pharmacist agreed; the store begins to prepare"),
    ("ready", "in-preparation"): _("The store prepares your medicine anew"),
}


@dataclass(frozen=True)
class Happened:
    """One entry of the story of an order."""

    text: str | Promise
    at: dt.datetime


@dataclass(frozen=True)
class Price:
    """What an order costs; `now` is what is to be paid at present."""

    total: Money
    paid: Money | None = None
    now: Money | None = None
    is_estimate: bool = False

    @property
    def parts(self) -> list[dict[str, object]]:
        """What was paid already, as the price split shows it."""
        return [{"label": _("Already paid"), "amount": self.paid}] if self.paid else []


@dataclass(frozen=True)
class Sheet:
    """One order as its customer follows it."""

    row: Fulfilment
    progress: Progress
    lines: list[IssueLine]
    price: Price | None
    bags: int  # handed over so far
    code: HandoverCode | None = None
    digits: str = ""
    payment: PaymentStatus | None = None
    story: list[Happened] = field(default_factory=list)
    is_dose_shown: bool = False
    approval: Review | None = None  # the pharmacist's yes, with who gave it

    @property
    def is_moving(self) -> bool:
        """Whether the page should look again by itself."""
        return self.row.stage not in progress.ENDED

    @property
    def version(self) -> str:
        """Changes whenever something on the page changes."""
        paid = self.payment.state if self.payment else ""
        review = self.row.issue.prescription.review
        return f"{self.row.stage}-{review}-{self.bags}-{paid}-{self.digits and self.code.pk}"  # type: ignore[union-attr]

    @property
    def owed(self) -> list[IssueLine]:
        """Lines of which a part is still owed after a hand-over."""
        return [line for line in self.lines if line.owed] if self.bags else []

    @property
    def may_cancel(self) -> bool:
        """Whether nothing was prepared or handed over yet."""
        return self.row.stage in progress.CANCELLABLE and not self.bags

    @property
    def is_code_past(self) -> bool:
        """Whether the code ran out; the store makes a new one."""
        return self.code is not None and selectors.is_past(self.code)

    @property
    def is_held(self) -> bool:
        """Whether money is held on the card and not taken yet."""
        return self.payment is not None and self.payment.state == "authorised"

    @property
    def is_asked(self) -> bool:
        """Whether a payment is under way whose answer did not reach the order yet."""
        state = self.payment.state if self.payment else ""
        return self.row.stage == "awaiting-payment" and state in ASKED


def of(row: Fulfilment) -> Sheet:
    """Read the sheet of an order of `selectors.fulfilment`."""
    lines = selectors.lines_of_issue(row.issue)
    bags = row.next_bag - 1
    code = selectors.waiting_code(row) if row.stage == "ready" else None
    return Sheet(
        row=row,
        progress=progress.of_order(row, is_balance=bool(bags)),
        lines=lines,
        price=_price(row, lines, bags),
        bags=bags,
        code=code,
        digits=dispensing.code_of(code.dispense) if code else "",
        payment=_payment(row, bags),
        story=_story(row),
        is_dose_shown=_is_dose_shown(row, lines),
        approval=_approval(row),
    )


def _approval(row: Fulfilment) -> Review | None:
    approved = row.issue.reviews.filter(
        decision="approve", store=row.store, decided_at__gte=row.started_at
    )
    return approved.select_related("reviewer").order_by("-decided_at").first()


def _is_dose_shown(row: Fulfilment, lines: list[IssueLine]) -> bool:
    is_reviewed = row.issue.prescription.review == "approved"
    return all(law.may_show_dose(line.item.medicine, is_reviewed=is_reviewed) for line in lines)


def _payment(row: Fulfilment, bags: int) -> PaymentStatus | None:
    if row.order is None or row.stage in progress.ENDED:
        return None
    return collection.status(owner=row.payment_owner(bags + 1))


def _price(row: Fulfilment, lines: list[IssueLine], bags: int) -> Price | None:
    """The order's own total, or what the store would ask now while there is no order."""
    if row.order is None:
        asked = selectors.offers(lines, stores=[row.store]) if row.stage == "in-review" else []
        return Price(total=asked[0].total, is_estimate=True) if asked else None
    total = Money.of(row.order.total_incl_tax, row.order.currency)
    if row.stage != "awaiting-payment":
        return Price(total=total)
    now = placement.amount_due(row) if bags else total
    return Price(total=total, paid=total - now if bags else None, now=now)


def _story(row: Fulfilment) -> list[Happened]:
    """What happened, the newest first: the choice of the store, then the audit entries."""
    entries = AuditEntry.objects.filter(
        subject=row.audit_subject, action__startswith="fulfilment."
    ).order_by("-at", "-pk")
    is_first = row.order_of_steps == "authorise-first"
    told = [Happened(_event(entry, is_first), entry.at) for entry in entries]
    return [*told, Happened(_("You chose the store"), row.started_at)]


def _event(entry: AuditEntry, is_paid_first: bool) -> str | Promise:
    stage = entry.action.removeprefix("fulfilment.")
    if is_paid_first and stage == "awaiting-payment" and not entry.reason:
        return EVENTS[stage]
    special = BY_REASON.get(entry.reason) or BY_ORIGIN.get((entry.facts.get("origin", ""), stage))
    return special or EVENTS.get(stage, stage)
