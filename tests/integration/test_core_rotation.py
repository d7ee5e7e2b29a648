"""Key rotation: everything sealed is sealed anew, and documents keep their bytes."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from pharmacy.core import crypto, rotation
from pharmacy.people.models import Person
from prescriptions.models import SourceDocument
from tests import story

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "9:" + base64.b64encode(b"n" * 32).decode()


def test_after_a_rotation_the_old_key_is_not_needed_any_more(settings: Any) -> None:
    # given sealed rows under key 1
    w = story.world()
    raw = story.document("simple", patient=0)
    story.verified(raw=raw)
    old = settings.FIELD_KEYS
    # when a new key writes and everything is rotated, twice
    settings.FIELD_KEYS = f"{NEW},{old}"
    counts = rotation.rotate(batch=2)
    assert counts["people_person.name"] == Person.objects.count()
    assert counts["prescriptions_sourcedocument.raw"] == 1
    assert set(rotation.rotate().values()) == {0}
    # then the new key alone reads everything
    settings.FIELD_KEYS = NEW
    assert Person.objects.get(pk=w.person.pk).name == "患者一"
    assert bytes(SourceDocument.objects.get().raw) == raw


def test_outside_a_rotation_a_document_cannot_be_rewritten() -> None:
    story.world()
    source = story.received("simple", patient=0)
    with connection.cursor() as cursor:
        for change in ("raw = 'x'", "sha256 = 'x'", "format = 'x'"):
            with pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute(f"UPDATE prescriptions_sourcedocument SET {change}")
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("DELETE FROM prescriptions_sourcedocument")
    assert SourceDocument.objects.get(pk=source.pk).sha256 == source.sha256


def test_every_sealed_column_is_known_to_the_rotation() -> None:
    names = {f"{m._meta.db_table}.{f.column}" for m, f in rotation.fields()}
    assert {"people_person.name", "prescriptions_prescription.patient_name",
            "prescriptions_handovercode.code"} <= names  # fmt: skip
    assert crypto.current_version() == 1
