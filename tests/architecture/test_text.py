"""Nothing of the machine that wrote a file stays in it, and no wish without an issue."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture.sources import files, label

TEXT = {
    ".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".json", ".yaml", ".yml", ".po", ".cfg",
    ".sh", ".ini", ".csv", ".svg", "",
}  # fmt: skip
# Written in pieces, so that this file does not find itself.
MACHINE = re.compile(r"(?<![\w.>)\]}-])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me|tm" + r"p)/[\w.$]")
REGISTRY = re.compile("regi" + r"stry\.[a-z]+js|pyp" + r"i\.org|python" + r"hosted|index-" + "url")
WISH = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b(?! ?\(?#\d+)")
OPEN = {"requirements/dev.txt", "requirements/run.txt"}


def _hits(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in files():
        if path.suffix not in TEXT or path.name == "package-lock.json":
            continue
        for number, line in enumerate(_lines(path), 1):
            if pattern.search(line):
                found.append(f"{label(path)}:{number}: {line.strip()[:80]}")
    return found


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []


def test_no_path_of_a_machine() -> None:
    """Given every text file, then it names no folder of the machine it was written on."""
    assert _hits(MACHINE) == []


def test_no_host_of_a_registry() -> None:
    """Given every text file, then where packages come from is the installer's business."""
    assert _hits(REGISTRY) == []


def test_no_wish_without_an_issue() -> None:
    """Given every text file, then what is left to do has a number."""
    assert _hits(WISH) == []
