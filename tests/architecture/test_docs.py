"""Documents do not drift: every command, path, link and picture that they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.architecture.sources import ROOT, label

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("benchmarks/*.md")])
MADE = ("var/", "node_modules/", ".venv/")  # named in documents, made by the targets
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*(?:/|\.(?:py|md|toml|yaml|yml|txt|po|json|csv|css|html))")
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def targets() -> set[str]:
    """The targets of the Makefile."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):", text, re.MULTILINE))


def anchor(heading: str) -> str:
    """How a heading is linked to."""
    text = re.sub(r"[^\w\s-]", "", heading.replace("`", "").strip().lower())
    return re.sub(r"\s", "-", text)


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return BLOCK.sub("", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_link_resolves(page: Path) -> None:
    """Given a relative link or a picture, then its file and its heading exist."""
    broken = []
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, part = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        is_missing = not file.exists()
        if not is_missing and part:
            is_missing = part not in map(anchor, HEADING.findall(file.read_text()))
        if is_missing:
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_path_exists(page: Path) -> None:
    """Given a path in code type, then it exists from the root or beside the page."""
    named = [text for text in CODE.findall(prose(page)) if FILE.fullmatch(text)]
    missing = [
        path
        for path in named
        if not path.startswith(MADE)
        and not any((base / path).exists() for base in (ROOT, page.parent))
        and not any(ROOT.glob(f"*/{path}"))
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_make_target_exists(page: Path) -> None:
    """Given `make something` in code or in a block of commands, then the target is there."""
    text = page.read_text(encoding="utf-8")
    commands = [body for kind, body in BLOCK.findall(text) if kind == "sh"]
    spans = [*commands, *CODE.findall(BLOCK.sub("", text))]
    called = [name for span in spans for name in re.findall(r"^make ([a-z]+)", span, re.MULTILINE)]
    assert set(called) <= targets()


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_management_command_exists(page: Path) -> None:
    """Given `manage.py something`, then the command is there."""
    called = re.findall(r"manage\.py ([a-z_]+)", page.read_text(encoding="utf-8"))
    assert set(called) <= set(get_commands())


def test_every_constraint_exists() -> None:
    """Given a constraint or a view that ARCHITECTURE names, then a migration makes it."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    sql = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("**/migrations/0*.py"))
    named = re.findall(r"`((?:core|inventory|prescriptions|loyalty|collection)_\w+)`", text)
    assert named
    assert [name for name in named if name not in sql] == []


def test_readme_is_short() -> None:
    """Given the README, then it fits on a few screens."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_every_dependency_has_its_reason() -> None:
    """Given the direct dependencies, then docs/dependencies.md has a row for each and no other."""
    import tomllib

    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = table["project"]["dependencies"] + table["dependency-groups"]["dev"]
    names = {re.split(r"[\[<>=; ]", spec)[0].lower() for spec in wanted}
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    python_part = text.split("## From npm")[0]
    assert set(re.findall(r"^\| `([^`]+)` \|", python_part, re.MULTILINE)) == names


def test_every_npm_package_has_its_reason() -> None:
    """Given the packages of the browser, then each has a row."""
    import json

    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    names = {*package.get("dependencies", {}), *package.get("devDependencies", {})}
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").split("## From npm")[1]
    assert set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)) == names


def test_every_decision_has_its_parts() -> None:
    """Given a decision record, then it says tags, context, decision and what it costs."""
    for page in sorted((ROOT / "docs" / "adr").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for part in ("Tags: ", "## Context", "## Decision", "## What it costs"):
            assert part in text, f"{label(page)}: {part}"
        assert len(text.splitlines()) <= 60, label(page)
