"""The order of locks, read from the SQL itself; deadlocks come from any other order."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory import reservation
from inventory.errors import PromisesDoNotAddUp
from inventory.models import Reservation
from inventory.reservation import Want
from tests.stock_fixtures import BY, StockRecord, make_medicine, make_store, record_of, stock

pytestmark = pytest.mark.django_db


def statements(captured: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in captured.captured_queries]


def test_names_are_locked_first_and_in_one_order():
    store, medicines = make_store(), [make_medicine() for _ in range(3)]
    for medicine in medicines:
        stock(store, medicine, 28)

    with CaptureQueriesContext(
        connection,
    ) as captured:
        wants = [Want(medicine, 28) for medicine in reversed(medicines)]
        reservation.reserve(owner="o:1", store=store, lines=wants, by=BY)

    sql = statements(captured)
    locks = [s for s in sql if "pg_advisory_xact_lock" in s]
    numbers = [int(s.split("(")[1].split(")")[0]) for s in locks]
    assert len(numbers) == 4  # the owner and three pairs of store and medicine
    assert numbers == sorted(numbers)
    last_lock = sql.index(locks[-1])
    assert all("reservation" not in s and "UPDATE" not in s for s in sql[:last_lock])


def test_lots_are_locked_first_expired_first_and_none_is_skipped():
    store, medicine = make_store(), make_medicine()
    stock(store, medicine, 28)
    reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 28)], by=BY)

    with CaptureQueriesContext(connection) as captured:
        reservation.pick(owner="o:1", by=BY)

    sql = statements(captured)
    [lots] = [s for s in sql if "FOR UPDATE" in s and 'FROM "inventory_lotbalance"' in s]
    assert lots.endswith(
        'ORDER BY "inventory_lot"."expiry_date" ASC, "inventory_lotbalance"."received_at" ASC, '
        '"inventory_lotbalance"."id" ASC FOR UPDATE OF "inventory_lotbalance"'
    )
    assert not any("SKIP LOCKED" in s for s in sql)
    locks = [i for i, s in enumerate(sql) if "pg_advisory_xact_lock" in s]
    rows = [i for i, s in enumerate(sql) if "FOR UPDATE" in s]
    assert max(locks) < min(rows)


def test_the_alarm_is_raised_when_somebody_else_wrote_the_stock_record():
    store, medicine = make_store(), make_medicine()
    stock(store, medicine, 56)
    reservation.reserve(owner="o:1", store=store, lines=[Want(medicine, 56)], by=BY)
    StockRecord.objects.update(num_allocated=1)

    with pytest.raises(PromisesDoNotAddUp):
        reservation.release(owner="o:1", by=BY, reason="cancelled")

    assert Reservation.objects.get().stage == "soft"
    assert record_of(store, medicine) == (2, 1)
