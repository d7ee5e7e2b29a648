"""Writes `docs/errors.md`: every typed refusal with its code, status and sentence.

`python -m scripts.errors` after a refusal was added or reworded; a test keeps the page equal.
"""

from __future__ import annotations

import functools
import importlib
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "errors.md"
PACKAGES = ("pharmacy", "prescriptions", "inventory", "loyalty")
SKIPPED = (".migrations", ".management", "pharmacy.settings", "pharmacy.wsgi", "pharmacy.demo")
HEAD = """# Errors

Made by `python -m scripts.errors`; do not edit by hand.

Every refusal has a code that never changes, one sentence for people (translated on screen) and
plain facts for machines. The API answers with `application/problem+json`
([RFC 9457](integrators.md#when-something-is-refused)). *Repeat* says whether the same call may
succeed later.

| code | status | repeat | sentence | meaning |
|---|---|---|---|---|
"""


@functools.cache
def import_everything() -> None:
    """Import every module that can define a refusal."""
    for package in PACKAGES:
        root = importlib.import_module(package)
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if not any(part in found.name for part in SKIPPED):
                importlib.import_module(found.name)


def subclasses(of: type) -> Iterator[type]:
    """A class and everything below it, each once."""
    seen: dict[type, None] = {of: None}
    for kind in seen.copy():
        for child in kind.__subclasses__():
            seen.update(dict.fromkeys(subclasses(child)))
    yield from seen


def refusals() -> list[type]:
    """Every refusal of ours, by code; what only the demo raises is left out."""
    from pharmacy.core.errors import PharmacyError

    import_everything()
    found = [c for c in subclasses(PharmacyError) if not c.__module__.startswith("pharmacy.demo")]
    ours = [c for c in found if c.__module__.startswith(PACKAGES)]
    return sorted(ours, key=lambda c: (c.code, c.__module__))  # type: ignore[attr-defined]


def row(kind: type) -> str:
    """One line of the table."""
    meaning = (kind.__doc__ or "").strip().splitlines()[0]
    repeat = "yes" if kind.is_retryable else "no"  # type: ignore[attr-defined]
    cells = [f"`{kind.code}`", str(kind.http_status), repeat, str(kind.sentence), meaning]  # type: ignore[attr-defined]
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def page() -> str:
    """The whole page, in English."""
    from django.utils import translation

    with translation.override("en"):
        return HEAD + "\n".join(row(kind) for kind in refusals()) + "\n"


def main() -> None:
    """Write the page."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pharmacy.settings.embedded")
    django.setup()
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
