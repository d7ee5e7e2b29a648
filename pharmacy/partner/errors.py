"""Refusals of stock records. Inventory raises the same ones."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from oscar.apps.partner.exceptions import InvalidStockAdjustment

from pharmacy.core.errors import Refused


class InsufficientStock(Refused, InvalidStockAdjustment):
    """There is less than was asked for. Oscar's callers catch it as their own refusal."""

    code = "stock.insufficient"
    sentence = _("There is not enough in stock at this store.")
