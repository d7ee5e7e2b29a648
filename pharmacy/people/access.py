"""Who may do what where: roles of staff at stores, and what a person may see of another."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pharmacy.core import clock
from pharmacy.core.errors import Denied
from pharmacy.people.models import Grant, Person, Staff, Store


class RoleMissing(Denied):
    """The role is not held at this store."""

    code = "access.role-missing"
    sentence = _("Your account has no permission for this at this store.")


class NotLicensed(Denied):
    """No pharmacist's licence, or it has run out."""

    code = "access.not-licensed"
    sentence = _("Only a pharmacist with a valid licence may do this.")


class NotYours(Denied):
    """The record belongs to somebody else."""

    code = "access.not-yours"
    sentence = _("You may not open this record.")


class OwnRecord(Denied):
    """The member of staff is the patient."""

    code = "access.own-record"
    sentence = _("You are the patient here. A colleague has to do this.")


def require_role(staff: Staff, role: str, store: Store | None = None) -> None:
    """Refuse unless the person is active and holds the role at the store.

    Raises:
        RoleMissing: the role is not held there.
    """
    if not staff.is_active or not staff.has_role(role, store):
        raise RoleMissing(role=role, store=store.code if store else "")


def require_licence(staff: Staff, store: Store) -> None:
    """Refuse unless the person is a pharmacist of the store with a licence valid today.

    Raises:
        NotLicensed: no licence number, or it has expired.
        RoleMissing: not a pharmacist of this store.
    """
    require_role(staff, "pharmacist", store)
    today = clock.today(store.time_zone)
    if not staff.licence_number or staff.licence_until is None or staff.licence_until < today:
        raise NotLicensed(staff=str(staff.external_id))


def require_uninvolved(staff: Staff, patient: Person | None) -> None:
    """Refuse whoever would review, check or hand over their own medicine.

    Raises:
        OwnRecord: the login of the member of staff is the patient's.
    """
    if patient is not None and patient.user_id == staff.user_id:
        raise OwnRecord


def require_own(*, viewer: Person, owner: Person | None, scope: str = "view") -> None:
    """Refuse unless the record is the viewer's own or was granted to them.

    Raises:
        NotYours: neither.
    """
    if owner is None:
        raise NotYours
    if viewer.pk == owner.pk:
        return
    now = clock.now()
    grants = Grant.objects.filter(person=owner, grantee=viewer, revoked_at=None)
    if not any(scope in g.scopes and (g.expires_at is None or g.expires_at > now) for g in grants):
        raise NotYours
