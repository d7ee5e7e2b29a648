"""The Oscar order of a prescription: what it wants, its number, its lines and their value.

Lines are whole packs at the store's price; the value of what was handed over or is owed is
computed from the order's own lines, so that a later price change alters nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from oscar.core.loading import get_class, get_model

from inventory.reservation import Want
from pharmacy.core.money import Money
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.partner.strategy import StoreStrategy
from prescriptions import dispensing
from prescriptions.models import Dispense, Issue

Basket = get_model("basket", "Basket")
OrderCreator = get_class("order.utils", "OrderCreator")
OrderNumberGenerator = get_class("order.utils", "OrderNumberGenerator")
OrderTotalCalculator = get_class("checkout.calculators", "OrderTotalCalculator")
NoShippingRequired = get_class("shipping.methods", "NoShippingRequired")


def wants(issue: Issue) -> list[Want]:
    """What an issue still needs, in base units."""
    return [
        Want(medicine=line.item.known_medicine, quantity=line.owed)
        for line in issue.lines.select_related("item__medicine")
        if line.owed
    ]


def new_number() -> str:
    """A random order number that tells nothing and cannot be guessed."""
    return OrderNumberGenerator().order_number(None)


def write(*, fulfilment: Fulfilment, number: str) -> Any:
    """Write the Oscar order of an issue in the caller's transaction.

    Stock is not touched: `inventory.reservation` set it aside under the order's number.
    """
    basket = Basket.objects.create(owner=fulfilment.person.user)
    basket.strategy = StoreStrategy(store_code=fulfilment.store.code)
    for want in wants(fulfilment.issue):
        packs = want.quantity // want.medicine.pack_size
        basket.add_product(want.medicine.product, packs)
    shipping = NoShippingRequired()
    charge = shipping.calculate(basket)
    order = OrderCreator().place_order(
        basket=basket,
        total=OrderTotalCalculator().calculate(basket, charge),
        shipping_method=shipping,
        shipping_charge=charge,
        user=fulfilment.person.user,
        order_number=number,
    )
    basket.submit()
    return order


def price_per_pack(order: Any) -> dict[int, int]:
    """Minor units a pack by product, as the order wrote them."""
    return {
        line.product_id: Money.of(line.unit_price_incl_tax, order.currency).minor
        for line in order.lines.all()
    }


def given(bag: Dispense) -> dict[Any, int]:
    """Base units of each medicine in a bag."""
    return dispensing.lines_by_medicine(bag)


def value_of(fulfilment: Fulfilment, bag: Dispense) -> Money:
    """The price of what one bag holds."""
    prices = price_per_pack(fulfilment.placed_order)
    return money(
        sum(
            prices[medicine.product_id] * quantity // medicine.pack_size
            for medicine, quantity in given(bag).items()
        )
    )


def value_owed(fulfilment: Fulfilment) -> Money:
    """The price of what was not handed over yet."""
    prices = price_per_pack(fulfilment.placed_order)
    return money(
        sum(
            prices[want.medicine.product_id] * want.quantity // want.medicine.pack_size
            for want in wants(fulfilment.issue)
        )
    )


def sum_of(values: Iterable[Money]) -> Money:
    """Add amounts of the chain's currency."""
    return money(sum(value.minor for value in values))


def money(minor: int) -> Money:
    """Minor units in the chain's currency."""
    return Money(minor, settings.OSCAR_DEFAULT_CURRENCY)
