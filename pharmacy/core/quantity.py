"""Quantities of medicine: an exact decimal with a UCUM unit, never a float.

What is counted (tablets, packs) is a whole number of base units; what is measured (ml, g)
may carry decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pharmacy.core.errors import Broken

# UCUM codes that we use, with the multiple of the base unit of their dimension.
MASS_IN_MG = {"kg": Decimal(1000000), "g": Decimal(1000), "mg": Decimal(1), "ug": Decimal("0.001")}
VOLUME_IN_ML = {"L": Decimal(1000), "mL": Decimal(1)}


class UnitMismatch(Broken):
    """Two units met that cannot be converted into each other."""

    code = "quantity.unit-mismatch"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its UCUM unit; counted things use `{tablet}`-like annotations or `1`."""

    value: Decimal
    unit: str

    def to(self, unit: str) -> Quantity:
        """Convert explicitly within one dimension.

        Raises:
            UnitMismatch: the units do not share a dimension.
        """
        if unit == self.unit:
            return self
        for table in (MASS_IN_MG, VOLUME_IN_ML):
            if unit in table and self.unit in table:
                return Quantity(self.value * table[self.unit] / table[unit], unit)
        raise UnitMismatch(left=self.unit, right=unit)

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.value + other.to(self.unit).value, self.unit)

    def __str__(self) -> str:
        return f"{self.value.normalize():f} {self.unit}"
