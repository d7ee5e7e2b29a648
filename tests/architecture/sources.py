"""What the structural tests read: our files, without what the targets of the Makefile made."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pharmacy", "prescriptions", "inventory", "loyalty")
MADE = {
    ".git", ".venv", "var", "node_modules", "__pycache__", "htmlcov", ".hypothesis",
    ".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache",
}  # fmt: skip


def files(*suffixes: str) -> list[Path]:
    """Every file of the repository with one of the suffixes; none given means every file."""
    return sorted(path for path in _walk(ROOT) if not suffixes or path.suffix in suffixes)


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if path.name not in MADE:
                yield from _walk(path)
        elif path.suffix not in {".pyc", ".mo"}:
            yield path


def python(*packages: str) -> list[Path]:
    """The Python files of some packages, migrations aside."""
    found = (path for name in packages or PACKAGES for path in (ROOT / name).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def label(path: Path) -> str:
    """How a failure names a file."""
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    """The dotted name of a Python file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file, parsed once."""
    return ast.parse(path.read_text(encoding="utf-8"))
