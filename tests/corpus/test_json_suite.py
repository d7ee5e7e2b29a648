"""The public JSON parsing vectors: nothing that must be rejected is accepted, nothing crashes."""

from __future__ import annotations

from pathlib import Path

from pharmacy.core.errors import Invalid
from pharmacy.core.parsing import load_json


def code(file: Path) -> str:
    """Code of the refusal; "" when it was read."""
    try:
        load_json(file.read_bytes())
    except Invalid as refusal:
        return refusal.code
    return ""


def test_every_must_reject_vector_is_refused_with_a_code(corpus: Path) -> None:
    files = sorted((corpus / "robustness" / "jsontestsuite").rglob("n_*.json"))

    found = {file.name: code(file) for file in files}

    assert len(found) == 188
    assert [name for name, refusal in found.items() if not refusal] == []
    assert set(found.values()) == {"json.malformed", "json.number", "json.too-deep", "rx.empty"}


def test_legal_vectors_are_read_but_for_what_we_refuse_on_purpose(corpus: Path) -> None:
    """Duplicate keys, NUL characters, and exponents that no quantity needs."""
    files = sorted((corpus / "robustness" / "jsontestsuite").rglob("y_*.json"))

    found = {file.name: code(file) for file in files}

    refused = {refusal for refusal in found.values() if refusal}
    assert refused == {"json.duplicate-key", "json.malformed", "json.number"}
    assert sum(1 for refusal in found.values() if not refusal) == 86
