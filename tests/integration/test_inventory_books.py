"""The books: append-only, always adding up, guarded by the database itself."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from inventory import reconcile, reservation, tasks
from inventory.models import LotBalance, Movement, MovementLine
from inventory.reservation import Want
from pharmacy.core.ledger import LedgerIsAppendOnly
from tests.stock_fixtures import BY, StockRecord, make_medicine, make_store, record_of, stock

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("table", ["inventory_movement", "inventory_movementline"])
@pytest.mark.parametrize(
    "command", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_the_ledger_refuses_any_change(table, command):
    stock(make_store(), make_medicine(), 28)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(command.format(table))

    assert (Movement.objects.count(), MovementLine.objects.count()) == (1, 1)


def test_the_models_refuse_any_change_before_the_database_has_to():
    stock(make_store(), make_medicine(), 28)

    for row in (Movement.objects.get(), MovementLine.objects.get()):
        with pytest.raises(LedgerIsAppendOnly):
            row.save()
        with pytest.raises(LedgerIsAppendOnly):
            row.delete()


@pytest.mark.parametrize(
    "change", ["reserved = on_hand + 1", "reserved = -1", "on_hand = -1, reserved = -1"]
)
def test_a_balance_cannot_be_oversold_by_any_statement(change):
    stock(make_store(), make_medicine(), 28)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE inventory_lotbalance SET {change}")


@pytest.mark.parametrize("allocated", [-1, 2])
def test_a_stock_record_cannot_promise_more_than_it_has(allocated):
    store, medicine = make_store(), make_medicine()
    stock(store, medicine, 28)

    with pytest.raises(IntegrityError), transaction.atomic():
        StockRecord.objects.update(num_allocated=allocated)

    assert record_of(store, medicine) == (1, 0)


def test_a_store_has_one_stock_record_for_a_product():
    store, medicine = make_store(), make_medicine()
    stock(store, medicine, 28)
    partner = store.stock_partner.partner

    with pytest.raises(IntegrityError), transaction.atomic():
        StockRecord.objects.create(
            partner=partner, product=medicine.product, partner_sku="another", num_in_stock=1
        )


def test_a_planted_difference_is_found_and_never_repaired_silently(caplog):
    store, medicine = make_store(), make_medicine()
    lot = stock(store, medicine, 56)
    reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 28)], by=BY)
    reservation.pick(owner="o:1", by=BY)
    assert reconcile.differences() == []

    LotBalance.objects.update(on_hand=57, reserved=29)
    StockRecord.objects.update(num_allocated=2)

    place = LotBalance.objects.get().location_id
    partner = store.stock_partner.partner_id
    assert [(d.what, d.first_id, d.second_id, d.kept, d.counted) for d in reconcile.run()] == [
        ("allocated", partner, medicine.product_id, 2, 1),
        ("on-hand", lot.pk, place, 57, 56),
        ("reserved", lot.pk, place, 29, 28),
    ]
    assert caplog.text.count("stock does not add up") == 3
    assert tasks.reconcile_stock() == 3


def test_a_movement_without_its_balance_is_found_too():
    stock(make_store(), make_medicine(), 28)

    LotBalance.objects.all().delete()

    assert [(d.what, d.kept, d.counted) for d in reconcile.differences()] == [("on-hand", 0, 28)]
