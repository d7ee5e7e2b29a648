"""Who comes in, and what they must show: a password, and for staff a second factor.

Decides: where a sign-in stands, which stores a member of staff may work at, when a code is right.
Guessing is slowed twice: django-axes locks name and address, the device itself waits after a
wrong code. Every sign-in of staff leaves an audit entry; codes and passwords never do.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from pharmacy.core import audit
from pharmacy.core.errors import Denied, Invalid, Refused
from pharmacy.people.models import Person, Staff, Store

ISSUER = "Rxflow"
LONGEST_NAME = 150  # of a login; the record of failed attempts holds no more than 255


class CredentialsWrong(Invalid):
    """The name or the password is not right; which one is not said."""

    code = "sign-in.credentials-wrong"
    sentence = _("This name and password do not fit together. Check both and try again.")


class TooManyAttempts(Refused):
    """Guessing is stopped for a while."""

    code = "sign-in.too-many-attempts"
    sentence = _("Too many attempts. Please wait 15 minutes, then try again.")
    http_status = 429


class CodeWrong(Invalid):
    """The code of the second factor is wrong, old or already used."""

    code = "sign-in.code-wrong"
    sentence = _("This code is not right, or it is already used. Wait for the next one.")


class NotStaff(Denied):
    """The page belongs to staff."""

    code = "sign-in.not-staff"
    sentence = _("This page is for the staff of the pharmacy.")


class NotCustomer(Denied):
    """The page belongs to customers."""

    code = "sign-in.not-customer"
    sentence = _("This page is for customers. Your sign-in belongs to the staff.")


class RoleMissing(Denied):
    """The member of staff does not hold the role that the page asks for."""

    code = "sign-in.role-missing"
    sentence = _("Your role does not open this page. Ask your manager if you need it.")


class StoreNotYours(Denied):
    """The member of staff does not work at that store."""

    code = "sign-in.store-not-yours"
    sentence = _("You do not work at this store.")


@dataclass(frozen=True)
class Enrollment:
    """What an authenticator app needs: the address for its camera and the key to type."""

    uri: str
    key: str


def check_password(*, request: HttpRequest, username: str, password: str) -> Any:
    """The user that the name and the password belong to.

    Raises:
        TooManyAttempts: name and address are locked out.
        CredentialsWrong: no such pair, or the account is closed.
    """
    if len(username) > LONGEST_NAME:
        raise CredentialsWrong
    user = authenticate(request, username=username, password=password)
    if getattr(request, "axes_locked_out", False):
        raise TooManyAttempts
    if user is None or (staff_of(user) is None and hasattr(user, "staff")):
        raise CredentialsWrong
    return user


def staff_of(user: Any) -> Staff | None:
    """The active member of staff behind a login, roles and stores loaded."""
    if not user.is_authenticated:
        return None
    rows = Staff.objects.filter(user=user, is_active=True)
    return rows.prefetch_related("roles__store").first()


def person_of(user: Any) -> Person | None:
    """The person behind a login."""
    return Person.objects.filter(user=user).first() if user.is_authenticated else None


def has_device(user: Any) -> bool:
    """Whether a confirmed second factor stands."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def start_enrollment(*, user: Any) -> Enrollment:
    """A device waits to be confirmed; asking again shows the same key.

    Raises:
        Refused: a confirmed device stands already.
    """
    if has_device(user):
        raise Refused(user=user.pk)
    device, _made = TOTPDevice.objects.get_or_create(
        user=user, confirmed=False, defaults={"name": "authenticator"}
    )
    uri = device.config_url.replace("otpauth://totp/", f"otpauth://totp/{ISSUER}%3A", 1)
    return Enrollment(
        uri=f"{uri}&issuer={ISSUER}", key=base64.b32encode(device.bin_key).decode().rstrip("=")
    )


def confirm_code(*, user: Any, code: str) -> TOTPDevice:
    """The device whose present code this is; a waiting device becomes the second factor.

    Locks: the user's devices, so that one code works once.

    Raises:
        CodeWrong: wrong, already used, or asked again too soon after a wrong one.
    """
    staff, was_enrolled = staff_of(user), has_device(user)
    device = _match(user, "".join(code.split()))
    if device is None:
        raise CodeWrong
    if staff:
        if not was_enrolled:
            audit.record(by=staff.actor, action="second-factor.enrolled", subject=staff.actor)
        audit.record(by=staff.actor, action="sign-in", subject=staff.actor)
    return device


@transaction.atomic
def _match(user: Any, code: str) -> TOTPDevice | None:
    """The failure count of a wrong code must be kept, so this transaction never rolls back."""
    is_enrolled = has_device(user)
    devices = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=is_enrolled)
    for device in devices.order_by("pk"):
        if device.verify_token(code):
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            return device
    return None


def stores_of(*, staff: Staff, roles: tuple[str, ...]) -> list[Store]:
    """Stores where one of the roles is held, by code; a chain-wide role opens every store.

    Raises:
        RoleMissing: none of the roles is held anywhere.
    """
    held = [row for row in staff.roles.all() if not roles or row.role in roles]
    if not held:
        raise RoleMissing(roles=",".join(roles))
    if any(row.store_id is None for row in held):
        return list(Store.objects.filter(is_open=True).order_by("code"))
    return sorted({row.store for row in held if row.store}, key=lambda store: store.code)
