"""The shape of one rule of law and of one decision. Frozen values, no logic of any country.

Marks: V the article was read, S a page that quotes it was read, K from memory, D our own
decision where the law is silent. Only V and S may be cited to people.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise

from pharmacy.policy import sentences

# From mild to strict: what a rule says about an effect.
VERDICTS = ("allow", "if-approved", "after-review", "deny")
# What must be true of the case for a rule to speak at all.
CONDITIONS = ("", "fund-paid", "not-sold-online")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One sentence of law (or one decision of ours) about one effect.

    Args:
        supply_classes: the classes it speaks of; empty means every class.
        channel: `online`, `store` or `any`.
        value: one of VERDICTS; the strictest of the matching rules wins.
        condition: one of CONDITIONS; empty means always.
        in_force_from: first day in force; None = in force before every day we decide about.
        in_force_to: last day in force; None = still in force. A change of law is a new row.
    """

    id: str
    country: str
    supply_classes: frozenset[str]
    effect: str
    value: str
    mark: str
    channel: str = "any"
    condition: str = ""
    instrument: str = ""
    article: str = ""
    in_force_from: dt.date | None = None
    in_force_to: dt.date | None = None

    @property
    def citation_confirmed(self) -> bool:
        """Whether people may be shown the citation."""
        return self.mark in {"V", "S"}

    @property
    def citation(self) -> str:
        """Instrument and article, or "" where the rule is our own decision."""
        return " ".join(part for part in (self.instrument, self.article) if part)

    def is_in_force(self, on: dt.date) -> bool:
        """Whether the rule holds on a day."""
        starts = self.in_force_from is None or self.in_force_from <= on
        return starts and (self.in_force_to is None or on <= self.in_force_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer to one question, and the rule that made it.

    Args:
        reason_code: id of the deciding rule, or `policy.unknown` where no rule speaks.
        citation: for records; show it to people only when `citation_confirmed`.
    """

    allowed: bool
    reason_code: str
    effect: str
    verdict: str
    citation: str = ""
    citation_confirmed: bool = False

    @property
    def sentence(self) -> str | Promise:
        """Why, in words for people."""
        return sentences.of(effect=self.effect, verdict=self.verdict, allowed=self.allowed)

    @property
    def shown_citation(self) -> str:
        """The citation where people may see it, else ""."""
        return self.citation if self.citation_confirmed else ""


def classes(*names: str) -> frozenset[str]:
    """A set of supply classes; none given means every class."""
    return frozenset(names)
