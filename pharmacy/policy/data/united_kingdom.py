"""United Kingdom (GB): prescription-only medicine (rx) and controlled drugs (narcotic).

`is_fund_paid` stands for an NHS prescription. Where the law speaks of the NHS alone, a private
prescription without a rule of its own is refused too.
"""

from __future__ import annotations

import functools

from pharmacy.policy.rules import Rule, classes

rule = functools.partial(Rule, country="GB")
POM = classes("rx", "narcotic", "psychotropic-2")
CONTROLLED = classes("narcotic", "psychotropic-2")
NHS = functools.partial(
    rule, supply_classes=POM, value="deny", condition="fund-paid", mark="S",
    instrument="NHS (Pharmaceutical and Local Pharmaceutical Services) Regulations 2013",
    article="Sch. 4",
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    rule(id="gb.visible", supply_classes=POM, effect="visible", value="allow", mark="S",
         instrument="GPhC guidance for pharmacies at a distance (2025)"),
    rule(id="gb.leaflet", supply_classes=POM, effect="leaflet", value="allow", mark="K"),
    rule(id="gb.buy-online.pom", supply_classes=classes("rx"), effect="buy-online",
         value="after-review", mark="S",
         instrument="GPhC guidance for pharmacies at a distance (2025)"),
    rule(id="gb.buy-online.controlled", supply_classes=CONTROLLED, effect="buy-online",
         value="deny", mark="K"),
    rule(id="gb.sell-in-store.pom", supply_classes=POM, effect="sell-in-store",
         value="after-review", instrument="Human Medicines Regulations 2012",
         article="reg. 214", mark="V"),
    rule(id="gb.discount.pom", supply_classes=classes("rx"), effect="discount", value="allow",
         mark="K"),
    rule(id="gb.discount.controlled", supply_classes=CONTROLLED, effect="discount",
         value="deny", mark="K"),
    NHS(id="gb.discount.nhs", effect="discount"),
    rule(id="gb.points.private", supply_classes=POM, effect="points", value="deny", mark="D"),
    NHS(id="gb.points.nhs", effect="points"),
    rule(id="gb.gift.private", supply_classes=POM, effect="gift", value="deny", mark="D"),
    NHS(id="gb.gift.nhs", effect="gift"),
    rule(id="gb.advertise.pom", supply_classes=POM, effect="advertise", value="deny",
         instrument="Human Medicines Regulations 2012", article="reg. 284", mark="V"),
    rule(id="gb.message", supply_classes=POM, effect="message", value="allow", mark="K"),
)  # fmt: skip
