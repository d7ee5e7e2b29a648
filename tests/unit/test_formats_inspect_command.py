"""`manage.py prescription inspect`: stable JSON, exit codes, and no database."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests import prescription_factory as make
from tests.prescription_factory import NOW, Doctor, Hospital

AT = NOW.isoformat()


def inspect(*arguments: Any) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("prescription", "inspect", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a trust folder, a good bundle with its signature, and a good `.p7`."""
    hospital, doctor = Hospital(), Doctor()
    raw = make.as_bytes(make.bundle())
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "hospital.pem").write_bytes(make.pem(hospital.certificate))
    (tmp_path / "trust" / "doctor.pem").write_bytes(make.pem(doctor.certificate))
    (tmp_path / "a.json").write_bytes(raw)
    (tmp_path / "a.json.jws").write_text(hospital.sign(raw) + "\n")
    (tmp_path / "b.p7").write_bytes(doctor.sign(make.kbv()))
    return tmp_path


def test_both_formats_are_accepted_with_their_signers_pinned(files: Path) -> None:
    code, out, err = inspect(
        files / "a.json", files / "b.p7", "--trust", files / "trust", "--at", AT, "--json"
    )

    first, second = map(json.loads, out.splitlines())
    assert (code, err) == (0, "")
    assert list(first) == ["file", "format", "verdict", "checks", "prescription"]
    assert (first["file"], first["format"]) == (str(files / "a.json"), "fhir-r4")
    assert (second["format"], second["verdict"]) == ("kbv-cades", "accepted")
    assert first["checks"][0] == {"check": "size", "outcome": "passed", "code": "", "message": ""}
    assert first["prescription"]["identifier"] == "RX-2026-0001"
    assert first["prescription"]["items"][0]["quantity"] == 30


def test_without_trust_the_signer_is_unknown(files: Path) -> None:
    code, out, _ = inspect(files / "b.p7", "--at", AT, "--json")

    found = json.loads(out)
    assert (code, found["verdict"], found["prescription"]) == (1, "refused", None)
    assert found["checks"][-1]["code"] == "issuer.unknown"


def test_one_refused_file_of_many_is_exit_code_one(files: Path) -> None:
    (files / "empty").write_bytes(b"")
    (files / "big").write_bytes(b"{" * 2_000_000)

    code, out, _ = inspect(
        files / "a.json", files / "empty", files / "big", "--trust", files / "trust",
        "--at", AT, "--json",
    )  # fmt: skip

    found = [json.loads(each) for each in out.splitlines()]
    assert code == 1
    assert [each["verdict"] for each in found] == ["accepted", "refused", "refused"]
    assert [each["checks"][-1]["code"] for each in found[1:]] == ["rx.empty", "rx.too-large"]
    assert found[1]["format"] is None


def test_an_expired_prescription_is_shown_and_refused(files: Path) -> None:
    code, out, _ = inspect(
        files / "a.json", "--trust", files / "trust", "--at", "2026-04-01", "--json"
    )

    found = json.loads(out)
    assert (code, found["checks"][-1]["code"]) == (1, "rx.expired")
    assert found["prescription"]["valid_until"] == "2026-03-04"


def test_a_table_for_people(files: Path) -> None:
    code, out, _ = inspect(files / "a.json", "--trust", files / "trust", "--at", AT)

    assert code == 0
    assert "a.json: accepted (fhir-r4)" in out
    assert "1. Medicine 1 5 mg tablets: 30 tablet" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing.json"],
        ["."],
        ["a.json", "--at", "noon"],
        ["a.json", "--at", "0001-01-01"],
        ["a.json", "--format", "hl7"],
        ["a.json", "--trust", "nowhere"],
        ["a.json", "--trust", "a.json"],
    ],
)
def test_wrong_usage_is_exit_code_two_and_prints_no_json(
    files: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(files)

    code, out, err = inspect(*arguments, "--json")

    assert (code, out) == (2, "")
    assert err


@pytest.mark.parametrize("arguments", [["--colour"], []])
def test_a_wrong_option_or_no_file_at_all(arguments: list[str]) -> None:
    with pytest.raises(CommandError):  # exit code 2 from the command line
        inspect(*arguments)


def test_a_broken_trust_folder_is_wrong_usage(files: Path) -> None:
    (files / "trust" / "broken.pem").write_text("not a certificate")

    code, out, err = inspect(files / "a.json", "--trust", files / "trust", "--json")

    assert (code, out) == (2, "")
    assert "certificate.unreadable" in err
