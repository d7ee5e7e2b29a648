"""The table of every reaction to every event: the one place that says what follows what.

`external` reactions talk to the world and run outside any transaction; the others run in the
transaction of their inbox row.
"""

from __future__ import annotations

from inventory.events import StockReceived
from pharmacy.core.outbox import react
from pharmacy.fulfilment import cancellation, closing, placement, verifying
from pharmacy.fulfilment.events import MoneyNotNeeded
from pharmacy.payment.events import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentRefunded,
    PaymentReleased,
    RefundFailed,
)
from pharmacy.settlement.events import OrderSettled
from prescriptions.events import (
    MedicationHandedOver,
    PrescriptionApproved,
    PrescriptionClaimed,
    PrescriptionDeclined,
    PrescriptionReceived,
)


def register() -> None:
    """Fill the outbox's table; called once when the apps are ready."""
    react(PrescriptionReceived, verifying.verify)
    react(PrescriptionClaimed, verifying.find)
    react(PrescriptionApproved, placement.after_approval)
    react(PrescriptionDeclined, cancellation.after_decline, external=True)
    react(PaymentAuthorised, placement.after_authorised)
    react(PaymentReleased, placement.after_released)
    react(MoneyNotNeeded, cancellation.let_go_of_money, external=True)
    react(StockReceived, placement.after_delivery)
    react(MedicationHandedOver, closing.take_money, external=True)
    react(MedicationHandedOver, closing.report_back, external=True)
    react(MedicationHandedOver, closing.plan_refills)
    react(PaymentCaptured, closing.settle)
    react(OrderSettled, closing.after_settled)
    react(PaymentRefunded, closing.book_refund)
    react(RefundFailed, closing.book_refund_failed)
