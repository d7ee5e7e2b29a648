"""Seed of the demo: the formulary, stores with stock, staff with a second factor, patients.

Every run is idempotent. Passwords and second factors are made for this installation and kept
in `var/demo/logins.json`, readable by its owner.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from inventory import places, receiving
from inventory.receiving import ReceivedLine
from loyalty import membership
from pharmacy.core import clock
from pharmacy.demo.cast import PATIENTS, PLACES, STAFF, Patient, Place, Worker
from pharmacy.formulary import seeding
from pharmacy.formulary.models import Medicine
from pharmacy.people import identity
from pharmacy.people.models import Allergy, Staff, StaffRole, Store

BY = "system:demo"
PACKS_PER_LOT = 40
LOTS = (("A", 150), ("B", 420), ("C", 700))  # suffix and days until expiry


def folder() -> Path:
    """Where the demo keeps its files."""
    path = Path(settings.VAR) / "demo"
    path.mkdir(parents=True, exist_ok=True)
    return path


def logins() -> dict[str, dict[str, str]]:
    """Logins of this installation: password, and for staff the key of the second factor."""
    file = folder() / "logins.json"
    return json.loads(file.read_text()) if file.exists() else {}


def plant() -> dict[str, int]:
    """Make everything that is missing; return counts by kind."""
    seeding.load()
    stores = [_store(place) for place in PLACES]
    known = logins()
    for worker in STAFF:
        known.setdefault(worker.login, _new_login(is_staff=True))
        _staff(worker, known[worker.login])
    for patient in PATIENTS:
        known.setdefault(patient.login, _new_login(is_staff=False))
        _person(patient, known[patient.login])
    file = folder() / "logins.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(known, indent=2))
    for store in stores:
        _stock(store)
    return {
        "medicines": Medicine.objects.count(),
        "stores": len(stores),
        "staff": len(STAFF),
        "patients": len(PATIENTS),
    }


def _new_login(*, is_staff: bool) -> dict[str, str]:
    made = {"password": secrets.token_urlsafe(9)}
    return {**made, "totp": secrets.token_hex(20)} if is_staff else made


def _store(place: Place) -> Store:
    store, _ = Store.objects.get_or_create(
        code=place.code,
        defaults={
            "kind": place.kind,
            "name_en": place.name_en,
            "name_zh": place.name_zh,
            "address_en": place.address_en,
            "address_zh": place.address_zh,
            "phone": "000-0000",
            "hours": "08:00-21:00",
            "licence_number": f"DEMO-LICENCE-{place.code}",
            "licence_until": clock.today() + dt.timedelta(days=900),
            "latitude": place.latitude,
            "longitude": place.longitude,
        },
    )
    places.open_stock(store=store)
    return store


def _user(login: str, password: str) -> Any:
    user, _ = get_user_model().objects.get_or_create(username=login)
    if not user.check_password(password):
        user.set_password(password)
        user.save()
    return user


@transaction.atomic
def _staff(worker: Worker, login: dict[str, str]) -> None:
    user = _user(worker.login, login["password"])
    staff, _ = Staff.objects.get_or_create(
        user=user,
        defaults={
            "name": worker.name,
            "licence_number": worker.licence,
            "licence_until": clock.today() + dt.timedelta(days=700) if worker.licence else None,
        },
    )
    for role, store_code in worker.roles:
        store = Store.objects.get(code=store_code) if store_code else None
        StaffRole.objects.get_or_create(staff=staff, role=role, store=store)
    TOTPDevice.objects.get_or_create(
        user=user, name="demo", defaults={"key": login["totp"], "confirmed": True}
    )


@transaction.atomic
def _person(patient: Patient, login: dict[str, str]) -> None:
    user = _user(patient.login, login["password"])
    said = identity.Identity(
        system=identity.ID_CARD_CN,
        number=patient.identifier,
        name=patient.name,
        birth_date=patient.birth_date,
        gender=patient.gender,
    )
    person = identity.find_or_create(identity=said)
    person.user = user
    person.locale, person.is_elder_mode = patient.locale, patient.is_elder
    person.save(update_fields=["user", "locale", "is_elder_mode"])
    for code in patient.allergies:
        Allergy.objects.get_or_create(
            person=person, code=code, defaults={"recorded_at": clock.now()}
        )
    membership.enrol(person=person, by=BY)


def _stock(store: Store) -> None:
    """Receive three lots of every medicine; each delivery has its key, so it comes once."""
    today = clock.today(store.time_zone)
    medicines = list(Medicine.objects.order_by("pk"))
    for suffix, days in LOTS:
        factor = 5 if store.kind == "warehouse" else 1
        receiving.receive(
            store=store,
            lines=[
                ReceivedLine(
                    medicine=medicine,
                    lot_number=f"L{medicine.pk:04d}{suffix}",
                    expiry_date=_expiry(medicine, suffix, today + dt.timedelta(days=days)),
                    quantity=medicine.pack_size * PACKS_PER_LOT * factor,
                )
                for medicine in medicines
            ],
            by=BY,
            key=f"demo:{store.code}:{suffix}",
        )


def _expiry(medicine: Medicine, suffix: str, wanted: dt.date) -> dt.date:
    """The expiry of a lot that the chain already knows, else the wanted one."""
    from inventory.models import Lot

    known = Lot.objects.filter(medicine=medicine, number=f"L{medicine.pk:04d}{suffix}").first()
    return known.expiry_date if known else wanted
