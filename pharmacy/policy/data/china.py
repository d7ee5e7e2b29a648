"""China (CN): the decision cells of retail and online sale, with the instruments read.

Supply classes: rx 处方药, otc-a 甲类, otc-b 乙类, ephedrine 含麻黄碱类复方制剂, psychotropic-2,
narcotic (with psychotropic I), toxic. "Decision" rows (mark D) are ours and carry no citation.
"""

from __future__ import annotations

import datetime as dt
import functools

from pharmacy.policy.rules import Rule, classes

rule = functools.partial(Rule, country="CN")
DRUG_LAW = functools.partial(
    rule, instrument="药品管理法", in_force_from=dt.date(2019, 12, 1)
)  # fmt: skip
DECREE_58 = functools.partial(
    rule, instrument="药品网络销售监督管理办法 (SAMR Decree 58)", in_force_from=dt.date(2022, 12, 1)
)
DECREE_84 = functools.partial(
    rule, instrument="药品经营和使用质量监督管理办法 (SAMR Decree 84)",
    in_force_from=dt.date(2024, 1, 1),
)  # fmt: skip
DISPLAY_2023 = functools.partial(
    rule, instrument="关于规范处方药网络销售信息展示的通知 (2023)", channel="online",
    in_force_from=dt.date(2023, 10, 1),
)  # fmt: skip
AD_LAW = functools.partial(rule, instrument="广告法")
INFORMATION_RULES = functools.partial(rule, instrument="互联网药品信息服务管理办法")
ONLINE_LIST = functools.partial(
    rule, instrument="药品网络销售禁止清单（第一版）", in_force_from=dt.date(2022, 12, 1)
)
FUND_RULES = functools.partial(
    rule, instrument="医疗保障基金使用监督管理条例 (Decree 735)", in_force_from=dt.date(2021, 5, 1)
)

OTC = classes("otc-a", "otc-b")
SPECIAL = classes("psychotropic-2", "narcotic", "toxic")
REVIEWED = classes("rx", "psychotropic-2", "toxic")

RULES: tuple[Rule, ...] = (
    # --- Shown, and shown with its leaflet -----------------------------------------------
    rule(id="cn.visible.rx", supply_classes=classes("rx"), effect="visible", value="allow",
         mark="D"),
    rule(id="cn.visible.otc", supply_classes=OTC | {"ephedrine"}, effect="visible",
         value="allow", mark="K"),
    INFORMATION_RULES(id="cn.visible.special", supply_classes=SPECIAL, effect="visible",
                      value="deny", article="art. 9", mark="V", channel="online"),
    DISPLAY_2023(id="cn.leaflet.rx", supply_classes=classes("rx"), effect="leaflet",
                 value="after-review", mark="S"),
    # The class does not say whether a compound is Rx: strict, as Rx.
    rule(id="cn.leaflet.ephedrine", supply_classes=classes("ephedrine"), effect="leaflet",
         value="after-review", mark="D", channel="online"),
    rule(id="cn.leaflet.otc", supply_classes=OTC, effect="leaflet", value="allow", mark="K"),
    INFORMATION_RULES(id="cn.leaflet.special", supply_classes=SPECIAL, effect="leaflet",
                      value="deny", article="art. 9", mark="V", channel="online"),
    # --- Sold online, sold in the store ---------------------------------------------------
    DECREE_58(id="cn.buy-online.rx", supply_classes=classes("rx"), effect="buy-online",
              value="after-review", article="art. 13", mark="K"),
    rule(id="cn.buy-online.otc", supply_classes=OTC, effect="buy-online", value="allow",
         mark="K"),
    ONLINE_LIST(id="cn.buy-online.listed", supply_classes=classes(), effect="buy-online",
                value="deny", condition="not-sold-online", mark="V"),
    DRUG_LAW(id="cn.buy-online.special", supply_classes=SPECIAL, effect="buy-online",
             value="deny", article="art. 61", mark="V"),
    ONLINE_LIST(id="cn.buy-online.ephedrine", supply_classes=classes("ephedrine"),
                effect="buy-online", value="deny", mark="V"),
    DECREE_84(id="cn.sell-in-store.rx", supply_classes=REVIEWED, effect="sell-in-store",
              value="after-review", article="art. 42", mark="S"),
    rule(id="cn.sell-in-store.otc", supply_classes=OTC | {"ephedrine"}, effect="sell-in-store",
         value="allow", mark="K"),
    rule(id="cn.sell-in-store.narcotic", supply_classes=classes("narcotic"),
         effect="sell-in-store", value="deny", instrument="麻醉药品和精神药品管理条例",
         article="art. 30", mark="S"),
    # --- Price, points, gifts -------------------------------------------------------------
    # A low price is free; a coupon or campaign is a public promotion of a prescription drug.
    rule(id="cn.discount.rx", supply_classes=SPECIAL | {"rx", "ephedrine"}, effect="discount",
         value="deny", mark="D"),
    rule(id="cn.discount.otc", supply_classes=OTC, effect="discount", value="allow", mark="K"),
    FUND_RULES(id="cn.discount.fund", supply_classes=classes(), effect="discount", value="deny",
               condition="fund-paid", article="art. 19, 38(5)", mark="V"),
    rule(id="cn.points.rx", supply_classes=SPECIAL | {"rx", "ephedrine"}, effect="points",
         value="deny", mark="D"),
    rule(id="cn.points.otc", supply_classes=OTC, effect="points", value="allow", mark="K"),
    FUND_RULES(id="cn.points.fund", supply_classes=classes(), effect="points", value="deny",
               condition="fund-paid", article="art. 19, 38(5)", mark="V"),
    DECREE_84(id="cn.gift.rx-otc-a", supply_classes=classes("rx", "otc-a"), effect="gift",
              value="deny", article="art. 42", mark="S"),
    rule(id="cn.gift.special", supply_classes=SPECIAL | {"ephedrine"}, effect="gift",
         value="deny", mark="K"),
    rule(id="cn.gift.otc-b", supply_classes=classes("otc-b"), effect="gift", value="allow",
         mark="S", instrument="药品经营和使用质量监督管理办法 (SAMR Decree 84)",
         article="art. 42"),
    FUND_RULES(id="cn.gift.fund", supply_classes=classes(), effect="gift", value="deny",
               condition="fund-paid", article="art. 19, 38(5)", mark="V"),
    # --- Advertisements, messages ---------------------------------------------------------
    AD_LAW(id="cn.advertise.rx", supply_classes=classes("rx"), effect="advertise", value="deny",
           article="art. 15", mark="V"),
    AD_LAW(id="cn.advertise.special", supply_classes=SPECIAL, effect="advertise", value="deny",
           article="art. 15", mark="V"),
    AD_LAW(id="cn.advertise.otc", supply_classes=OTC | {"ephedrine"}, effect="advertise",
           value="if-approved", article="art. 16, 46", mark="V"),
    rule(id="cn.message.rx", supply_classes=classes("rx"), effect="message", value="allow",
         mark="D"),
    rule(id="cn.message.otc", supply_classes=OTC, effect="message", value="allow", mark="K"),
    rule(id="cn.message.special", supply_classes=SPECIAL | {"ephedrine"}, effect="message",
         value="deny", mark="K"),
)  # fmt: skip
