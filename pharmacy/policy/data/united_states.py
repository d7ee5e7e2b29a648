"""United States (US), federal payer: rx, schedule II (narcotic), schedules III-IV
(psychotropic-2).

What opinions and state law leave open (rewards on cost-sharing, gifts below the nominal
value) is off: excluding all of it is the safe side.
"""

from __future__ import annotations

import functools

from pharmacy.policy.rules import Rule, classes

rule = functools.partial(Rule, country="US")
RX = classes("rx", "narcotic", "psychotropic-2")
SCHEDULED = classes("narcotic", "psychotropic-2")
HIPAA = functools.partial(rule, instrument="45 CFR", article="164.501", mark="S")

RULES: tuple[Rule, ...] = (
    rule(id="us.visible", supply_classes=RX, effect="visible", value="allow", mark="K"),
    rule(id="us.leaflet", supply_classes=RX, effect="leaflet", value="allow", mark="K"),
    rule(id="us.buy-online.rx", supply_classes=classes("rx"), effect="buy-online",
         value="after-review", mark="K"),
    rule(id="us.buy-online.scheduled", supply_classes=SCHEDULED, effect="buy-online",
         value="deny", mark="K"),
    rule(id="us.sell-in-store", supply_classes=RX, effect="sell-in-store",
         value="after-review", mark="K"),
    rule(id="us.discount", supply_classes=RX, effect="discount", value="deny", mark="D"),
    rule(id="us.points", supply_classes=RX, effect="points", value="deny", mark="D"),
    rule(id="us.gift", supply_classes=RX, effect="gift", value="deny",
         instrument="42 CFR", article="1003.110", mark="K"),
    rule(id="us.advertise", supply_classes=RX, effect="advertise", value="deny", mark="D"),
    HIPAA(id="us.message", supply_classes=RX, effect="message", value="allow"),
)  # fmt: skip
