"""The container files start what production needs, with every variable that it asks for."""

from __future__ import annotations

import re

from tests.architecture.sources import ROOT

COMPOSE = ROOT / "docker" / "compose.yaml"
NEEDED = {"postgres", "rabbitmq", "redis", "web", "worker", "scheduler"}


def test_compose_starts_every_process() -> None:
    """Given the services, then none that production needs is missing."""
    text = COMPOSE.read_text(encoding="utf-8").split("\nservices:\n")[1].split("\nvolumes:\n")[0]
    assert set(re.findall(r"^  (\w+):", text, re.MULTILINE)) >= NEEDED


def test_compose_sets_what_production_asks_for() -> None:
    """Given the variables without a default in production.py, then compose names each."""
    settings = (ROOT / "pharmacy" / "settings" / "production.py").read_text(encoding="utf-8")
    asked = set(re.findall(r'env\.(?:text|items)\("(\w+)"\)', settings))
    given = set(re.findall(r"^    ([A-Z_]+):", COMPOSE.read_text(encoding="utf-8"), re.MULTILINE))
    assert asked - given == set()
    assert asked


def test_image_copies_what_exists() -> None:
    """Given the files that the image names, then they are there."""
    text = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
    named = re.findall(r"[\w/]+\.(?:py|txt)\b", text)
    assert [name for name in named if not (ROOT / name).exists()] == []
