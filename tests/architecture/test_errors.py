"""Refusals are a promise to machines: codes are unique, stable in form, and all on one page."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from pharmacy.core import errors
from scripts.errors import PAGE, page, refusals

CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+")
ROOTS = {
    errors.PharmacyError, errors.Invalid, errors.NotFound, errors.Denied, errors.Refused,
    errors.Conflict, errors.Unavailable, errors.Broken,
}  # fmt: skip


def test_every_refusal_has_its_own_code() -> None:
    """Given every refusal, then it names its code itself and shares it with no other."""
    kinds = refusals()
    assert [k.__qualname__ for k in kinds if "code" not in vars(k)] == []
    counted = Counter(kind.code for kind in kinds)
    assert {code: n for code, n in counted.items() if n > 1} == {}


def test_codes_say_area_and_rule() -> None:
    """Given the code of a refusal, then it reads `area.rule`."""
    codes = [kind.code for kind in refusals() if kind not in ROOTS]
    assert [code for code in codes if not CODE.fullmatch(code)] == []


def test_every_refusal_speaks_to_people() -> None:
    """Given every refusal, then its sentence is a sentence."""
    assert [k.code for k in refusals() if not re.search(r"\w.*[.?!]$", str(k.sentence))] == []


def test_every_refusal_says_what_to_do_with_it() -> None:
    """Given every refusal of ours, then it stands below one of the seven classes."""
    below = tuple(ROOTS - {errors.PharmacyError})
    loose = [k.__qualname__ for k in refusals() if not issubclass(k, below)]
    assert loose == ["PharmacyError"]


def test_page_of_errors_is_current() -> None:
    """Given the page in docs, then it says what the code says."""
    if PAGE.read_text(encoding="utf-8") != page():
        pytest.fail("docs/errors.md is stale: run `python -m scripts.errors`.")
