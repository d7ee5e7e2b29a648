"""Every module says what it decides; nearly every public name says what it promises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import PACKAGES, label, python, tree

SHARE = 0.95
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def test_every_module_has_a_docstring() -> None:
    """Given our packages, scripts, tests and benchmarks, then no module is silent."""
    found = python(*PACKAGES, "scripts", "tests", "benchmarks")
    assert [label(path) for path in found if not ast.get_docstring(tree(path))] == []


def _public(body: list[ast.stmt], owner: str) -> Iterator[tuple[str, Documented]]:
    for node in body:
        if isinstance(node, Documented) and not node.name.startswith("_"):
            if node.name == "Meta":
                continue
            yield f"{owner}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{owner}{node.name}.")


def _silent(path: Path) -> tuple[int, list[str]]:
    names = list(_public(tree(path).body, f"{label(path)}:"))
    return len(names), [name for name, node in names if not ast.get_docstring(node)]


def test_public_names_have_docstrings() -> None:
    """Given every public class and function, then at least 95 of 100 carry a docstring."""
    counted = [_silent(path) for path in python()]
    total = sum(count for count, _ in counted)
    silent = [name for _, names in counted for name in names]
    assert 1 - len(silent) / total >= SHARE, silent
