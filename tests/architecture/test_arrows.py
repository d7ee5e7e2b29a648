"""Arrows point down: imports, foreign keys, and everything that names code in a string."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from tests.architecture import layers
from tests.architecture.sources import PACKAGES, ROOT, label, module_name, python, tree

DOTTED = re.compile(rf"^(?:{'|'.join(PACKAGES)})(?:\.\w+)+$")
LOADERS = {"get_model", "get_class", "get_classes"}
# Entry points and the demo name what they start.
FREE = ("pharmacy.settings", "pharmacy.urls", "pharmacy.demo", "pharmacy.celery", "pharmacy.wsgi")


def test_imports_keep_the_contract() -> None:
    """Given the contract, when every import is followed, then none points up."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_contract_is_exhaustive() -> None:
    """Given the packages on the disk, then each stands on one floor and each floor exists."""
    inner = [p for p in (ROOT / "pharmacy").iterdir() if (p / "__init__.py").exists()]
    loose = [p for p in (ROOT / "pharmacy").glob("*.py") if p.name != "__init__.py"]
    found = {module_name(p / "__init__.py") for p in inner} | {module_name(p) for p in loose}
    found |= set(PACKAGES) - {"pharmacy"}
    named = [name for floor in layers.floors() for name in floor]
    assert sorted(named) == sorted(found)


def _relations() -> Iterator[tuple[str, str | None, str, str | None]]:
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if not model.__module__.startswith(PACKAGES):
            continue
        for field in meta.get_fields():
            if field.is_relation and field.concrete and field.related_model is not None:
                target = field.related_model._meta
                yield (
                    f"{meta.label}.{field.name} -> {target.label}",
                    layers.home_of_label(meta.app_label, model.__module__),
                    target.app_label,
                    layers.home_of_label(target.app_label, field.related_model.__module__),
                )


def test_foreign_keys_point_down() -> None:
    """Given every model of ours, then what its keys point at stands on the same floor or lower."""
    upward = [
        name
        for name, origin, target_label, target in _relations()
        if origin and not _is_fork(target_label, origin)
        if target is None or (origin != target and layers.height(origin) <= layers.height(target))
    ]
    assert upward == []


def _is_fork(target_label: str, origin: str) -> bool:
    """Oscar's own keys between the apps that we forked are Oscar's business."""
    return layers.OSCAR.get(target_label) is not None and origin in layers.OSCAR.values()


def _named_in(path: Path) -> Iterator[tuple[int, str]]:
    """What a file names in strings: Oscar labels in loaders, and dotted paths of ours."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
            called = called.id if isinstance(called, ast.Name) else called
            first = node.args[0]
            if called in LOADERS and isinstance(first, ast.Constant):
                yield node.lineno, layers.OSCAR.get(str(first.value).split(".")[0], "")
        if isinstance(node, ast.Constant) and DOTTED.match(str(node.value)):
            yield node.lineno, str(node.value)


@pytest.mark.parametrize("package", PACKAGES)
def test_strings_that_name_code_point_down(package: str) -> None:
    """Given `get_model`, `get_class` and dotted paths, then they obey the same arrows."""
    upward = []
    for path in python(package):
        user = module_name(path)
        if user.startswith(FREE) or user == "pharmacy":
            continue
        for line, used in _named_in(path):
            if used and layers.home(used) and not layers.may_use(user, used):
                upward.append(f"{label(path)}:{line} names {used}")
    assert upward == []
