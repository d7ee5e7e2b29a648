"""What must be true before money is taken: asked at start, not at the first payment."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from pharmacy.payment.methods import METHODS


def webhook_secrets(**_: Any) -> list[CheckMessage]:
    """An empty secret would let anybody sign notifications."""
    secrets = list(getattr(settings, "STRIPE_WEBHOOK_SECRETS", []))
    if secrets and all(secrets):
        return []
    return [Error("STRIPE_WEBHOOK_SECRETS must hold non-empty secrets.", id="collection.E001")]


def methods_load(**_: Any) -> list[CheckMessage]:
    """Every line of the table of payment methods leads to a method of that name."""
    return [
        Error(f"Payment method {key} does not load under its name.", id="collection.E002")
        for key, method in METHODS
        if method.name != key
    ]
