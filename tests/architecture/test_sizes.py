"""Files and functions stay small; what does not, says why."""

from __future__ import annotations

import re

from scripts.sizes import functions
from tests.architecture.sources import ROOT, files, label, python

FILE_CAP, FUNCTION_CAP, TEMPLATE_CAP = 400, 40, 200
# A path (or path:function) and the reason why it reads better in one piece.
LARGE: dict[str, str] = {
    "pharmacy/pieces/samples.py:everything": "sample data of the gallery, one table and nothing else",
}


def test_files_are_small() -> None:
    """Given our files, then none passes 400 lines without a reason."""
    lines = {label(path): len(path.read_text().splitlines()) for path in python()}
    over = {name: count for name, count in lines.items() if count > FILE_CAP}
    assert {name: count for name, count in over.items() if name not in LARGE} == {}


def test_functions_are_small() -> None:
    """Given our functions, then none passes 40 lines without a reason."""
    lengths = {
        f"{label(path)}:{name}": count for path in python() for name, count in functions(path)
    }
    over = {name: count for name, count in lengths.items() if count > FUNCTION_CAP}
    assert {name: count for name, count in over.items() if name not in LARGE} == {}


def test_templates_are_small() -> None:
    """Given our templates, then what grows is cut into partials."""
    lines = {
        label(path): len(path.read_text().splitlines())
        for path in files(".html")
        if "templates" in path.parts
    }
    assert {name: count for name, count in lines.items() if count > TEMPLATE_CAP} == {}


def test_exceptions_exist_and_have_a_reason() -> None:
    """Given the list of exceptions, then each names a file that is there, and why."""
    for name, reason in LARGE.items():
        assert (ROOT / re.split(":", name)[0]).exists(), name
        assert len(reason.split()) >= 3, name
