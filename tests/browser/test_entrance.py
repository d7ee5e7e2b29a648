"""A pharmacist comes in for the first time; the bench answers to keys; nothing needs a script."""

from __future__ import annotations

from typing import Any

import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.browser.test_gallery import dress, keep
from tests.sign_in_fixtures import PASSWORD, a_customer, a_member_of_staff, a_store

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_pharmacist_sets_up_the_second_step_and_comes_in(visit: Any) -> None:
    staff = a_member_of_staff("pharmacist", stores=[a_store("S1"), a_store("S2")])
    window = visit(width=390)
    window.open("/sign-in/?next=/gallery/")
    page = window.page
    page.get_by_label("User name").fill(staff.user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/sign-in/enroll/**")
    keep(window, "enroll")
    window.axe()
    device = TOTPDevice.objects.get(user=staff.user)
    page.get_by_label("Six-digit code").fill(f"{totp(device.bin_key):06d}")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/gallery/")
    # the menus open by keyboard and close with Escape, which gives the focus back
    page.get_by_text("Appearance").locator("..").focus()
    page.keyboard.press("Enter")
    keep(window, "menu")
    window.axe()
    assert page.get_by_role("button", name="Dark").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="Dark").is_visible()
    window.calm()


def test_the_code_page_names_what_is_wrong(visit: Any) -> None:
    staff = a_member_of_staff("pharmacist")
    window = visit(width=390)
    dress(window, "light", "zh-hans")
    window.be(staff)
    window.open("/sign-in/code/")
    window.page.locator("#code").fill("000000")
    window.page.locator("main button").click()
    window.page.wait_for_selector("#code-error")
    keep(window, "code-wrong")
    window.axe()
    assert window.page.locator("#code").get_attribute("aria-describedby") == "code-hint code-error"


def test_the_bench_answers_to_keys(visit: Any) -> None:
    window = visit()
    window.be(a_member_of_staff("pharmacist"))
    window.open("/gallery/bench/")
    page = window.page
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#2"
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    keep(window, "keys")
    window.axe()
    page.keyboard.press("Escape")
    # letters that are typed into a field are text, not orders
    page.get_by_label("Reason").fill("")
    page.get_by_label("Reason").press_sequentially("add")
    assert page.get_by_label("Reason").input_value() == "add"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    page.wait_for_url("**x=1**")
    window.calm()


def test_theme_and_language_change_without_javascript(visit: Any) -> None:
    window = visit(java_script_enabled=False)
    window.open("/sign-in/")
    page = window.page
    page.get_by_text("Appearance").locator("..").click()
    page.get_by_role("button", name="Dark").click()
    page.get_by_role("button", name="中文").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("html").get_attribute("lang") == "zh-hans"


def test_what_cannot_be_undone_waits_for_the_word(visit: Any) -> None:
    window = visit()
    window.be(a_member_of_staff("manager"))
    window.open("/gallery/")
    button = window.page.get_by_role("button", name="Write off")
    assert button.is_disabled()
    window.page.get_by_label("Type “B24-0117” to go on").fill("B24-0117")
    assert button.is_enabled()


def test_a_dead_link_keeps_the_way_around(visit: Any) -> None:
    window = visit(width=390)
    dress(window, "elder", "en")
    window.be(a_customer())
    assert window.open("/no/such/page/").status == 404
    keep(window, "dead-link")
    window.axe()
    window.complaints.clear()  # the browser itself reports the 404
    window.calm()
    bar = window.page.get_by_role("navigation", name="Main, bottom")
    assert bar.count() == 0 or bar.get_by_role("link").count() >= 1
    assert window.page.get_by_role("link", name="To the start page").is_visible()
