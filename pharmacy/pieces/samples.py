"""Sample data of the gallery: nobody's medicine, nobody's store."""

from __future__ import annotations

from typing import Any


def everything() -> dict[str, Any]:
    """The context of the gallery page."""
    return {}
