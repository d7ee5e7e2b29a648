"""Order numbers nobody can guess, and placing an order without touching stock a second time.

Oscar numbers orders one after the other, which tells a rival how many there are and lets a
stranger try the next one. Oscar also allocates stock while it places an order; ours was
reserved before, under locks, by `inventory.reservation`.
"""

from __future__ import annotations

import secrets
from typing import Any

from oscar.apps.order import utils

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I, L, O, U
CHECK_ALPHABET = ALPHABET + "*~$=U"
LENGTH = 12


class OrderNumberGenerator:
    """Twelve random characters (60 bits) and a check character that catches a slip."""

    def order_number(self, basket: Any = None) -> str:
        """A number that tells nothing about the basket or about other orders."""
        while True:  # five of 37 check characters are symbols, awkward in links: draw again
            body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
            if (check := check_character(body)) in ALPHABET:
                return body + check


def check_character(body: str) -> str:
    """The check character of Crockford's base 32: the value modulo 37."""
    value = 0
    for character in body:
        value = value * 32 + ALPHABET.index(character)
    return CHECK_ALPHABET[value % 37]


def is_order_number(number: str) -> bool:
    """Whether the characters and the check character fit, before anybody asks the database."""
    body, check = number[:-1], number[-1:]
    return len(body) == LENGTH and set(body) <= set(ALPHABET) and check_character(body) == check


class OrderCreator(utils.OrderCreator):
    """Places an order whose stock inventory holds already."""

    def place_order(self, basket: Any, *args: Any, **kwargs: Any) -> Any:
        """Place the order; a missing number is made by our generator, not by Oscar's."""
        if not kwargs.get("order_number"):
            kwargs["order_number"] = OrderNumberGenerator().order_number(basket)
        return super().place_order(basket, *args, **kwargs)

    def create_line_models(
        self, order: Any, basket_line: Any, extra_line_fields: dict[str, Any] | None = None
    ) -> Any:
        """Write a line that claims no allocation: cancelling it must not give stock back twice."""
        fields = {**(extra_line_fields or {}), "num_allocated": 0}
        return super().create_line_models(order, basket_line, fields)

    def update_stock_records(self, line: Any) -> None:
        """Do nothing.

        Why it is safe: the caller reserves with `inventory.reservation.reserve` in the same
        transaction, under the lock of store and product and by one conditional UPDATE, and
        a constraint of the database keeps the allocation between zero and the stock. A
        second allocation here would count every pack twice.
        """
