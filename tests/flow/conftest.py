"""Flows need the payment peer; it is a real HTTP server on loopback."""

from tests.payment_fixtures import peer  # noqa: F401 - a fixture
