"""The chart of accounts: what each code holds, and on which side it grows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(models.TextChoices):
    """Codes of the accounts; assets and expenses grow on the debit side."""

    PSP_CLEARING = "psp-clearing", _("Payment provider clearing")
    CASH = "cash", _("Cash in the store")
    CUSTOMER_RECEIVABLE = "customer-receivable", _("Owed by customers")
    INSURER_RECEIVABLE = "insurer-receivable", _("Owed by insurers")
    CUSTOMER_PREPAID = "customer-prepaid", _("Prepaid by customers")
    REFUNDS_PAYABLE = "refunds-payable", _("Refunds owed to customers")
    SALES = "sales", _("Sales")
    PSP_FEES = "psp-fees", _("Fees of the payment provider")


GROWS_BY_DEBIT = frozenset(
    {
        Account.PSP_CLEARING,
        Account.CASH,
        Account.CUSTOMER_RECEIVABLE,
        Account.INSURER_RECEIVABLE,
        Account.PSP_FEES,
    }
)
