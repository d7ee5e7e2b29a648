"""Who read my record: when, in which role, at which store and why, from the audit log."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pharmacy.core.models import AuditEntry
from pharmacy.people.models import Person, Staff, Store
from prescriptions.models import Prescription

LIMIT = 30
ROLES: dict[str, str | Promise] = {
    "pharmacist": _("A pharmacist"),
    "manager": _("A store manager"),
    "headquarters": _("Headquarters"),
}
PURPOSES: dict[str, str | Promise] = {
    "review": _("To check your prescription"),
    "dispense": _("To prepare or hand over your medicine"),
    "granted": _("Opened for you, as you allowed"),
}
OTHER_PURPOSE = _("For another reason; ask us")
CARER, SYSTEM = _("Somebody whom you allowed"), _("Our system")


@dataclass(frozen=True)
class Reading:
    """One time that somebody else opened a record of mine."""

    at: dt.datetime
    who: str | Promise
    why: str | Promise
    store: Store | None


def of(person: Person) -> list[Reading]:
    """The latest readings by others, the newest first; five queries at any length."""
    mine = Prescription.objects.filter(person=person).values_list("external_id", flat=True)
    entries = (
        AuditEntry.objects.filter(subject__in=[f"prescription:{key}" for key in mine])
        .filter(action="read")
        .exclude(actor=f"person:{person.external_id}")
        .order_by("-at", "-pk")[:LIMIT]
    )
    found = list(entries)
    stores = {store.code: store for store in Store.objects.filter(code__in=_codes(found))}
    roles = _roles([entry.actor for entry in found])
    return [
        Reading(
            entry.at,
            _who(entry, roles),
            PURPOSES.get(entry.reason, OTHER_PURPOSE),
            stores.get(entry.store),
        )
        for entry in found
    ]


def _codes(entries: list[AuditEntry]) -> set[str]:
    return {entry.store for entry in entries if entry.store}


def _roles(actors: list[str]) -> dict[str, str]:
    """The first role, by the order of ROLES, of each member of staff among the actors."""
    keys = {actor.removeprefix("staff:") for actor in actors if actor.startswith("staff:")}
    staff = Staff.objects.filter(external_id__in=keys).prefetch_related("roles")
    held = {row.actor: {role.role for role in row.roles.all()} for row in staff}
    return {
        actor: next((role for role in ROLES if role in roles), "") for actor, roles in held.items()
    }


def _who(entry: AuditEntry, roles: dict[str, str]) -> str | Promise:
    if entry.actor.startswith("person:"):
        return CARER
    if not entry.actor.startswith("staff:"):
        return SYSTEM
    return ROLES.get(roles.get(entry.actor, ""), _("A member of our staff"))
