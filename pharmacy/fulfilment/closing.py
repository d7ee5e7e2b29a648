"""After the hand-over: take the money, settle the books, care for the next refill.

Each function is a reaction to one event, idempotent by the bag or the order it concerns.
"""

from __future__ import annotations

import zoneinfo

from loyalty import accrual, membership
from loyalty.facts import PurchaseFact, PurchaseLine
from pharmacy.care import refills
from pharmacy.core.money import Money
from pharmacy.fulfilment import ordering
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.payment import collection
from pharmacy.payment.events import PaymentCaptured
from pharmacy.settlement import settling
from pharmacy.settlement.events import OrderSettled
from prescriptions import dispensing, reporting
from prescriptions.events import MedicationHandedOver
from prescriptions.models import Dispense


def _bag(external_id: str) -> Dispense:
    rows = Dispense.objects.select_related("issue__prescription", "store")
    return rows.get(external_id=external_id)


def _fulfilment_of(bag: Dispense) -> Fulfilment:
    rows = Fulfilment.objects.select_related("order", "person", "store")
    return rows.exclude(stage__in=["declined", "cancelled"]).get(issue=bag.issue)


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
    _, number, *rest = event.owner.split(":")
    bag_number = int(rest[0]) if rest else 1
    row = Fulfilment.objects.get(order__number=number)
    bag = row.issue.dispenses.get(number=bag_number)
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
    if row.stage == "completed":
        reporting.note_settled(issue=row.issue)
    if row.stage == "completed" and row.placed_order.status == "awaiting-payment":
        row.placed_order.set_status("paid")
        row.placed_order.set_status("completed")
    if membership.is_member(person=row.person):
        accrual.earn(_purchase(row, event.owner))


def _purchase(row: Fulfilment, owner: str) -> PurchaseFact:
    _, _, *rest = owner.split(":")
    bag = row.issue.dispenses.get(number=int(rest[0]) if rest else 1)
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
    """Reaction: once all is handed over, the next due date of each chronic medicine is known."""
    bag = _bag(event.dispense)
    row = _fulfilment_of(bag)
    if row.stage != "completed":
        return
    zone = zoneinfo.ZoneInfo(row.store.time_zone)
    for line in row.issue.lines.select_related("item__medicine"):
        item = line.item
        if item.medicine and item.medicine.is_chronic and item.days_supply:
            refills.plan(
                person=row.person,
                issue_key=f"issue:{row.issue.external_id}",
                medicine=item.medicine,
                quantity=line.dispensed,
                days_supply=item.days_supply,
                handed_over_date=bag.given_at.astimezone(zone).date(),
            )
