"""Oscar's own stock methods under threads: ours refuse, the original oversells."""

from __future__ import annotations

import pytest
from django.db import connection
from oscar.apps.partner.abstract_models import AbstractStockRecord

from pharmacy.partner.errors import InsufficientStock
from tests.concurrency.test_inventory_races import race
from tests.stock_fixtures import StockRecord, make_medicine, make_store, record_of, stock


def last_pack():
    store, medicine = make_store(), make_medicine(pack_size=28)
    stock(store, medicine, 28)
    return store, medicine, StockRecord.objects.get().pk


@pytest.mark.django_db(transaction=True)
def test_one_of_64_wins_when_all_allocate_the_last_pack():
    store, medicine, pk = last_pack()

    answers = race(lambda _: StockRecord.objects.get(pk=pk).allocate(1))

    assert answers == {"done": 1, "stock.insufficient": 63}
    assert record_of(store, medicine) == (1, 1)


@pytest.mark.django_db
def test_the_original_method_oversells_where_no_constraint_stops_it():
    """The control: without our condition and constraint the last pack is sold four times."""
    store, medicine, pk = last_pack()
    with connection.cursor() as cursor:  # undone with the transaction of this test
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE partner_stockrecord DROP CONSTRAINT inventory_stockrecord_not_oversold"
        )

    for _ in range(4):
        AbstractStockRecord.allocate(StockRecord.objects.get(pk=pk), 1)

    assert record_of(store, medicine) == (1, 4)


@pytest.mark.django_db
def test_a_step_is_refused_and_changes_nothing_when_the_packs_are_not_there():
    store, medicine, pk = last_pack()
    record = StockRecord.objects.get(pk=pk)

    for step in (record.consume_allocation, record.cancel_allocation):
        with pytest.raises(InsufficientStock):
            step(1)
    for quantity in (2, -1):
        with pytest.raises(InsufficientStock):
            record.allocate(quantity)
    assert record_of(store, medicine) == (1, 0)

    record.allocate(1)
    record.cancel_allocation(1)
    record.allocate(1)
    record.consume_allocation(1)
    assert (record.num_in_stock, record.num_allocated) == record_of(store, medicine) == (0, 0)
