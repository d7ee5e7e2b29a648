"""The stage table is true: ARCHITECTURE.md prints it, and every name in it exists."""

from __future__ import annotations

import importlib

import pytest

from pharmacy.core.outbox import Event
from pharmacy.fulfilment.flow import STAGES, Stage
from scripts.errors import refusals
from tests.architecture.sources import ROOT


def named(stage: Stage) -> str:
    """The row of ARCHITECTURE.md, from its second to its last cell."""
    refused = ", ".join(f"`{name}`" for name in stage.refusals) or "none"
    events = ", ".join(f"`{name}`" for name in stage.events)
    return f"| [`{stage.file}`]({stage.file}) → `{stage.call}` | {refused} | {events} |"


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_architecture_prints_the_stage(stage: Stage) -> None:
    """Given a stage, then its row stands in ARCHITECTURE.md."""
    lines = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith(f"| {stage.number} | {stage.name}")]
    assert [row[row.index("| [") :] for row in rows] == [named(stage)]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_the_call_of_the_stage_exists(stage: Stage) -> None:
    """Given a stage, then its file is there and holds its call."""
    module_name, function = stage.call.split(".")
    assert (ROOT / stage.file).name == f"{module_name}.py"
    module = importlib.import_module(stage.file.removesuffix(".py").replace("/", "."))
    assert callable(getattr(module, function))


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_the_answers_of_the_stage_exist(stage: Stage) -> None:
    """Given a stage, then its refusals and events are classes of ours."""
    known = {kind.__name__ for kind in refusals()}
    assert [name for name in stage.refusals if name not in known] == []
    assert [name for name in stage.events if name not in Event.known] == []


def test_stages_are_numbered_from_one() -> None:
    """Given the table, then its order is its numbers."""
    assert [stage.number for stage in STAGES] == list(range(1, len(STAGES) + 1))
