"""Addresses of the money that comes in; mounted at `api/webhooks/`."""

from __future__ import annotations

from django.urls import path

from pharmacy.payment.views import stripe_webhook

urlpatterns = [path("stripe", stripe_webhook, name="stripe-webhook")]
