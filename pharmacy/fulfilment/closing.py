"""After the hand-over: take the money, settle the books, care for the next refill.

Each function is a reaction to one event, idempotent by the bag or the order it concerns.
"""

from __future__ import annotations

import zoneinfo

from loyalty import accrual, membership
from loyalty.facts import PurchaseFact, PurchaseLine
from pharmacy.care import refills
from pharmacy.core.money import Money
from pharmacy.formulary.models import Medicine
from pharmacy.fulfilment import ordering
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.payment import collection
from pharmacy.payment.events import PaymentCaptured, PaymentRefunded, RefundFailed
from pharmacy.settlement import settling
from pharmacy.settlement.events import OrderSettled
from pharmacy.settlement.models import JournalEntry
from prescriptions import dispensing, reporting
from prescriptions.events import MedicationHandedOver
from prescriptions.models import Dispense


def _bag(external_id: str) -> Dispense:
    rows = Dispense.objects.select_related("issue__prescription", "store")
    return rows.get(external_id=external_id)


def _fulfilment_of(bag: Dispense) -> Fulfilment:
    rows = Fulfilment.objects.select_related("order", "person", "store")
    return rows.exclude(stage__in=["declined", "cancelled"]).get(issue=bag.issue)


def _paid_bag(row: Fulfilment, owner: str) -> Dispense:
    """The bag that an owner of money paid for; bags that were put back have no money."""
    _, _, *rest = owner.split(":")
    number = int(rest[0]) if rest else 1
    return row.issue.dispenses.get(number=number, stage="handed-over")


def take_money(event: MedicationHandedOver) -> None:
    """Reaction (external): capture exactly what the bag is worth; the rest is let go."""
    bag = _bag(event.dispense)
    row = _fulfilment_of(bag)
    collection.capture(
        owner=row.payment_owner(bag.number),
        amount=ordering.value_of(row, bag),
        key=f"dispense:{bag.external_id}",
    )


def settle(event: PaymentCaptured) -> None:
    """Reaction: write what was handed over and what was taken into the books."""
    row = Fulfilment.objects.get(order__number=event.owner.split(":")[1])
    bag = _paid_bag(row, event.owner)
    settling.settle(
        owner=event.owner,
        handed_over=ordering.value_of(row, bag),
        captured=Money(event.amount_minor, event.currency),
        key=f"settle:{bag.external_id}",
    )


def after_settled(event: OrderSettled) -> None:
    """Reaction: the issue is settled; points for what the policy allows."""
    _, number, *_rest = event.owner.split(":")
    row = Fulfilment.objects.select_related("order", "issue", "person").get(order__number=number)
    is_settled = row.stage == "completed" and _is_settled(row)
    if is_settled:
        reporting.note_settled(issue=row.issue)
    if is_settled and row.placed_order.status == "awaiting-payment":
        row.placed_order.set_status("paid")
        row.placed_order.set_status("completed")
    if membership.is_member(person=row.person):
        accrual.earn(_purchase(row, event.owner))


def _is_settled(row: Fulfilment) -> bool:
    """Whether every bag that was handed over is in the books."""
    bags = row.issue.dispenses.filter(stage="handed-over").values_list("external_id", flat=True)
    keys = [f"settle:{external_id}" for external_id in bags]
    return JournalEntry.objects.filter(key__in=keys).count() == len(keys)


def _purchase(row: Fulfilment, owner: str) -> PurchaseFact:
    bag = _paid_bag(row, owner)
    worth = dispensing.lines_by_medicine(bag)
    prices = ordering.price_per_pack(row.placed_order)
    return PurchaseFact(
        key=owner,
        person_id=str(row.person.external_id),
        currency=row.placed_order.currency,
        occurred_at=bag.given_at,
        lines=[
            PurchaseLine(
                supply_class=medicine.supply_class,
                net_minor=prices[medicine.product_id] * quantity // medicine.pack_size,
                is_fund_paid=False,
            )
            for medicine, quantity in worth.items()
        ],
    )


def report_back(event: MedicationHandedOver) -> None:
    """Reaction (external): tell the issuer what was handed over."""
    reporting.report(dispense=_bag(event.dispense))


def plan_refills(event: MedicationHandedOver) -> None:
    """Reaction: once all is handed over, the next due date of each chronic medicine is known.

    Whichever bag tells it, the fill counts from the last one; a medicine on two lines is one.
    """
    row = _fulfilment_of(_bag(event.dispense))
    if row.stage != "completed":
        return
    last = row.issue.dispenses.filter(stage="handed-over").latest("handed_over_at")
    zone = zoneinfo.ZoneInfo(row.store.time_zone)
    for medicine, (quantity, days) in sorted(_chronic(row).items(), key=lambda kv: kv[0].pk):
        refills.plan(
            person=row.person,
            issue_key=f"issue:{row.issue.external_id}",
            medicine=medicine,
            quantity=quantity,
            days_supply=days,
            handed_over_date=last.given_at.astimezone(zone).date(),
        )


def _chronic(row: Fulfilment) -> dict[Medicine, tuple[int, int]]:
    """Base units and days of each chronic medicine of an issue."""
    found: dict[Medicine, tuple[int, int]] = {}
    for line in row.issue.lines.select_related("item__medicine"):
        item = line.item
        if item.medicine and item.medicine.is_chronic and item.days_supply:
            quantity, days = found.get(item.medicine, (0, 0))
            found[item.medicine] = (quantity + line.dispensed, max(days, item.days_supply))
    return found


def book_refund(event: PaymentRefunded) -> None:
    """Reaction: money that went back leaves the books as well."""
    amount = Money(event.amount_minor, event.currency)
    settling.refund(owner=event.owner, amount=amount, key=f"refund:{event.refund}")


def book_refund_failed(event: RefundFailed) -> None:
    """Reaction: a refund that did not arrive is owed to the customer."""
    amount = Money(event.amount_minor, event.currency)
    settling.refund_failed(owner=event.owner, amount=amount, key=f"refund-failed:{event.refund}")
