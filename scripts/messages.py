"""Compile each locale's django.po that is newer than its django.mo."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Compile what is stale."""
    for source in ROOT.glob("**/locale/*/LC_MESSAGES/django.po"):
        if {"node_modules", ".venv", "var"} & set(source.relative_to(ROOT).parts):
            continue
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parts[-3], domain="django")
        with target.open("wb") as stream:
            write_mo(stream, catalogue)


if __name__ == "__main__":
    main()
