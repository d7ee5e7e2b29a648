"""Guessing a password: the guesser is stopped, the owner of the name is not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory

from pharmacy.core.proxies import client_address
from tests.sign_in_fixtures import PASSWORD, a_customer, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def guarded(settings: Any) -> None:
    """Tests run without the lock; these need it."""
    settings.AXES_ENABLED = True


def send(name: str, password: str, forwarded: str) -> int:
    """One attempt from somewhere behind the proxy."""
    data = {"username": name, "password": password}
    headers = {"x-forwarded-for": forwarded}
    return Client().post("/sign-in/", data, headers=headers).status_code


def test_behind_a_proxy_a_stranger_locks_only_themselves(settings: Any) -> None:
    """Given one proxy, when a stranger guesses and invents addresses, then only they wait."""
    # given
    settings.PROXY_COUNT = 1
    a_customer(user=a_user("patient"))
    # when the stranger writes something else in front each time
    answers = [send("patient", "wrong", f"10.0.0.{n}, 198.51.100.7") for n in range(6)]
    # then
    assert answers[:4] == [422] * 4
    assert answers[-1] == 429
    assert send("patient", PASSWORD, "198.51.100.7") == 429
    assert send("patient", PASSWORD, "203.0.113.9") == 302


@pytest.mark.parametrize(
    ("count", "header", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),  # nobody of ours wrote it
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),
        (2, "10.9.9.9, 203.0.113.9, 192.0.2.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "not an address", "127.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    settings: Any, count: int, header: str, address: str
) -> None:
    """Given so many proxies of ours, then what stands further left is anybody's claim."""
    settings.PROXY_COUNT = count
    request = RequestFactory().get("/", headers={"x-forwarded-for": header})
    assert client_address(request) == address


@pytest.mark.parametrize("length", [151, 256, 100_000])
def test_a_name_that_nobody_can_have_is_refused_politely(length: int) -> None:
    """Given a name longer than any login, then it is wrong like any other wrong name."""
    assert send("n" * length, "wrong", "") == 422
