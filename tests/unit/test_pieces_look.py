"""The look keeps its promises: contrast, one home for colors, no inline code, small files."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template

from pharmacy.pieces.icons import ICONS
from pharmacy.pieces.templatetags.pieces import IconMissing

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "pharmacy" / "pieces" / "static" / "pieces"
TOKENS = (STATIC / "tokens.css").read_text()
COLOR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch)\(|:\s*(?:white|black|red|gr[ae]y)\b"
)
HEX = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{6})")


def block(selector: str) -> dict[str, str]:
    """The colors that a rule of tokens.css sets."""
    start = TOKENS.index("{", TOKENS.index(selector)) + 1
    return dict(HEX.findall(TOKENS[start : TOKENS.index("}", start)]))


LIGHT = block(":root {")
DARK = block(':root[data-theme="dark"]')
THEMES = {
    "light": LIGHT,
    "dark": LIGHT | DARK,
    "contrast": LIGHT | block(':root[data-theme="contrast"]'),
}
TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-soft", "brand") for ground in ("page", "surface", "raised", "sunken", "brand-tint")],
    ("on-brand", "brand"), ("on-accent", "accent"), ("on-brand", "brand-strong"),
    ("on-accent", "accent-strong"),
    *[(tone, ground) for tone in ("danger", "warning", "success", "information")
      for ground in (f"{tone}-tint", "surface")],
    *[("ink", f"{tone}-tint") for tone in ("danger", "warning", "success", "information")],
]  # fmt: skip
CONTROLS = [
    (edge, ground)
    for edge in ("control", "accent", "brand", "focus")
    for ground in ("page", "surface")
]


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_text_has_a_contrast_of_seven_in_every_theme(theme: str) -> None:
    colors = THEMES[theme]
    weak = {
        pair: round(contrast(colors[pair[0]], colors[pair[1]]), 2)
        for pair in TEXT
        if contrast(colors[pair[0]], colors[pair[1]]) < 7
    }
    assert weak == {}


@pytest.mark.parametrize("theme", THEMES)
def test_controls_have_a_contrast_of_four_and_a_half(theme: str) -> None:
    colors = THEMES[theme]
    weak = {
        pair: round(contrast(colors[pair[0]], colors[pair[1]]), 2)
        for pair in CONTROLS
        if contrast(colors[pair[0]], colors[pair[1]]) < 4.5
    }
    assert weak == {}


def test_dark_is_the_same_by_device_and_by_choice() -> None:
    assert block(":root:not([data-theme])") == DARK


def test_only_the_token_file_names_a_color() -> None:
    sheets = [
        file
        for folder in ("pharmacy", "prescriptions", "inventory", "loyalty")
        for file in (ROOT / folder).glob("**/static/**/*.css")
        if file.name != "tokens.css"
    ]
    named = {f.name: COLOR.findall(f.read_text()) for f in sheets if COLOR.search(f.read_text())}
    assert STATIC / "pieces.css" in sheets
    assert named == {}


@pytest.mark.parametrize(
    ("files", "kilobytes"), [(["tokens.css", "pieces.css", "print.css"], 21), (["pieces.js"], 12)]
)
def test_what_every_page_loads_stays_small(files: list[str], kilobytes: int) -> None:
    size = sum(len(gzip.compress((STATIC / name).read_bytes())) for name in files)
    assert size <= kilobytes * 1024


TEMPLATES = sorted((ROOT / "pharmacy" / "pieces" / "templates").rglob("*.html"))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_a_template_compiles_and_holds_no_inline_code_or_foreign_address(file: Path) -> None:
    text = file.read_text()
    get_template(str(file.relative_to(ROOT / "pharmacy" / "pieces" / "templates")))
    assert re.findall(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|hx-on", text) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", text) == []
    assert {n for n in re.findall(r"{% icon \"([a-z0-9-]+)\"", text) if n not in ICONS} == set()


def test_an_icon_that_nobody_drew_is_an_error() -> None:
    with pytest.raises(IconMissing):
        Template('{% load pieces %}{% icon "unicorn" %}').render(Context())


def test_the_lock_file_names_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert '"integrity"' in lock


def test_the_sprite_holds_every_icon() -> None:
    sprite = Path(settings.VAR) / "assets" / "icons.svg"
    if not sprite.exists():
        pytest.skip("assets are not built: run scripts/assets.py")
    assert set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite.read_text())) == ICONS
