"""Who an actor of the audit log or of a movement is; a customer is never named."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from pharmacy.headquarters import words
from pharmacy.people.models import Staff


def names(actors: Iterable[str]) -> dict[str, str]:
    """Each actor in words: staff by name, everyone else by what they are; one query at most."""
    wanted = set(actors)
    keys = [key for actor in wanted if (key := _staff_key(actor))]
    found = Staff.objects.filter(external_id__in=keys) if keys else []
    known = {staff.actor: staff.name for staff in found}
    return {actor: known.get(actor) or _kind(actor) for actor in wanted}


def _staff_key(actor: str) -> uuid.UUID | None:
    kind, _colon, rest = actor.partition(":")
    try:
        return uuid.UUID(rest) if kind == "staff" else None
    except ValueError:
        return None


def _kind(actor: str) -> str:
    return str(words.ACTORS.get(actor.partition(":")[0], words.ACTORS["system"]))
