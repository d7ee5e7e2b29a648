"""Helpers that bring a member of staff or a customer through the entrance, without the screens."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from pharmacy.core import clock
from pharmacy.people.models import Person, Staff, StaffRole, Store

BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "a long enough password"


def a_user(name: str = "") -> User:
    """A login with the known password."""
    return User.objects.create_user(name or f"user-{uuid.uuid4().hex[:8]}", password=PASSWORD)


def a_store(code: str = "S1", **facts: Any) -> Store:
    """An open store."""
    return Store.objects.create(
        code=code, kind="store", name_en=f"Store {code}", name_zh=f"门店{code}", **facts
    )


def a_member_of_staff(
    *roles: str, stores: list[Store | None] | None = None, user: User | None = None
) -> Staff:
    """Staff who hold the roles at each store; chain-wide without stores."""
    staff = Staff.objects.create(user=user or a_user(), name="Pharmacist A")
    for store in stores or [None]:
        for role in roles:
            StaffRole.objects.create(staff=staff, store=store, role=role)
    return staff


def a_customer(user: User | None = None, **facts: Any) -> Person:
    """A person with a login."""
    return Person.objects.create(
        user=user or a_user(), name="Patient One", created_at=clock.now(), **facts
    )


def enter_as_staff(client: Client, staff: Staff) -> TOTPDevice:
    """Sign in with the second factor shown."""
    device, _ = TOTPDevice.objects.get_or_create(user=staff.user, confirmed=True)
    client.force_login(staff.user, backend=BACKEND)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return device


def enter_as_customer(client: Client, person: Person) -> None:
    """Sign in with the password step done."""
    client.force_login(person.user, backend=BACKEND)
