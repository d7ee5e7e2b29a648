"""Money: an exact amount in one currency, never a float.

Stored as integer minor units (`amount_minor`) beside an ISO 4217 code. Rounding happens
only here, half up, at the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from pharmacy.core.errors import Broken

# ISO 4217 minor units of the currencies that we take.
EXPONENTS = {"CNY": 2, "EUR": 2, "GBP": 2, "USD": 2, "JPY": 0}
SYMBOLS = {"CNY": "¥", "EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}


class CurrencyMismatch(Broken):
    """Two currencies met in one sum."""

    code = "money.currency-mismatch"


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units of a currency: `Money(1250, "CNY")` is ¥12.50."""

    minor: int
    currency: str = "CNY"

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str = "CNY") -> Money:
        """Round a decimal amount half up to the minor unit."""
        scaled = Decimal(amount).scaleb(EXPONENTS[currency])
        return cls(int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP)), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-EXPONENTS[self.currency])

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)
        return other.minor

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        places = EXPONENTS[self.currency]
        return f"{SYMBOLS[self.currency]}{self.amount:,.{places}f}"
