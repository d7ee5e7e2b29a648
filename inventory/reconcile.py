"""Do the books add up? Compares every balance with the entries it is the balance of.

The view `inventory_differences` does it in the database: what is on hand against movements,
what is reserved against picks, what is promised against open reservations.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import connection

from inventory import shelf

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Difference:
    """A balance (`kept`) that is not what its entries add up to (`counted`).

    `what` is `on-hand` or `reserved` (keys of lot and location, base units), or `allocated`
    (keys of partner and product, packs).
    """

    what: str
    first_id: int
    second_id: int
    kept: int
    counted: int


def differences() -> list[Difference]:
    """Where a balance is not the sum of its entries; empty while all is well."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT what, first_id, second_id, kept, counted FROM inventory_differences "
            "ORDER BY what, first_id, second_id"
        )
        return [Difference(*row) for row in cursor.fetchall()]


def run() -> list[Difference]:
    """Compare, raise the alarm in the log, and count the shelves again for the new day.

    A difference is never repaired silently: somebody has to look first.
    """
    found = differences()
    for difference in found:
        log.error("stock does not add up: %s", difference)
    shelf.recount()
    return found
