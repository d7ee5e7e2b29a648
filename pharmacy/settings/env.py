"""Typed readers of the environment; a secret may also come as `NAME_FILE`."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """A value, or the content of the file that `NAME_FILE` points at.

    Raises:
        ImproperlyConfigured: missing, or empty where there is no default.
    """
    file = os.environ.get(f"{name}_FILE")
    value = Path(file).read_text().strip() if file else os.environ.get(name, default)
    if value is None or value.startswith("---") or (not value and default is None):
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE) in the environment.")
    return value


def items(name: str, default: str | None = "") -> list[str]:
    """A comma-separated list; with the default None it holds something.

    Raises:
        ImproperlyConfigured: nothing in it, and the default is None.
    """
    found = [item.strip() for item in text(name, default).split(",") if item.strip()]
    if not found and default is None:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE) in the environment.")
    return found


def database(url: str) -> dict[str, object]:
    """Django's dictionary for a `postgres://` URL.

    Raises:
        ImproperlyConfigured: another scheme; PostgreSQL is the only dialect.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must start with postgres://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
    }
