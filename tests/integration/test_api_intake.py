"""The hospital's door: receipts, repeats, refusals; nothing half-written."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pharmacy.core import outbox
from pharmacy.core.models import OutboxMessage
from pharmacy.people.models import Person
from prescriptions.models import CheckResult, Issuer, Prescription, SourceDocument
from tests import story

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "application/fhir+json"


def push(
    client: Client, raw: bytes, signature: str, credential: str = story.CREDENTIAL, kind: str = KIND
) -> Any:
    return client.post(
        "/api/prescriptions",
        data=raw,
        content_type=kind,
        headers={"Authorization": f"Bearer {credential}", "X-JWS-Signature": signature},
    )


def signed(raw: bytes) -> str:
    return story.signer().sign(raw)


def test_a_push_gets_a_receipt_and_a_repeat_the_same_one(client: Client) -> None:
    story.world()
    raw = story.document()
    signature = signed(raw)
    first, again = push(client, raw, signature), push(client, raw, signature)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["receipt"] == again.json()["receipt"]
    assert SourceDocument.objects.count() == 1
    outbox.drain()
    followed = client.get(
        f"/api/prescriptions/{first.json()['receipt']}",
        headers={"Authorization": f"Bearer {story.CREDENTIAL}"},
    )
    assert followed.json()["stage"] == "accepted"


def test_the_stored_bytes_are_the_sent_bytes_and_rest_encrypted(client: Client) -> None:
    from django.db import connection

    story.world()
    raw = story.document()
    push(client, raw, signed(raw))
    assert bytes(SourceDocument.objects.get().raw) == raw
    with connection.cursor() as cursor:
        cursor.execute("SELECT raw FROM prescriptions_sourcedocument")
        assert b"resourceType" not in bytes(cursor.fetchone()[0])


def test_an_unknown_credential_is_turned_away(client: Client) -> None:
    story.world()
    raw = story.document()
    for credential in ("", "guess"):
        answer = push(client, raw, signed(raw), credential)
        assert answer.status_code == 401
    assert not SourceDocument.objects.exists()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "rx.empty"),
        (b"x" * 2_000_000, "rx.too-large"),
        (b"x" * 1_048_577, "rx.too-large"),
        (b"hello", "rx.unknown-format"),
    ],
    ids=["empty", "two megabytes", "one byte too many", "no format"],
)
def test_what_is_no_document_is_refused_at_the_door(client: Client, raw: bytes, code: str) -> None:
    story.world()
    events = OutboxMessage.objects.count()
    answer = push(client, raw, "a..b", kind="application/octet-stream")
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert not SourceDocument.objects.exists()
    assert OutboxMessage.objects.count() == events


def _truncated() -> bytes:
    return story.document()[:-40]


def _duplicate_key() -> bytes:
    return story.document().replace(b'"type": "collection"', b'"type": "x", "type": "collection"')


def _deep() -> bytes:
    return b'{"resourceType": "Bundle", "x": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"


@pytest.mark.parametrize("make", [_truncated, _duplicate_key, _deep])
def test_a_document_that_cannot_be_read_is_refused_with_a_reason(make: Any) -> None:
    story.world()
    raw = make()
    people = Person.objects.count()
    source = story.received(raw=raw)
    outbox.drain()
    source.refresh_from_db()
    assert source.stage == "refused"
    assert source.refusal.split(".")[0] in {"json", "rx"}
    failed = CheckResult.objects.filter(source=source, outcome="failed")
    assert [row.code for row in failed] == [source.refusal]
    assert not Prescription.objects.exists()
    assert Person.objects.count() == people


def test_another_hospitals_key_is_refused() -> None:
    from prescriptions import intake

    w = story.world()
    raw = story.document()
    receipt = intake.receive(
        raw, channel="api", issuer=w.issuer, signature=story.signer("stranger").sign(raw)
    )
    outbox.drain()
    receipt.source.refresh_from_db()
    assert receipt.source.stage == "refused"
    assert not Prescription.objects.exists()


def test_the_same_content_under_another_number_collides() -> None:
    import json

    story.world()
    raw = story.document("simple", patient=0)
    story.verified(raw=raw)
    twin = json.loads(raw)
    for entry in twin["entry"]:
        if "groupIdentifier" in entry["resource"]:
            entry["resource"]["groupIdentifier"]["value"] = "RX-OTHER"
    source = story.received(raw=json.dumps(twin, ensure_ascii=False).encode())
    outbox.drain()
    source.refresh_from_db()
    assert (source.stage, source.refusal) == ("refused", "rx.already-used")
    assert Prescription.objects.count() == 1


def test_a_suspended_hospital_may_not_push(client: Client) -> None:
    w = story.world()
    Issuer.objects.filter(pk=w.issuer.pk).update(status="suspended")
    raw = story.document()
    assert push(client, raw, signed(raw)).status_code == 401
