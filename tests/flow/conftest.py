"""Flows need the payment peer and a hospital; both are real HTTP servers on loopback."""

from tests.payment_fixtures import peer  # noqa: F401 - a fixture
from tests.report_fixtures import reports  # noqa: F401 - a fixture
