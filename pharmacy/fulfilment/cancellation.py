"""Undoing an order before it is handed over: money released, stock freed, claim returned."""

from __future__ import annotations

import contextlib

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory import reservation
from pharmacy.core import locking, outbox
from pharmacy.core.errors import Conflict, Refused, Unavailable
from pharmacy.core.states import advance
from pharmacy.fulfilment.events import MoneyNotNeeded
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.payment import collection
from pharmacy.people import access
from pharmacy.people.models import Person
from prescriptions import claiming
from prescriptions.events import PrescriptionDeclined


class TooLate(Refused):
    """The bag is being prepared or was handed over."""

    code = "cancellation.too-late"
    sentence = _("Your order is already being prepared. Please call the store.")


def cancel(*, fulfilment: Fulfilment, person: Person) -> Fulfilment:
    """Cancel an order for its customer; the prescription is free for another store.

    Money that cannot be let go at once is let go by the reaction to MoneyNotNeeded.

    Raises:
        NotYours, TooLate.
    Emits: ClaimReleased, StockReleased, MoneyNotNeeded, PaymentReleased.
    """
    access.require_own(viewer=person, owner=fulfilment.person, scope="order")
    by = f"person:{person.external_id}"
    with transaction.atomic():
        [row] = locking.rows(Fulfilment.objects.filter(pk=fulfilment.pk))
        bags = row.issue.dispenses.exclude(stage="abandoned")
        if row.stage not in {"in-review", "awaiting-payment", "out-of-stock"} or bags.exists():
            raise TooLate(stage=row.stage)
        ticket = claiming.ticket_of(issue=row.issue, store=row.store)
        claiming.release(ticket=ticket, by=by, reason="cancelled-by-customer")
        _free_stock(row, by)
        row = advance(row, "cancelled", by=by)
        if row.order is not None:
            outbox.record(MoneyNotNeeded(owner=row.payment_owner()))
    with contextlib.suppress(Conflict, Unavailable):
        _free_money(row)
    return row


def let_go_of_money(event: MoneyNotNeeded) -> None:
    """Reaction (external): release what is held for an order that does not need it."""
    number = event.owner.split(":")[1]
    row = Fulfilment.objects.get(order__number=number)
    is_needed = row.stage not in {"cancelled", "declined", "out-of-stock"}
    if not is_needed and collection.status(owner=event.owner) is not None:
        collection.release(owner=event.owner, reason="order-ended")


def after_decline(event: PrescriptionDeclined) -> None:
    """Reaction (external): a declined issue frees its stock and the customer's money."""
    live = Fulfilment.objects.exclude(stage="cancelled")
    mine = live.filter(issue__external_id=event.issue, store__code=event.store)
    row = mine.order_by("-started_at").first()
    if row is None or row.issue.claims.filter(store=row.store, closed_at=None).exists():
        return  # old news: the store holds the issue again
    with transaction.atomic():
        [row] = locking.rows(Fulfilment.objects.filter(pk=row.pk))
        if row.stage != "declined":
            _free_stock(row, "system:flow")
            advance(row, "declined", by="system:flow", reason=event.reason_code)
    _free_money(row)


def _free_stock(row: Fulfilment, by: str) -> None:
    if row.order is not None:
        reservation.release(owner=row.stock_owner, by=by, reason="order-ended")
        row.order.set_status("cancelled")


def _free_money(row: Fulfilment) -> None:
    if row.order is not None and collection.status(owner=row.payment_owner()) is not None:
        collection.release(owner=row.payment_owner(), reason="order-ended")
