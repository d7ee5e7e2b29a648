"""What the law of a place allows, as data: ask `policy.decide(...)`, read the Decision.

Every answer names the rule that made it. The strictest matching rule wins; an unknown
country, supply class or effect is refused. A rule that nobody has read in its source is kept
in its strict form, but its citation is not shown (`citation_confirmed` is False).
"""

from pharmacy.policy.deciding import EFFECTS, citation, decide, find
from pharmacy.policy.online_list import EDITION, is_online_prohibited
from pharmacy.policy.rules import Decision, Rule
from pharmacy.policy.steps import order_of_steps
from pharmacy.policy.terms import Term, UnknownJurisdiction, keep_until, validity

__all__ = [
    "EDITION",
    "EFFECTS",
    "Decision",
    "Rule",
    "Term",
    "UnknownJurisdiction",
    "citation",
    "decide",
    "find",
    "is_online_prohibited",
    "keep_until",
    "order_of_steps",
    "validity",
]
