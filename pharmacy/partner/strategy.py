"""Which stock record sells a product to this customer: that of the store that they chose.

Oscar takes the first record that the database returns. Here the chosen store decides; where
it does not sell the product, the product is unavailable, and no other store steps in
silently. With no store chosen, the record of the lowest key gives price and availability,
the same for everybody. A basket line keeps the record it was added with.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import cached_property
from oscar.apps.partner import strategy
from oscar.core.loading import get_model

SESSION_KEY = "store"  # holds the code of the chosen store


class ChosenStore:
    """Pick the stock record of the chosen store, deterministically, with no query of its own."""

    store_code: str = ""

    @cached_property
    def _partner_id(self) -> int | None:
        partners = get_model("partner", "Partner")._default_manager.filter(code=self.store_code)
        return partners.values_list("pk", flat=True).first()

    def select_stockrecord(self, product: Any) -> Any | None:
        """The record of the chosen store, or nothing where that store does not sell it."""
        records = product.stockrecords.all()  # uses what a queryset loaded before
        if self.store_code:
            return next((r for r in records if r.partner_id == self._partner_id), None)
        return min(records, key=lambda record: record.pk, default=None)

    def fetch_for_line(self, line: Any, stockrecord: Any = None) -> Any:
        """Price and availability of a basket line, at the store it was added for."""
        return self.fetch_for_product(line.product, stockrecord or line.stockrecord)  # type: ignore[attr-defined]


class StoreStrategy(ChosenStore, strategy.StockRequired, strategy.NoTax, strategy.Structured):
    """Stock of the chosen store; the price is the record's own and includes tax."""

    def __init__(self, request: Any = None, store_code: str = "") -> None:
        super().__init__(request)
        self.store_code = store_code


class Selector:
    """Choose the strategy of a request; without a request, name the store."""

    def strategy(
        self, request: Any = None, user: Any = None, *, store: Any = None, **_kwargs: Any
    ) -> StoreStrategy:
        """The strategy for an explicit store, else the store in the session, else none."""
        session = getattr(request, "session", None) or {}
        code = store.code if store is not None else session.get(SESSION_KEY, "")
        return StoreStrategy(request, store_code=code)
