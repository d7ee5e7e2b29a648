"""The bench in a browser: by keys alone, in both languages and widths, without a complaint."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from prescriptions import dispensing
from prescriptions.models import Dispense, Review
from tests import bench_fixtures as bench
from tests import story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("RXFLOW_SCREENSHOTS", "")


def keep(window: Any, name: str) -> None:
    """Leave a picture where RXFLOW_SCREENSHOTS says."""
    if SHOTS:
        window.page.screenshot(
            path=Path(SHOTS) / f"bench-{name}.png", full_page=True, caret="initial"
        )


def press(window: Any, *keys: str) -> None:
    """Press keys as a hand does: slower than a scanner."""
    for key in keys:
        window.page.keyboard.press(key)
        window.page.wait_for_timeout(90)


def gun(window: Any, code: str) -> None:
    """Type as a scanner does: at once, with Enter at the end."""
    window.page.keyboard.type(code)
    window.page.keyboard.press("Enter")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_every_page_is_accessible_and_calm(visit: Any, width: int, language: str) -> None:
    # given work of every kind
    w = story.world()
    bench.to_review(w)
    grave = bench.to_review(w, severity=4)
    bench.to_pay(w)
    waiting, row, checked, ready = (
        bench.to_pick(w), bench.to_pick(w), bench.to_check(w), bench.to_hand_over(w),
    )  # fmt: skip
    story.counter.start(fulfilment=row, picker=w.picker)
    pages = {
        "queue": reverse("bench:queue"),
        "review": reverse("bench:review", args=[grave.external_id]),
        "decided": reverse("bench:review", args=[waiting.external_id]),
        "start": reverse("bench:pick", args=[waiting.external_id]),
        "pick": reverse("bench:pick", args=[row.external_id]),
        "check": reverse("bench:check", args=[checked.external_id]),
        "handover": reverse("bench:handover"),
        "bag": reverse("bench:bag", args=[ready.external_id]),
        "nothing": reverse("bench:queue") + "?kind=waiting",
    }
    # when, then
    window = visit(width=width)
    window.be(w.checker)
    window.cookie("django_language", language)
    for name, path in pages.items():
        assert window.open(path).status == 200
        keep(window, f"{name}-{language}-{width}")
        window.axe()
        window.calm()


@pytest.mark.parametrize("theme", ["dark", "contrast"])
def test_the_review_is_accessible_in_other_colors(visit: Any, theme: str) -> None:
    w = story.world()
    row = bench.to_review(w, severity=3)
    window = visit(width=1440)
    window.be(w.checker)
    window.cookie("rxflow_theme", theme)
    window.open(reverse("bench:review", args=[row.external_id]))
    keep(window, f"review-{theme}")
    window.axe()
    window.calm()


def test_a_clean_prescription_is_approved_with_three_keys(visit: Any) -> None:
    w = story.world()
    bench.to_review(w)
    window = visit(width=1440)
    window.be(w.checker)
    window.open(reverse("bench:queue"))
    press(window, "Enter")
    window.page.wait_for_url("**/review/**")
    press(window, "c")
    with window.page.expect_navigation():
        press(window, "a")
    [made] = Review.objects.all()
    assert (made.decision, made.answers.count()) == ("approve", 10)
    window.calm()


def test_arrows_choose_and_next_goes_on(visit: Any) -> None:
    w = story.world()
    first, second = bench.to_review(w), bench.to_review(w)
    window = visit(width=1440)
    window.be(w.checker)
    window.open(reverse("bench:queue"))
    press(window, "ArrowDown")
    assert window.page.evaluate("document.activeElement.id") == f"row-{second.external_id}"
    press(window, "ArrowUp")
    assert window.page.evaluate("document.activeElement.id") == f"row-{first.external_id}"
    press(window, "Enter")
    window.page.wait_for_url(f"**/review/{first.external_id}/")
    press(window, "n")
    window.page.wait_for_url(f"**/review/{second.external_id}/")
    press(window, "b")
    window.page.wait_for_url("**/bench/")
    press(window, "?")
    assert window.page.locator("dialog#keys").is_visible()
    window.axe()
    window.calm()


@pytest.mark.parametrize(("key", "verdict"), [("d", "decline"), ("q", "query")])
def test_a_no_is_given_by_keys(visit: Any, key: str, verdict: str) -> None:
    w = story.world()
    row = bench.to_review(w)
    window = visit(width=1440)
    window.be(w.checker)
    window.open(reverse("bench:review", args=[row.external_id]))
    press(window, key)
    assert window.page.evaluate("document.activeElement.id") == f"{verdict}-reason"
    keep(window, verdict)
    window.axe()
    window.page.select_option(f"#{verdict}-reason", "unclear")
    press(window, "Tab")
    window.page.keyboard.type("Which strength?")
    press(window, "Tab")
    with window.page.expect_navigation():
        press(window, "Enter")
    [made] = Review.objects.all()
    assert (made.decision, made.reason_code, made.note) == (verdict, "unclear", "Which strength?")
    window.calm()


def test_approval_alone_writes_nothing_and_says_what_is_missing(visit: Any) -> None:
    w = story.world()
    row = bench.to_review(w, severity=3)
    window = visit(width=1440)
    window.be(w.checker)
    window.open(reverse("bench:review", args=[row.external_id]))
    with window.page.expect_navigation():
        press(window, "a")
    assert window.page.locator("#ten-error").is_visible()
    keep(window, "missing")
    window.axe()
    with window.page.expect_navigation():
        press(window, "c", "a")
    assert window.page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    keep(window, "reason")
    window.axe()
    assert not Review.objects.exists()


def test_packs_are_scanned_and_a_wrong_one_is_named(visit: Any) -> None:
    # given a picking that has begun, and the hand nowhere in particular
    w = story.world()
    row = bench.to_pick(w)
    window = visit(width=1440)
    window.be(w.picker)
    window.open(reverse("bench:pick", args=[row.external_id]))
    with window.page.expect_navigation():
        press(window, "s")
    window.page.evaluate("document.activeElement.blur()")
    # when
    gun(window, w.amlodipine.barcode)
    window.page.wait_for_selector(".scan-good")
    gun(window, "6900000000000")
    window.page.wait_for_selector("#scan-said .field-error")
    keep(window, "wrong-pack")
    window.axe()
    gun(window, w.atorvastatin.barcode)
    window.page.wait_for_selector("#pick-work[data-left='0']")
    window.page.wait_for_function("document.activeElement.id === 'finish'")
    with window.page.expect_navigation():
        press(window, "Enter")
    # then
    [bag] = Dispense.objects.all()
    assert bag.stage == "picked"
    keep(window, "picked")
    window.calm()


def test_the_code_is_typed_at_once_and_again_after_a_wrong_one(visit: Any) -> None:
    w = story.world()
    bench.to_review(w)
    bag = bench.to_hand_over(w)
    window = visit(width=1440)
    window.be(w.checker)
    window.open(reverse("bench:handover"))
    for _time in range(2):
        assert window.page.evaluate("document.activeElement.id") == "code"
        with window.page.expect_navigation():
            gun(window, "abc")
    assert window.page.locator("#code-error").is_visible()
    # when the right one comes, then C confirms who takes it and A hands it over
    window.page.fill("#code", dispensing.code_of(bag))
    with window.page.expect_navigation():
        press(window, "Enter")
    window.page.evaluate("document.activeElement.blur()")
    press(window, "c")
    with window.page.expect_navigation():
        press(window, "a")
    bag.refresh_from_db()
    assert bag.stage == "handed-over"


def test_a_bag_is_handed_over_with_one_scan_and_two_keys(visit: Any) -> None:
    w = story.world()
    bag = bench.to_hand_over(w)
    window = visit(width=1440)
    window.be(w.checker)
    window.open(reverse("bench:queue"))
    window.page.evaluate("document.activeElement.blur()")
    with window.page.expect_navigation():
        gun(window, dispensing.code_of(bag))
    keep(window, "identity")
    window.axe()
    press(window, "Space")
    with window.page.expect_navigation():
        press(window, "a")
    bag.refresh_from_db()
    assert bag.stage == "handed-over"
    keep(window, "done")
    window.axe()
    window.calm()


def test_without_javascript_the_bench_still_works(visit: Any) -> None:
    w = story.world()
    row = bench.to_review(w)
    window = visit(width=1440, java_script_enabled=False)
    window.be(w.checker)
    window.open(reverse("bench:review", args=[row.external_id]))
    window.page.click("[data-tick-all]")
    window.page.click('button[value="approve"]')
    assert Review.objects.get().answers.count() == 10
