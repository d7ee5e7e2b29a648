"""What is asked at start: secrets that prove something, methods that load."""

from __future__ import annotations

import pytest
from django.test import override_settings

from pharmacy.payment.checks import methods_load, webhook_secrets


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_x", ""]])
def test_an_empty_secret_stops_the_start(secrets: list[str]) -> None:
    with override_settings(STRIPE_WEBHOOK_SECRETS=secrets):
        assert [error.id for error in webhook_secrets()] == ["collection.E001"]


def test_good_settings_start() -> None:
    assert webhook_secrets() == []
    assert methods_load() == []
