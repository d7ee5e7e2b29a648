"""State tables as data, and the one guarded writer that moves a row along them.

`Transitions` is pure: from → allowed to. `advance` locks the row, checks the table, saves,
and writes the audit entry and the outbox event in the same transaction. Nothing else sets
a state column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models, transaction

from pharmacy.core import audit, locking, outbox
from pharmacy.core.errors import Broken, Refused

Row = TypeVar("Row", bound=models.Model)


class TransitionRefused(Refused):
    """The table does not allow this step from the present state."""

    code = "state.transition-refused"


@dataclass(frozen=True)
class Transitions:
    """A named table of allowed steps; the first key is the initial state."""

    name: str
    table: Mapping[str, frozenset[str] | set[str]]

    def __post_init__(self) -> None:
        unknown = {to for tos in self.table.values() for to in tos} - set(self.table)
        if unknown:
            raise Broken(table=self.name, unknown=sorted(unknown))

    @property
    def initial(self) -> str:
        """The state a new row starts in."""
        return next(iter(self.table))

    @property
    def terminal(self) -> frozenset[str]:
        """States with no way out."""
        return frozenset(state for state, tos in self.table.items() if not tos)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Django choices of the column."""
        return [(state, state) for state in self.table]

    def allows(self, origin: str, target: str) -> bool:
        """Whether the step is in the table."""
        return target in self.table.get(origin, ())

    def check(self, origin: str, target: str) -> None:
        """Refuse a step that is not in the table."""
        if not self.allows(origin, target):
            raise TransitionRefused(table=self.name, origin=origin, target=target)

    def diagram(self) -> str:
        """One line a state, for documents."""
        return "\n".join(
            f"{state} -> {' | '.join(sorted(tos)) or '(end)'}" for state, tos in self.table.items()
        )


def advance(
    row: Row,
    to: str,
    *,
    by: str,
    field: str = "stage",
    reason: str = "",
    event: outbox.Event | None = None,
    updates: Mapping[str, Any] | None = None,
    store: str = "",
) -> Row:
    """Move a row to a state and leave the audit entry and the event behind.

    The model names its table as `TRANSITIONS = {field: Transitions}` and answers
    `audit_subject`. Other columns that belong to the same step travel in `updates`.

    Raises:
        TransitionRefused: the table does not allow the step from the locked row's state.
        LockTimeout: somebody holds the row for longer than we wait.
    Locks: the row.
    """
    table: Transitions = type(row).TRANSITIONS[field]  # type: ignore[attr-defined]
    with transaction.atomic():
        [locked] = locking.rows(type(row)._base_manager.filter(pk=row.pk))
        origin = getattr(locked, field)
        table.check(origin, to)
        changes = {field: to, **(updates or {})}
        for name, value in changes.items():
            setattr(locked, name, value)
            setattr(row, name, value)
        locked.save(update_fields=list(changes))
        audit.record(
            by=by,
            action=f"{table.name}.{to}",
            subject=locked.audit_subject,  # type: ignore[attr-defined]
            reason=reason,
            store=store,
            origin=origin,
        )
        if event is not None:
            outbox.record(event)
    return row
