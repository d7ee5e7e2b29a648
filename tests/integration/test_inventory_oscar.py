"""Oscar with our forks: the right classes are loaded, and they do what they promise."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from oscar.apps.catalogue.signals import product_viewed
from oscar.apps.search.signals import user_search
from oscar.core.loading import get_class, get_model
from oscar.core.prices import Price

from inventory import reconcile, reservation
from inventory.reservation import Want
from pharmacy.order.utils import OrderCreator, is_order_number
from pharmacy.partner.models import StockRecord
from pharmacy.partner.strategy import SESSION_KEY, Selector
from tests.stock_fixtures import BY, Product, make_medicine, make_store, record_of, stock

pytestmark = pytest.mark.django_db
Basket = get_model("basket", "Basket")


def test_oscar_loads_our_classes():
    assert get_class("partner.strategy", "Selector") is Selector
    assert get_class("order.utils", "OrderCreator") is OrderCreator
    assert get_class("order.utils", "OrderNumberGenerator").__module__ == "pharmacy.order.utils"
    assert get_model("partner", "StockRecord") is StockRecord
    assert get_model("order", "Order")._meta.app_config.name == "pharmacy.order"
    assert (
        Basket.lines.rel.related_model._meta.get_field("stockrecord").related_model is StockRecord
    )


def two_stores():
    near, far, medicine = make_store("NEAR"), make_store("FAR"), make_medicine(price_minor=1250)
    stock(near, medicine, 28)
    stock(far, medicine, 280)
    StockRecord.objects.filter(partner__code="FAR").update(price="9.90")
    return near, far, medicine


def request_with(**session):
    request = RequestFactory().get("/")
    request.session, request.user = session, AnonymousUser()
    return request


def test_the_chosen_store_decides_price_and_availability():
    near, _, medicine = two_stores()
    product = Product.objects.get(pk=medicine.product_id)

    by_session = Selector().strategy(request=request_with(**{SESSION_KEY: "FAR"}))
    explicit = Selector().strategy(store=near)

    offer = by_session.fetch_for_product(product)
    assert (str(offer.price.incl_tax), offer.availability.num_available) == ("9.90", 10)
    assert explicit.fetch_for_product(product).availability.num_available == 1
    assert str(explicit.fetch_for_product(product).price.incl_tax) == "12.50"


def test_no_other_store_steps_in_when_the_chosen_one_does_not_sell_it():
    _, _, medicine = two_stores()
    other = make_store()

    offer = Selector().strategy(store=other).fetch_for_product(medicine.product)

    assert offer.stockrecord is None
    assert not offer.availability.is_available_to_buy
    assert not offer.price.exists


def test_everybody_sees_the_same_record_when_no_store_is_chosen():
    _, _, medicine = two_stores()
    first = StockRecord.objects.order_by("pk").first()
    StockRecord.objects.filter(pk=first.pk).update(price="12.60")  # moves the row in the table

    for request in (None, request_with()):
        offer = Selector().strategy(request=request).fetch_for_product(medicine.product)
        assert offer.stockrecord == first


def test_the_strategy_asks_no_query_a_product_when_records_were_loaded(django_assert_num_queries):
    near, _, _ = two_stores()
    for _ in range(3):
        stock(near, make_medicine(), 28)
    products = list(
        Product.objects.prefetch_related("stockrecords").select_related("product_class")
    )
    strategy = Selector().strategy(store=near)

    with django_assert_num_queries(1):  # the partner of the store, once
        available = [strategy.fetch_for_product(p).availability.num_available for p in products]
    assert available == [1, 1, 1, 1]


def test_reading_a_page_writes_nothing(django_assert_num_queries):
    medicine = make_medicine()
    user = get_user_model().objects.create_user("patient-one")

    with django_assert_num_queries(0):
        product_viewed.send(
            sender=None,
            product=medicine.product,
            user=user,
            request=request_with(),
            response=HttpResponse(),
        )
        user_search.send(sender=None, session={}, user=user, query="cough")

    for model in ("ProductRecord", "UserRecord", "UserProductView", "UserSearch"):
        assert not get_model("analytics", model).objects.exists()


def test_an_order_takes_what_was_reserved_and_allocates_nothing_again():
    near, _, medicine = two_stores()
    user = get_user_model().objects.create_user("patient-one")
    basket = Basket.objects.create(owner=user)
    basket.strategy = Selector().strategy(store=near)
    basket.add_product(medicine.product, quantity=1)
    reservation.reserve(owner="order:1", store=near, lines=[Want(medicine, 28)], by=BY)
    free = SimpleNamespace(name="Collection", code="collect", discount=lambda basket: 0)

    order = get_class("order.utils", "OrderCreator")().place_order(
        basket=basket,
        total=Price(currency="CNY", excl_tax=basket.total_excl_tax, tax=0),
        shipping_method=free,
        shipping_charge=Price(currency="CNY", excl_tax=0, tax=0),
        user=user,
    )

    assert is_order_number(order.number)
    assert record_of(near, medicine) == (1, 1)
    assert reconcile.differences() == []
    line = order.lines.get()
    assert (line.num_allocated, line.quantity, line.stockrecord.partner.code) == (0, 1, "NEAR")
    assert not line.is_allocation_consumption_possible(1)  # cancelling gives nothing back twice
