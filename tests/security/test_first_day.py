"""A new installation: no store, no medicine, no order. Every page of headquarters opens."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.sign_in_fixtures import a_member_of_staff, enter_as_staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "/hq/", "/hq/stock/", "/hq/stock.csv", "/hq/stock/?shown=expiring", "/hq/stock/expiring/",
        "/hq/stock/expiring.csv", "/hq/prescriptions/", "/hq/prescriptions.csv", "/hq/documents/",
        "/hq/documents.csv", "/hq/issuers/", "/hq/health/",
        # numbers that a database could choke on
        "/hq/stock/?page=999999", "/hq/stock/?page=99999999999999999999", "/hq/stock/?page=-1",
        "/hq/prescriptions/?page=%D9%A3", "/hq/documents/?sort=__class__",
    ],
)  # fmt: skip
def test_headquarters_opens_before_anything_is_there(client: Client, path: str) -> None:
    """Given nothing but one login, then no page breaks."""
    enter_as_staff(client, a_member_of_staff("headquarters"))
    assert client.get(path).status_code == 200
