"""The addresses of the customer's door. No address names a medicine or a person."""

from __future__ import annotations

from django.urls import path

from pharmacy.storefront.views import home, me, medicines, orders, pay, prescriptions, stores

app_name = "customer"
urlpatterns = [
    path("home/", home.home, name="home"),
    path("prescriptions/", prescriptions.listed, name="prescriptions"),
    path("prescriptions/<uuid:key>/", prescriptions.detail, name="prescription"),
    path("prescriptions/<uuid:key>/reorder/", medicines.again, name="reorder"),
    path("issues/<uuid:key>/store/", stores.choose, name="choose-store"),
    path("orders/", orders.listed, name="orders"),
    path("orders/<uuid:key>/", orders.detail, name="order"),
    path("orders/<uuid:key>/state/", orders.state, name="order-state"),
    path("orders/<uuid:key>/pay/", pay.pay, name="pay"),
    path("orders/<uuid:key>/cancel/", orders.cancel, name="cancel"),
    path("orders/<uuid:key>/receipt.pdf", orders.receipt, name="receipt"),
    path("medicines/", medicines.listed, name="medicines"),
    path("me/", me.me, name="me"),
]
