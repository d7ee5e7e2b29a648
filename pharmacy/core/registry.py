"""Tables of plug-ins: one key, one dotted path, imported on first use.

A package of plug-ins holds its Protocol and one `Registry`; a new plug-in is one file and
one line in that table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from django.utils.module_loading import import_string

from pharmacy.core.errors import Invalid

T = TypeVar("T")


class UnknownPlugin(Invalid):
    """No plug-in has this key."""

    code = "registry.unknown"


class Registry(Generic[T]):
    """An ordered table from key to plug-in."""

    def __init__(self, kind: str, table: dict[str, str]) -> None:
        self.kind = kind
        self.table = table
        self._loaded: dict[str, T] = {}

    def get(self, key: str) -> T:
        """Return the plug-in of a key.

        Raises:
            UnknownPlugin: the table has no such key.
        """
        if key not in self.table:
            raise UnknownPlugin(kind=self.kind, key=key)
        if key not in self._loaded:
            self._loaded[key] = import_string(self.table[key])
        return self._loaded[key]

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return ((key, self.get(key)) for key in self.table)

    def __contains__(self, key: object) -> bool:
        return key in self.table
