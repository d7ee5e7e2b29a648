"""A data table as the template prints it: columns, rows, how it is sorted, what state it is in.

The view fills it from a selector; sorting and searching stay in the address (`?sort=…&q=…`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Column:
    """One column; `key` is the value of `?sort=` when it can be sorted."""

    label: str | Promise
    key: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Row:
    """Cells in the order of the columns; the first one links to `href` when there is one."""

    cells: Sequence[Any]
    href: str = ""


@dataclass(frozen=True)
class Table:
    """What `pieces/table.html` needs.

    Args:
        state: `ready`, `loading` or `error`; `ready` without rows is the empty state.
        sort: key of the sorted column, with a leading `-` when descending.
        query: what is searched for; None hides the search.
    """

    caption: str | Promise
    columns: Sequence[Column]
    rows: Sequence[Row] = field(default_factory=list)
    state: str = "ready"
    sort: str = ""
    query: str | None = None
    export_url: str = ""
    empty_title: str | Promise = ""
    empty_text: str | Promise = ""
    url: str = ""
    more_url: str = ""

    @property
    def heads(self) -> list[tuple[Column, str, str]]:
        """Each column with its `aria-sort` and the value of `?sort=` that a press leads to."""
        return [(column, *self._sorting(column.key)) for column in self.columns]

    @property
    def body(self) -> list[tuple[Row, list[tuple[Any, bool]]]]:
        """Each row with its cells and whether each is a number."""
        kinds = [column.is_number for column in self.columns]
        return [(row, list(zip(row.cells, kinds, strict=True))) for row in self.rows]

    def _sorting(self, key: str) -> tuple[str, str]:
        if not key:
            return "", ""
        if self.sort == key:
            return "ascending", f"-{key}"
        return ("descending", key) if self.sort == f"-{key}" else ("none", key)
