"""Headless Chromium on the live server; every story runs with axe and a watch on the console.

Without Chromium, or without axe, the stories are skipped and say so; on CI they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.sign_in_fixtures import enter_as_customer, enter_as_staff

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = Path(settings.VAR) / "axe" / "axe.min.js"
RULES = "{resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"


def _missing(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the run."""
    path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if not path:
        _missing("no Chromium on this machine: install it or name it in CHROMIUM")
    if not AXE.exists():
        _missing("axe is missing: run scripts/assets.py")
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps a loop running
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield browser
        browser.close()


# What sticks out to the right, when the page can be scrolled sideways at all.
TOO_WIDE = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
  [...document.querySelectorAll("body *:not(.table-frame *, .side *)")]
    .filter((node) => node.getBoundingClientRect().right > window.innerWidth + 0.5)
    .map((node) => node.tagName + "." + node.getAttribute("class")).slice(0, 8)"""


class Visit:
    """A page, what its console complained about, and the way in."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base = page, base
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def open(self, path: str) -> Any:
        """Go to an address of ours."""
        return self.page.goto(self.base + path, wait_until="load")

    def be(self, person_or_staff: Any) -> None:
        """Come in as a member of staff (second factor shown) or as a customer."""
        client = Client()
        enter = enter_as_staff if hasattr(person_or_staff, "licence_number") else enter_as_customer
        enter(client, person_or_staff)
        self.cookie(settings.SESSION_COOKIE_NAME, client.session.session_key)

    def cookie(self, name: str, value: str) -> None:
        """Set a cookie for the live server."""
        self.page.context.add_cookies([{"name": name, "value": value, "url": self.base}])

    def axe(self) -> None:
        """Fail on any accessibility violation of the present page."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(f"async () => (await axe.run(document, {RULES})).violations")
        said = [
            f"{rule['id']} ({rule['impact']}): {node['target']} {node.get('failureSummary', '')}"
            for rule in found
            for node in rule["nodes"][:3]
        ]
        assert not said, f"{self.page.url}\n" + "\n".join(said)

    def calm(self) -> None:
        """Nothing on the console, nothing wider than the screen."""
        assert self.complaints == []
        wide = self.page.evaluate(TOO_WIDE)
        assert not wide, f"wider than the screen: {wide}"


@pytest.fixture
def visit(chromium: Any, live_server: Any) -> Iterator[Callable[..., Visit]]:
    """`visit(width=390)` opens a fresh browser window on the live server."""
    contexts = []

    def opened(width: int = 1280, height: int = 900, **options: Any) -> Visit:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        return Visit(context.new_page(), live_server.url)

    yield opened
    for context in contexts:
        context.close()
