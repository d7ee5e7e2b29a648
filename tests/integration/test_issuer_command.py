"""A hospital is registered, trusted, suspended and distrusted from the command line."""

from __future__ import annotations

import hashlib
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from pharmacy.core import outbox
from pharmacy.core.models import AuditEntry
from prescriptions import intake
from prescriptions.models import Issuer
from tests import story

pytestmark = pytest.mark.django_db(transaction=True)


def say(*arguments: str) -> str:
    out = StringIO()
    call_command("issuer", *arguments, stdout=out)
    return out.getvalue().strip()


def push() -> str:
    raw = story.document("simple", patient=0)
    issuer = Issuer.objects.get(code="H1")
    found = intake.receive(raw, channel="api", issuer=issuer, signature=story.signer().sign(raw))
    outbox.drain()
    found.source.refresh_from_db()
    return found.source.stage + found.source.refusal


def test_from_registration_to_the_end_of_trust(tmp_path: Path) -> None:
    file = tmp_path / "certificate.pem"
    file.write_bytes(story.signer().pem)
    credential = say("add", "H1", "--name", "Hospital One", "--jurisdiction", "CN").split()[-1]
    assert Issuer.objects.get().credential_hash == hashlib.sha256(credential.encode()).hexdigest()
    fingerprint = say("certificate", "H1", str(file))
    assert push() == "accepted"
    say("suspend", "H1")
    assert json.loads(say("list"))["status"] == "suspended"
    say("activate", "H1")
    say("revoke", fingerprint, "--reason", "key-compromise")
    assert push().startswith("refused")
    assert json.loads(say("list"))["certificates"][0]["revoked"] is True
    done = set(
        AuditEntry.objects.filter(action__startswith="issuer.").values_list("action", flat=True)
    )
    assert done == {
        "issuer.registered", "issuer.certificate-added", "issuer.suspended", "issuer.active",
        "issuer.certificate-revoked",
    }  # fmt: skip


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        say("suspend", "NOBODY")
    with pytest.raises(CommandError):
        say("revoke", "00", "--reason", "x")
    say("add", "H1", "--name", "Hospital One", "--jurisdiction", "CN")
    file = tmp_path / "x.pem"
    file.write_text("no certificate")
    with pytest.raises(CommandError):
        say("certificate", "H1", str(file))


def test_the_credential_for_our_reports_comes_from_a_file(tmp_path: Path) -> None:
    """Given a secret, then it stands in no list of processes and is read without its line end."""
    file = tmp_path / "credential"
    file.write_text("of the hospital\n")
    known = ["add", "H1", "--name", "Hospital One", "--jurisdiction", "CN"]
    say(*known, "--report-credential-file", str(file))
    assert Issuer.objects.get().report_credential == "of the hospital"
    with pytest.raises(CommandError):
        say(*known, "--report-credential-file", str(tmp_path / "missing"))
