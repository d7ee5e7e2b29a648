"""Oscar's partner models; behavior of ours goes here, columns never.

Oscar's `allocate` adds to `num_allocated` without asking whether the stock is there, so two
buyers of the last pack both get it. Here each step is one conditional UPDATE: the database
decides, the row count tells.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from oscar.apps.partner.abstract_models import AbstractStockRecord

from pharmacy.core import clock
from pharmacy.partner.errors import InsufficientStock


class StockRecord(AbstractStockRecord):
    """Packs of a product at a partner: a balance that inventory keeps, never edited by hand."""

    def allocate(self, quantity: int) -> None:
        """Promise packs that nobody was promised.

        Raises:
            InsufficientStock: fewer packs are free. Nothing changes.
        """
        free = Q(num_in_stock__gte=Coalesce(F("num_allocated"), 0) + quantity)
        self._step(quantity, free, num_allocated=Coalesce(F("num_allocated"), 0) + quantity)

    allocate.alters_data = True  # type: ignore[attr-defined]

    def consume_allocation(self, quantity: int) -> None:
        """Take promised packs out of stock.

        Raises:
            InsufficientStock: fewer packs are promised or there. Nothing changes.
        """
        promised = Q(num_allocated__gte=quantity, num_in_stock__gte=quantity)
        self._step(
            quantity,
            promised,
            num_allocated=F("num_allocated") - quantity,
            num_in_stock=F("num_in_stock") - quantity,
        )

    consume_allocation.alters_data = True  # type: ignore[attr-defined]

    def cancel_allocation(self, quantity: int) -> None:
        """Take back a promise.

        Raises:
            InsufficientStock: fewer packs are promised. Nothing changes.
        """
        promised = Q(num_allocated__gte=quantity)
        self._step(quantity, promised, num_allocated=F("num_allocated") - quantity)

    cancel_allocation.alters_data = True  # type: ignore[attr-defined]

    def _step(self, quantity: int, condition: Q, **changes: Any) -> None:
        if not self.can_track_allocations:
            return
        record = type(self)._default_manager.filter(condition, pk=self.pk)
        if quantity < 0 or record.update(date_updated=clock.now(), **changes) != 1:
            self.refresh_from_db(fields=["num_allocated", "num_in_stock"])
            raise InsufficientStock(
                product=self.product_id, wanted=quantity, available=max(self.net_stock_level, 0)
            )
        self.refresh_from_db(fields=["num_allocated", "num_in_stock"])


from oscar.apps.partner.models import *  # noqa: E402, F403 - the documented way to fork
