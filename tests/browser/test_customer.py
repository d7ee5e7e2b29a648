"""The customer's pages in a real browser: a phone and a desk, both languages, large type."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pharmacy.demo.stripe_peer import StripePeer
from pharmacy.formulary.models import Medicine
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.people.models import Store
from pharmacy.pieces.appearance import ELDER_COOKIE
from tests import bench_fixtures as bench
from tests import story
from tests.customer_fixtures import address, arrived, collected
from tests.payment_fixtures import peer  # noqa: F401 - a fixture
from tests.story import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("RXFLOW_SCREENSHOTS", "")
MENU = ["/home/", "/medicines/", "/orders/", "/me/", "/prescriptions/"]


@pytest.fixture
def w(peer: StripePeer) -> World:  # noqa: F811
    """A chain whose stores have an address, hours and a telephone."""
    made = story.world()
    for number, store in enumerate(Store.objects.order_by("code"), start=1):
        Store.objects.filter(pk=store.pk).update(
            name_en=["Riverside Pharmacy", "Garden Road Pharmacy"][number - 1],
            name_zh=["滨江药房", "花园路药房"][number - 1],
            address_en=f"{number * 12} River Road, first floor",
            address_zh=f"滨江路{number * 12}号一楼",
            phone=f"021 0000 000{number}",
            hours="08:00-22:00",
        )
    for code, name in (("amlodipine", "苯磺酸氨氯地平片"), ("atorvastatin", "阿托伐他汀钙片")):
        Medicine.objects.filter(code__startswith=code).update(name_zh=name)
    return made


def dress(window: Any, language: str, *, is_elder: bool = False) -> None:
    """Choose language and size as the cookies do."""
    window.cookie("django_language", language)
    if is_elder:
        window.cookie(ELDER_COOKIE, "1")


def see(window: Any, name: str) -> None:
    """Fail on any accessibility problem or complaint; keep a picture when asked to."""
    if SHOTS:
        window.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
    # At its end the page has nothing under the bar at the bottom, which counts as covered.
    window.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    window.axe()
    window.calm()


def life(w: World) -> dict[str, Any]:
    """One record in every stage that has a page of its own look."""
    done = collected(w)
    return {
        "choose-store": arrived(raw=bench.document("hypertension")),
        "order-review": bench.to_review(w),
        "order-pay": bench.to_pay(w),
        "order-prepared": bench.to_pick(w),
        "order-ready": Fulfilment.objects.get(issue=bench.to_hand_over(w).issue),
        "order-done": done,
        "prescription": done.issue.prescription,
    }


@pytest.mark.parametrize("look", ["en", "zh-hans", "elder"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_is_calm_and_accessible(visit: Any, w: World, width: int, look: str) -> None:
    # given somebody with a record in every stage
    rows = life(w)
    window = visit(width=width, height=844 if width == 390 else 900)
    window.be(w.person)
    dress(window, "zh-hans" if look == "elder" else look, is_elder=look == "elder")
    # when every page is opened, then nothing is wrong with it
    for path in MENU:
        assert window.open(path).status == 200
        see(window, f"customer-{path.strip('/')}-{look}-{width}")
    for name, row in rows.items():
        page = "order" if name.startswith("order") else name
        assert window.open(address(page, row)).status == 200
        see(window, f"customer-{name}-{look}-{width}")
    for page in ("pay", "cancel"):
        assert window.open(address(page, rows["order-pay"])).status == 200
        see(window, f"customer-{page}-{look}-{width}")


def tab_to(window: Any, selector: str, *, limit: int = 60) -> None:
    """Reach an element with the Tab key only."""
    for _press in range(limit):
        window.page.keyboard.press("Tab")
        if window.page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"the Tab key never reaches {selector}")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_keyboard_alone_leads_from_home_to_a_paid_order(
    visit: Any, w: World, width: int
) -> None:
    # given a new prescription
    issue = arrived()
    window = visit(width=width)
    window.be(w.person)
    dress(window, "en")
    window.open("/home/")
    # when a store is chosen and the notice confirmed
    tab_to(window, ".need a.button-main")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/store/")
    tab_to(window, "input[name=store]")
    tab_to(window, "input[name=acknowledged]")
    window.page.keyboard.press("Space")
    tab_to(window, ".button-main")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/orders/*/")
    # and the pharmacist agrees while the page stands open, then it says so by itself
    row = Fulfilment.objects.get(issue=issue)
    story.approve(w, row)
    window.page.wait_for_selector("#pay", timeout=15_000)
    assert window.page.text_content("#order-news").startswith("Waiting for your payment")
    # and the first card is declined, the second works
    tab_to(window, "#pay")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/pay/")
    tab_to(window, "input[name=card]")
    window.page.keyboard.press("ArrowDown")
    tab_to(window, ".button-main")
    window.page.keyboard.press("Enter")
    window.page.wait_for_selector("text=Your bank declined the card")
    see(window, f"customer-pay-declined-{width}")
    tab_to(window, ".page .button-main")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/orders/*/")
    # then it is being prepared
    assert "Being prepared" in window.page.text_content("#order-state")
    see(window, f"customer-order-paid-{width}")
    assert story.fresh(row).stage == "in-preparation"


def test_the_way_to_a_paid_order_works_without_javascript(visit: Any, w: World) -> None:
    issue = arrived()
    window = visit(width=390, java_script_enabled=False)
    window.be(w.person)
    dress(window, "zh-hans")
    window.open(address("choose-store", issue))
    window.page.check("input[name=acknowledged]")
    window.page.click(".button-main")
    row = Fulfilment.objects.get(issue=issue)
    story.approve(w, row)
    window.page.click("text=立即刷新")
    window.page.click("#pay")
    window.page.click(".page .button-main")
    assert "调配中" in window.page.text_content("#order-state")
    assert story.fresh(row).stage == "in-preparation"


def test_an_empty_home_is_kind(visit: Any, w: World) -> None:
    for width in (390, 1280):
        window = visit(width=width)
        window.be(w.other_person)
        dress(window, "zh-hans")
        for path in MENU:
            window.open(path)
            see(window, f"customer-empty-{path.strip('/')}-{width}")


def test_a_part_and_what_is_owed_are_explained(visit: Any, w: World) -> None:
    row = collected(w, limits={w.atorvastatin.pk: 0})
    for width in (390, 1280):
        window = visit(width=width)
        window.be(w.person)
        dress(window, "zh-hans")
        for page in ("order", "pay"):
            window.open(address(page, row))
            see(window, f"customer-part-{page}-{width}")
