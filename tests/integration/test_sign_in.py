"""The entrance: password, second factor, enrollment, idle limit, doors and stores."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.sign_in_fixtures import a_member_of_staff, enter_as_staff

pytestmark = pytest.mark.django_db


def test_staff_see_the_gallery_after_both_steps(client: Client) -> None:
    enter_as_staff(client, a_member_of_staff("pharmacist"))
    assert client.get("/gallery/").status_code == 200


def test_everybody_sees_the_sign_in_page(client: Client) -> None:
    answer = client.get("/sign-in/")
    assert answer.status_code == 200
    assert b"Welcome back" in answer.content
