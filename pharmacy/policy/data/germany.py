"""Germany (DE): price-bound prescription medicine, pharmacy-only OTC (our class otc-a), BtM.

Conditions of the law that we cannot prove (trifles, limits of § 11 HWG) stand in their
strict form.
"""

from __future__ import annotations

import functools

from pharmacy.policy.rules import Rule, classes

rule = functools.partial(Rule, country="DE")
BOUND = classes("rx", "narcotic")
SGB = functools.partial(
    rule, supply_classes=BOUND, value="deny", instrument="SGB V", article="§ 129(3)", mark="V"
)
HWG = functools.partial(rule, instrument="HWG", mark="V")

RULES: tuple[Rule, ...] = (
    rule(id="de.visible", supply_classes=BOUND | {"otc-a"}, effect="visible", value="allow",
         mark="K"),
    rule(id="de.leaflet", supply_classes=BOUND | {"otc-a"}, effect="leaflet", value="allow",
         mark="K"),
    rule(id="de.buy-online.rx", supply_classes=classes("rx"), effect="buy-online",
         value="after-review", mark="K"),
    rule(id="de.buy-online.narcotic", supply_classes=classes("narcotic"), effect="buy-online",
         value="deny", mark="K"),
    rule(id="de.buy-online.otc", supply_classes=classes("otc-a"), effect="buy-online",
         value="allow", mark="K"),
    rule(id="de.sell-in-store.rx", supply_classes=BOUND, effect="sell-in-store",
         value="after-review", mark="K"),
    rule(id="de.sell-in-store.otc", supply_classes=classes("otc-a"), effect="sell-in-store",
         value="allow", mark="K"),
    SGB(id="de.discount.rx", effect="discount"),
    SGB(id="de.points.rx", effect="points"),
    SGB(id="de.gift.rx", effect="gift"),
    rule(id="de.discount.otc", supply_classes=classes("otc-a"), effect="discount",
         value="allow", instrument="AMG", article="§ 78(2)", mark="V"),
    HWG(id="de.points.otc", supply_classes=classes("otc-a"), effect="points", value="deny",
        article="§ 7"),
    HWG(id="de.gift.otc", supply_classes=classes("otc-a"), effect="gift", value="deny",
        article="§ 7"),
    HWG(id="de.advertise.rx", supply_classes=BOUND, effect="advertise", value="deny",
        article="§ 10"),
    rule(id="de.advertise.otc", supply_classes=classes("otc-a"), effect="advertise",
         value="if-approved", instrument="HWG", article="§ 11", mark="K"),
    rule(id="de.message", supply_classes=BOUND | {"otc-a"}, effect="message", value="allow",
         mark="K"),
)  # fmt: skip
