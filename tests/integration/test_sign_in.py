"""The entrance: password, second factor, enrollment, idle limit, doors and stores."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from pharmacy.core import clock
from pharmacy.core.models import AuditEntry
from pharmacy.people import sign_in
from pharmacy.people.models import StaffRole
from pharmacy.pieces.doors import STORE_KEY, customer_door, staff_door
from pharmacy.pieces.middleware import StaffIdleMiddleware
from pharmacy.urls import urlpatterns as product_urls
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


@customer_door
def care_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"person {request.person.external_id}")


@staff_door("pharmacist")
def bench_page(request: HttpRequest) -> HttpResponse:
    stores = ",".join(store.code for store in request.stores)
    return HttpResponse(f"{request.store.code} of {stores}")


@staff_door("headquarters")
def figures_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.store.code if request.store else "whole chain")


urlpatterns = [
    *product_urls,
    path("test/care/", care_page),
    path("test/bench/", bench_page),
    path("test/figures/", figures_page),
]
doors = pytest.mark.urls(__name__)


def code_of(device: TOTPDevice) -> str:
    """The digits that the app shows now."""
    return f"{totp(device.bin_key, device.step, device.t0, device.digits, device.drift):06d}"


def send_password(client: Client, username: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def test_a_customer_comes_in_with_the_password_alone_and_lands_where_they_wanted(
    client: Client,
) -> None:
    person = a_customer()
    answer = send_password(client, person.user.username, next="/test/care/")
    assert (answer.status_code, answer["Location"]) == (302, "/test/care/")
    assert client.session["_auth_user_id"] == str(person.user_id)


def test_elder_mode_of_a_person_dresses_the_pages_from_the_sign_in_on(client: Client) -> None:
    person = a_customer(is_elder_mode=True)
    send_password(client, person.user.username)
    assert client.cookies["rxflow_elder"].value == "1"
    assert b" data-elder" in client.get("/sign-in/").content


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_the_sign_in_never_leads_to_another_site(client: Client, elsewhere: str) -> None:
    person = a_customer()
    assert send_password(client, person.user.username, next=elsewhere)["Location"] == "/"


def test_a_wrong_password_opens_nothing_and_is_tied_to_the_fields(client: Client) -> None:
    person = a_customer()
    answer = send_password(client, person.user.username, "not it")
    assert answer.status_code == 422
    assert b'aria-describedby="sign-in-error"' in answer.content
    assert "_auth_user_id" not in client.session


def test_staff_who_left_cannot_come_in(client: Client) -> None:
    staff = a_member_of_staff("pharmacist")
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    assert send_password(client, staff.user.username).status_code == 422
    assert "_auth_user_id" not in client.session


@override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=3)
def test_guessing_is_stopped_even_when_the_password_is_right_at_last(client: Client) -> None:
    person = a_customer()
    for _guess in range(3):
        send_password(client, person.user.username, "a guess")
    answer = send_password(client, person.user.username)
    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session


@doors
def test_staff_show_two_things_before_a_door_opens(client: Client) -> None:
    # given a pharmacist with a confirmed device
    store = a_store()
    staff = a_member_of_staff("pharmacist", stores=[store])
    device = TOTPDevice.objects.create(user=staff.user, confirmed=True)
    # when only the password was shown
    answer = send_password(client, staff.user.username, next="/test/bench/")
    assert answer["Location"] == "/sign-in/code/?next=%2Ftest%2Fbench%2F"
    # then the door stays shut
    assert client.get("/test/bench/")["Location"].startswith("/sign-in/code/")
    assert AuditEntry.objects.count() == 0
    # when the code is shown too, it opens, and the sign-in leaves its trace
    answer = client.post("/sign-in/code/", {"code": code_of(device), "next": "/test/bench/"})
    assert answer["Location"] == "/test/bench/"
    assert client.get("/test/bench/").content == b"S1 of S1"
    assert list(AuditEntry.objects.values_list("actor", "action")) == [(staff.actor, "sign-in")]


def test_a_code_works_once(client: Client) -> None:
    staff = a_member_of_staff("pharmacist")
    device = TOTPDevice.objects.create(user=staff.user, confirmed=True)
    code = code_of(device)
    assert sign_in.confirm_code(user=staff.user, code=code).pk == device.pk
    with pytest.raises(sign_in.CodeWrong):
        sign_in.confirm_code(user=staff.user, code=code)
    assert AuditEntry.objects.count() == 1


def test_a_wrong_code_opens_nothing_and_makes_the_device_wait(client: Client) -> None:
    staff = a_member_of_staff("pharmacist")
    device = TOTPDevice.objects.create(user=staff.user, confirmed=True)
    send_password(client, staff.user.username)
    wrong = f"{(int(code_of(device)) + 1) % 1000000:06d}"
    answer = client.post("/sign-in/code/", {"code": wrong})
    assert answer.status_code == 422
    assert b'id="code-error"' in answer.content
    device.refresh_from_db()
    assert device.throttling_failure_count == 1
    # the right one right after it is refused as well: guessing is slow
    assert client.post("/sign-in/code/", {"code": code_of(device)}).status_code == 422
    assert AuditEntry.objects.count() == 0


def test_staff_without_a_device_set_one_up_and_prove_it(client: Client) -> None:
    staff = a_member_of_staff("pharmacist")
    send_password(client, staff.user.username)
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/enroll/"
    page = client.get("/sign-in/enroll/")
    device = TOTPDevice.objects.get(user=staff.user)
    assert b"data:image/svg+xml" in page.content
    assert not device.confirmed
    # asking again shows the same key
    client.get("/sign-in/enroll/")
    assert TOTPDevice.objects.filter(user=staff.user).count() == 1
    assert client.post("/sign-in/enroll/", {"code": code_of(device)}).status_code == 302
    device.refresh_from_db()
    assert device.confirmed
    assert client.get("/gallery/").status_code == 200


def test_a_second_device_cannot_be_set_up_with_the_password_alone(client: Client) -> None:
    staff = a_member_of_staff("pharmacist")
    TOTPDevice.objects.create(user=staff.user, confirmed=True)
    send_password(client, staff.user.username)
    assert client.get("/sign-in/enroll/")["Location"] == "/sign-in/code/"
    assert TOTPDevice.objects.count() == 1


def test_customers_cannot_enroll_as_staff(client: Client) -> None:
    enter_as_customer(client, a_customer())
    assert client.get("/sign-in/enroll/").status_code == 403
    assert TOTPDevice.objects.count() == 0


@doors
def test_each_door_opens_to_its_own_people_only(client: Client) -> None:
    store, customer = a_store(), a_customer()
    staff = a_member_of_staff("pharmacist", stores=[store])
    # a stranger is asked to sign in and comes back
    assert client.get("/test/care/?a=1")["Location"] == "/sign-in/?next=%2Ftest%2Fcare%2F%3Fa%3D1"
    # a customer does not reach the bench
    enter_as_customer(client, customer)
    assert client.get("/test/care/").content == f"person {customer.external_id}".encode()
    assert client.get("/test/bench/").status_code == 403
    # staff do not reach a customer's page, nor a role that they do not hold
    enter_as_staff(client, staff)
    assert client.get("/test/care/").status_code == 403
    assert client.get("/test/figures/").status_code == 403


@doors
def test_a_fragment_sends_its_whole_page_to_the_sign_in(client: Client) -> None:
    answer = client.get("/test/care/", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/sign-in/?next=")


@doors
def test_staff_switch_between_their_stores_and_no_others(client: Client) -> None:
    first, second, other = a_store("S1"), a_store("S2"), a_store("S3")
    staff = a_member_of_staff("pharmacist", stores=[first, second])
    enter_as_staff(client, staff)
    assert client.get("/test/bench/").content == b"S1 of S1,S2"
    client.post("/store/", {"store": second.external_id, "next": "/test/bench/"})
    assert client.get("/test/bench/").content == b"S2 of S1,S2"
    assert client.post("/store/", {"store": other.external_id}).status_code == 403
    assert client.session[STORE_KEY] == str(second.external_id)
    # when the role at the chosen store is taken away, the door falls back to what is left
    StaffRole.objects.filter(staff=staff, store=second).delete()
    assert client.get("/test/bench/").content == b"S1 of S1"


@doors
def test_headquarters_sees_the_whole_chain_until_a_store_is_chosen(client: Client) -> None:
    store = a_store()
    enter_as_staff(client, a_member_of_staff("headquarters"))
    assert client.get("/test/figures/").content == b"whole chain"
    client.post("/store/", {"store": store.external_id})
    assert client.get("/test/figures/").content == b"S1"


@override_settings(STAFF_IDLE_SECONDS=900)
def test_an_idle_staff_session_ends_and_polls_do_not_keep_it_awake(
    client: Client, settings: Any
) -> None:
    name = f"{StaffIdleMiddleware.__module__}.StaffIdleMiddleware"
    if name not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, name]
    enter_as_staff(client, a_member_of_staff("pharmacist"))
    start = dt.datetime(2030, 1, 7, 9, 0, tzinfo=dt.UTC)
    with clock.at(start):
        assert client.get("/gallery/").status_code == 200
    with clock.at(start + dt.timedelta(minutes=14)):
        assert client.get("/gallery/").status_code == 200
    with clock.at(start + dt.timedelta(minutes=28)):
        assert client.get("/gallery/", headers={"X-Poll": "1"}).status_code == 200
    with clock.at(start + dt.timedelta(minutes=30)):
        assert client.get("/gallery/")["Location"] == "/sign-in/?next=%2Fgallery%2F&idle=1"
    assert "_auth_user_id" not in client.session
    assert b"You were away" in client.get("/sign-in/?idle=1").content


def test_signing_out_needs_a_post_and_ends_the_session(client: Client) -> None:
    enter_as_customer(client, a_customer())
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert "_auth_user_id" not in client.session


def test_theme_and_elder_mode_work_without_javascript(client: Client) -> None:
    answer = client.post("/appearance/", {"theme": "dark", "next": "/sign-in/"})
    assert answer["Location"] == "/sign-in/"
    client.post("/appearance/", {"elder": "1"})
    assert b'data-theme="dark" data-elder' in client.get("/sign-in/").content
    client.post("/appearance/", {"theme": "pink"})
    client.post("/appearance/", {"elder": "0"})
    page = client.get("/sign-in/").content
    assert b"data-theme" not in page
    assert b" data-elder" not in page


def test_the_language_switch_needs_no_javascript(client: Client) -> None:
    client.post("/language/", {"language": "zh-hans", "next": "/sign-in/"})
    assert '<html lang="zh-hans"' in client.get("/sign-in/").content.decode()


def test_a_form_without_its_secret_gets_a_page_with_a_way_on() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "a"})
    assert answer.status_code == 403
    assert b"page.form-stale" in answer.content


def test_an_unknown_address_gets_a_page_with_a_code(client: Client) -> None:
    answer = client.get("/nowhere/at/all/")
    assert answer.status_code == 404
    assert b"page.not-found" in answer.content


def test_every_page_forbids_inline_script_and_style(client: Client) -> None:
    policy = client.get("/sign-in/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_home_leads_a_stranger_to_a_page_and_never_in_a_circle(client: Client) -> None:
    assert client.get("/", follow=True).status_code == 200


def test_a_sign_in_without_a_person_or_staff_opens_no_door(client: Client) -> None:
    request = RequestFactory().get("/")
    request.user = a_user()
    with pytest.raises(sign_in.NotCustomer):
        care_page(request)


@pytest.mark.parametrize("path", ["/sign-in/?next=%00", "/hq/stock/?q=%00", "/nowhere/?a=1%00"])
def test_a_nul_in_an_address_is_refused_politely(path: str) -> None:
    enter_as_staff(client := Client(), a_member_of_staff("headquarters"))
    assert client.get(path).status_code in {400, 404}


def test_a_nul_in_a_form_is_refused_politely() -> None:
    answer = Client().post("/sign-in/", {"username": "some\0one", "password": "x"})
    assert answer.status_code == 400
    assert "page.unreadable" in answer.content.decode()
    assert not AuditEntry.objects.exists()
