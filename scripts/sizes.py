"""Report of sizes: files and functions by line count, with the aims of the house style."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ["pharmacy", "prescriptions", "inventory", "loyalty"]


def sources() -> list[Path]:
    """Every source file of ours, migrations aside."""
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def functions(path: Path) -> list[tuple[str, int]]:
    """Name and length in lines of every function of a file, docstring aside."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            found.append((node.name, (node.end_lineno or 0) - body[0].lineno + 1))
    return found


def percentile(values: list[int], share: float) -> int:
    """The value that a share of the sorted values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    """Print the report."""
    files = {path: len(path.read_text().splitlines()) for path in sources()}
    lengths = {(p, name): n for p in files for name, n in functions(p)}
    rows = (("files", list(files.values())), ("functions", list(lengths.values())))
    for name, values in rows:
        print(
            f"{name}: {len(values)}, lines median {statistics.median(values):.0f}, "
            f"p95 {percentile(values, 0.95)}, longest {max(values)}"
        )
    over = [(p, n) for p, n in files.items() if n > 400]
    for path, count in over:
        print(f"over 400 lines: {path.relative_to(ROOT)} ({count})")
    for (path, name), count in lengths.items():
        if count > 40:
            print(f"over 40 lines: {path.relative_to(ROOT)}:{name} ({count})")


if __name__ == "__main__":
    main()
