"""Decide one effect for one medicine in one country: the strictest matching rule wins.

Effects: `visible`, `leaflet`, `buy-online`, `sell-in-store`, `discount` (coupon, campaign or
member price), `points`, `gift` (also bundles), `advertise` (anything that promotes), `message`
(a notice to the patient about the own therapy: refill due, ready for pickup; a promotion is
`advertise`). Where nothing matches the answer is no.
"""

from __future__ import annotations

import datetime as dt

from pharmacy.core import clock
from pharmacy.policy.data import RULES
from pharmacy.policy.rules import VERDICTS, Decision, Rule
from pharmacy.policy.sentences import REFUSED
from pharmacy.policy.terms import ALIASES

EFFECTS = tuple(REFUSED)
UNKNOWN_CODE = "policy.unknown"


def decide(
    *,
    jurisdiction: str,
    supply_class: str,
    effect: str,
    channel: str = "online",
    reviewed: bool = False,
    is_fund_paid: bool = False,
    may_sell_online: bool = True,
    is_ad_approved: bool = False,
    on: dt.date | None = None,
) -> Decision:
    """Say whether an effect is allowed, and by which rule.

    Args:
        jurisdiction: ISO 3166 code of the store's country.
        channel: `online` or `store`.
        reviewed: a pharmacist has approved the prescription.
        is_fund_paid: an insurance fund pays the amount in question, wholly or in part.
        may_sell_online: False for a medicine on the list of what may not be sold online.
        is_ad_approved: the advertisement carries an approval number.
        on: the day of the act; None = today.
    """
    facts = {"fund-paid": is_fund_paid, "not-sold-online": not may_sell_online, "": True}
    day = on or clock.today()
    speaking = [
        rule
        for rule in RULES
        if (rule.country, rule.effect) == (ALIASES.get(jurisdiction, jurisdiction), effect)
        and rule.channel in {"any", channel}
        and (not rule.supply_classes or supply_class in rule.supply_classes)
        and facts[rule.condition]
        and rule.is_in_force(day)
    ]
    # A rule for every class tightens an answer; it is no answer for a class nobody named.
    if not any(rule.supply_classes for rule in speaking):
        return Decision(allowed=False, reason_code=UNKNOWN_CODE, effect=effect, verdict="unknown")
    # Of equally strict rules, the one that people may be shown speaks.
    strictest = max(
        speaking, key=lambda rule: (VERDICTS.index(rule.value), rule.citation_confirmed)
    )
    passes = {
        "allow": True,
        "if-approved": is_ad_approved,
        "after-review": reviewed,
        "deny": False,
    }
    return Decision(
        allowed=passes[strictest.value],
        reason_code=strictest.id,
        effect=effect,
        verdict=strictest.value,
        citation=strictest.citation,
        citation_confirmed=strictest.citation_confirmed,
    )


def find(reason_code: str) -> Rule | None:
    """Return the rule behind a reason code, or None for `policy.unknown` and strangers."""
    return next((rule for rule in RULES if rule.id == reason_code), None)


def citation(reason_code: str) -> str:
    """Return the citation of a reason code where people may be shown it, else ""."""
    rule = find(reason_code)
    return rule.citation if rule and rule.citation_confirmed else ""
