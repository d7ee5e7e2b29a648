"""What care tells the other parts: opaque ids, never a medicine's name."""

from __future__ import annotations

from dataclasses import dataclass

from pharmacy.core import outbox


@dataclass(frozen=True, kw_only=True)
class RefillDue(outbox.Event):
    """A supply runs out soon. `person` and `plan` are external ids."""

    person: str
    plan: str
