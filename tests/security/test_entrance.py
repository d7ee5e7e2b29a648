"""The entrance from the outside: asked politely, entered twice, enrolled by a stranger."""

from __future__ import annotations

import pytest
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from pharmacy.core.models import AuditEntry
from tests.sign_in_fixtures import (
    PASSWORD,
    a_customer,
    a_member_of_staff,
    a_store,
    a_user,
    enter_as_customer,
    enter_as_staff,
)

pytestmark = pytest.mark.django_db


def test_asking_for_the_head_of_the_entrance_signs_nobody_in(client: Client) -> None:
    """Given the sign-in page, when only its head is asked for, then it answers as to a GET."""
    answer = client.head("/sign-in/", {"username": "x", "password": "y"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert "_auth_user_id" not in client.session
    assert client.put("/sign-in/").status_code == 405


def test_a_second_sign_in_starts_a_new_session_without_the_second_factor(client: Client) -> None:
    """Given a session with both factors, when only the password is shown anew, then one counts."""
    # given
    staff = a_member_of_staff("pharmacist", stores=[a_store()])
    enter_as_staff(client, staff)
    before = client.session.session_key
    # when
    answer = client.post("/sign-in/", {"username": staff.user.username, "password": PASSWORD})
    # then
    assert answer["Location"] == "/sign-in/code/"
    assert client.session.session_key != before
    assert client.get("/bench/")["Location"] == "/sign-in/code/?next=%2Fbench%2F"


def test_another_persons_sign_in_leaves_nothing_of_the_first(client: Client) -> None:
    """Given a customer's session with something in it, when staff sign in, then it is gone."""
    enter_as_customer(client, a_customer())
    session = client.session
    session["store"] = "of-the-customer"
    session.save()
    staff = a_member_of_staff("pharmacist", stores=[a_store()], user=a_user("staff-login"))
    client.post("/sign-in/", {"username": "staff-login", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(staff.user_id)
    assert "store" not in client.session


def test_a_new_second_factor_is_written_down(client: Client) -> None:
    """Given staff without a device, when somebody sets one up, then the audit log says so."""
    # given
    staff = a_member_of_staff("pharmacist", stores=[a_store()])
    client.post("/sign-in/", {"username": staff.user.username, "password": PASSWORD})
    client.get("/sign-in/enroll/")
    device = TOTPDevice.objects.get(user=staff.user)
    code = f"{totp(device.bin_key, device.step, device.t0, device.digits, device.drift):06d}"
    # when
    assert client.post("/sign-in/enroll/", {"code": code}).status_code == 302
    # then
    entries = AuditEntry.objects.order_by("pk").values_list("actor", "action")
    assert list(entries) == [
        (staff.actor, "second-factor.enrolled"),
        (staff.actor, "sign-in"),
    ]


def test_a_code_works_once_and_guessing_waits(client: Client) -> None:
    """Given a used code, when it is sent again, or after a wrong one, then the door stays shut."""
    # given
    staff = a_member_of_staff("pharmacist", stores=[a_store()])
    device = TOTPDevice.objects.create(user=staff.user, confirmed=True)
    code = f"{totp(device.bin_key, device.step, device.t0, device.digits, device.drift):06d}"
    thief = Client()
    for browser in (client, thief):
        browser.post("/sign-in/", {"username": staff.user.username, "password": PASSWORD})
    # when
    assert client.post("/sign-in/code/", {"code": code}).status_code == 302
    again = thief.post("/sign-in/code/", {"code": code})
    # then
    assert again.status_code == 422
    assert thief.get("/bench/")["Location"].startswith("/sign-in/code/")
    device.refresh_from_db()
    assert device.throttling_failure_count == 1


@pytest.mark.parametrize(
    "wanted",
    [
        "//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example",
        "javascript:alert(1)", "http:elsewhere.example", " //elsewhere.example",
        "https://testserver@elsewhere.example/",
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere(client: Client, wanted: str) -> None:
    """Given an address of another site as the way on, then the way on is our own first page."""
    person = a_customer()
    assert person.user is not None
    data = {"username": person.user.username, "password": PASSWORD, "next": wanted}
    assert client.post("/sign-in/", data)["Location"] == "/"
