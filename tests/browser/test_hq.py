"""Headquarters in a browser: every page in both languages and widths, without a complaint."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from pharmacy.core.models import AuditEntry
from tests import hq_fixtures as hq
from tests.payment_fixtures import peer  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("RXFLOW_SCREENSHOTS", "")


def keep(window: Any, name: str) -> None:
    """Leave a picture where RXFLOW_SCREENSHOTS says."""
    if SHOTS:
        window.page.screenshot(path=Path(SHOTS) / f"hq-{name}.png", full_page=True)


@pytest.mark.usefixtures("peer")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_page_is_accessible_and_calm(visit: Any, width: int, language: str) -> None:
    # given work in every corner, and something that went wrong in each
    w, made = hq.busy_world()
    bag = hq.given(w)
    hq.go_wrong(w, made)
    pages = {
        "overview": reverse("hq:overview"),
        "stock": reverse("hq:stock"),
        "stock-none": reverse("hq:stock") + "?q=nothing-like-it",
        "medicine": reverse("hq:medicine", args=[w.amlodipine.code]),
        "expiring": reverse("hq:expiring"),
        "prescriptions": reverse("hq:prescriptions"),
        "prescription": reverse("hq:prescription", args=[bag.issue.prescription.external_id]),
        "documents": reverse("hq:documents"),
        "document": reverse("hq:document", args=[made["refused"].external_id]),
        "issuers": reverse("hq:issuers"),
        "health": reverse("hq:health"),
    }
    # when, then
    window = visit(width=width)
    window.be(w.headquarters)
    window.cookie("django_language", language)
    for name, path in pages.items():
        assert window.open(path).status == 200
        keep(window, f"{name}-{language}-{width}")
        window.axe()
        window.calm()


@pytest.mark.parametrize("theme", ["dark", "contrast"])
def test_the_overview_is_accessible_in_other_colors(visit: Any, theme: str) -> None:
    w, made = hq.busy_world()
    hq.go_wrong(w, made)
    window = visit(width=1440)
    window.be(w.headquarters)
    window.cookie("rxflow_theme", theme)
    for page in ("overview", "health"):
        window.open(reverse(f"hq:{page}"))
        keep(window, f"{page}-{theme}")
        window.axe()
        window.calm()


def test_a_filter_replaces_the_list_and_its_sentence_and_stays_in_the_address(visit: Any) -> None:
    # given a page that would forget a mark if it were loaded anew
    w, _made = hq.busy_world()
    window = visit(width=1440)
    window.be(w.headquarters)
    window.open(reverse("hq:stock"))
    window.page.evaluate("document.querySelector('.hq-filters').dataset.kept = 'yes'")
    # when
    window.page.fill("#f-q", "atorva")
    window.page.wait_for_selector("#list tbody:not(:has(tr + tr))")
    # then
    assert window.page.locator(".hq-filters[data-kept]").count() == 1
    assert window.page.locator("h1").inner_text().startswith("1 medicine worth")
    assert "q=atorva" in window.page.url
    assert window.page.evaluate("document.activeElement.id") == "f-q"
    # and a menu does it too
    window.page.select_option("#f-show", "out")
    window.page.wait_for_selector("#list .empty")
    assert "show=out" in window.page.url
    window.axe()
    window.calm()


def test_without_javascript_the_list_is_filtered_and_the_log_checked(visit: Any) -> None:
    w, _made = hq.busy_world()
    window = visit(width=1440, java_script_enabled=False)
    window.be(w.headquarters)
    window.open(reverse("hq:stock"))
    window.page.fill("#f-q", "atorva")
    window.page.click(".hq-filters button")
    assert window.page.locator("#list tbody tr").count() == 1
    window.open(reverse("hq:health"))
    window.page.click("#audit button")
    assert window.page.locator("#audit .is-success").is_visible()
    assert not AuditEntry.objects.filter(action="read").exists()
