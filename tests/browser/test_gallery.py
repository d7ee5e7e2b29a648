"""The gallery and the entrance in both languages, in every theme, on a phone and on a desk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pharmacy.pieces.appearance import ELDER_COOKIE, THEME_COOKIE
from tests.sign_in_fixtures import a_member_of_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = ["light", "dark", "contrast", "elder"]
SHOTS = os.environ.get("RXFLOW_SCREENSHOTS", "")


def dress(window: Any, look: str, language: str) -> None:
    """Choose theme, size and language as the cookies do."""
    window.cookie("django_language", language)
    if look == "elder":
        window.cookie(ELDER_COOKIE, "1")
    else:
        window.cookie(THEME_COOKIE, look)


def keep(window: Any, name: str) -> None:
    """Leave a picture where RXFLOW_SCREENSHOTS says."""
    if SHOTS:
        window.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_gallery_is_accessible_in_every_look(visit: Any, width: int, language: str) -> None:
    staff = a_member_of_staff("pharmacist")
    for look in LOOKS:
        window = visit(width=width)
        window.be(staff)
        dress(window, look, language)
        for page in ["", "bench/", "hq/"] if look in {"light", "elder"} else [""]:
            assert window.open(f"/gallery/{page}").status == 200
            keep(window, f"gallery-{page[:-1]}-{look}-{language}-{width}")
            window.axe()
            window.calm()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_sign_in_is_accessible_in_every_look(visit: Any, width: int, language: str) -> None:
    for look in LOOKS:
        window = visit(width=width)
        dress(window, look, language)
        window.open("/sign-in/")
        keep(window, f"sign-in-{look}-{language}-{width}")
        window.axe()
        window.calm()
