"""The rules, one table a country. A change of law is a new row with its dates."""

from __future__ import annotations

from pharmacy.policy.data import china, germany, united_kingdom, united_states
from pharmacy.policy.rules import Rule

RULES: tuple[Rule, ...] = (
    *china.RULES,
    *germany.RULES,
    *united_kingdom.RULES,
    *united_states.RULES,
)
