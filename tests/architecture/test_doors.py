"""A screen makes one call: nothing in the doors writes a row by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import label, python, tree

DOORS = (
    "pharmacy/storefront", "pharmacy/workbench", "pharmacy/headquarters", "pharmacy/api",
    "pharmacy/pieces",
)  # fmt: skip
WRITES = {
    "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "update", "delete",
}  # fmt: skip
SQL = ("INSERT ", "UPDATE ", "DELETE ", "TRUNCATE ")


def _is_query(node: ast.expr) -> bool:
    """Whether an expression is a chain that starts at a manager."""
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
            return True
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return False


def _writes(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            verb = node.func.attr
            if (verb in WRITES and _is_query(node.func.value)) or verb == "save":
                yield f"{label(path)}:{node.lineno} {verb}"
        if isinstance(node, ast.Constant) and str(node.value).lstrip().startswith(SQL):
            yield f"{label(path)}:{node.lineno} SQL"


def test_doors_write_nothing_themselves() -> None:
    """Given views, forms, tags and endpoints, then what is written is written by a verb file."""
    assert [found for path in python(*DOORS) for found in _writes(path)] == []
