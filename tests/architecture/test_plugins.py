"""Every table of plug-ins resolves, and each entry is a file of its own in the package."""

from __future__ import annotations

import pytest

from loyalty.rules import RULES as EARNING_RULES
from pharmacy.core.registry import Registry
from pharmacy.payment.methods import METHODS
from prescriptions.formats import FORMATS
from prescriptions.review_rules import RULES as REVIEW_RULES
from tests.architecture.sources import ROOT

TABLES = {
    "prescriptions/formats": FORMATS,
    "prescriptions/review_rules": REVIEW_RULES,
    "pharmacy/payment/methods": METHODS,
    "loyalty/rules": EARNING_RULES,
}


@pytest.mark.parametrize("package", TABLES)
def test_every_entry_resolves_in_its_package(package: str) -> None:
    """Given a table, then each dotted path is a module of that package and imports."""
    table: Registry[object] = TABLES[package]  # type: ignore[assignment]
    for dotted in table.table.values():
        module = dotted.rpartition(".")[0].replace(".", "/")
        assert module.rpartition("/")[0] == package
        assert (ROOT / f"{module}.py").exists()
    assert len(list(table)) == len(table.table) > 0


@pytest.mark.parametrize("package", TABLES)
def test_documents_name_the_table(package: str) -> None:
    """Given a table, then ARCHITECTURE and CONTRIBUTING say where to add to it."""
    for page in ("ARCHITECTURE.md", "CONTRIBUTING.md"):
        assert f"`{package}/" in (ROOT / page).read_text(encoding="utf-8"), page
