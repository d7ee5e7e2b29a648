"""The 48 published KBV prescriptions: all read, all verify, none survives a flipped byte.

The samples were signed days after their date of issue, so that our rule "signed on the day of
issue" refuses them once the cryptography has passed; that is asserted, not hidden.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest

from prescriptions.checks import Examination, examine
from prescriptions.formats import FORMATS
from prescriptions.formats.cms import CmsEnvelope
from prescriptions.trust import certificates
from prescriptions.trust.store import Trusted, TrustList

CRYPTOGRAPHY = [
    "size", "format", "parse", "signer", "algorithm", "certificate", "signature", "trust",
    "validity", "revocation",
]  # fmt: skip
NAMED = ("identifier", "prescriber_name", "prescriber_licence", "issued_at", "valid_until")


@pytest.fixture(scope="module")
def documents(corpus: Path) -> dict[str, bytes]:
    """Name to bytes of every signed prescription."""
    folder = corpus / "gematik-qes-signed"
    return {str(f.relative_to(corpus)): f.read_bytes() for f in sorted(folder.rglob("*.p7"))}


def opened(raw: bytes) -> CmsEnvelope:
    return FORMATS.get("kbv-cades").open(raw, "")


def pins(documents: dict[str, bytes]) -> TrustList:
    """The signers' own certificates, pinned."""
    found = {opened(raw).certificates[0] for raw in documents.values()}
    return TrustList([Trusted(certificate=certificates.load(d), issuer="card") for d in found])


def look(raw: bytes, trust: TrustList, at: dt.datetime) -> Examination:
    return examine(raw=raw, trust=trust, at=at)


def passed(found: Examination) -> list[str]:
    return [each.check for each in found.results if each.outcome == "passed"]


def test_every_document_verifies_at_its_signing_time(documents: dict[str, bytes]) -> None:
    trust = pins(documents)

    results = {n: look(r, trust, opened(r).signed_at) for n, r in documents.items()}

    assert len(results) == 48
    assert all(passed(found)[:10] == CRYPTOGRAPHY for found in results.values())
    assert Counter(found.refusal for found in results.values()) == {
        "signing-time.not-issue-date": 45,
        "rx.patient-missing": 3,  # one practice supply by three products
    }


def test_signing_times_agree_with_the_published_list(
    corpus: Path, documents: dict[str, bytes]
) -> None:
    with (corpus / "signature-verdicts.csv").open(encoding="utf-8") as file:
        listed = {
            row["file"]: row["signing_time"]
            for row in csv.DictReader(file)
            if row["file"] in documents and row["crypto"] == "valid"
        }

    assert {name: str(opened(raw).signed_at) for name, raw in documents.items()} == listed


def test_every_payload_becomes_canonical(documents: dict[str, bytes]) -> None:
    trust = pins(documents)
    readings = [look(raw, trust, opened(raw).signed_at).prescription for raw in documents.values()]

    for rx in readings:
        assert rx is not None
        assert all(getattr(rx, name) for name in NAMED)
        assert [(i.line, i.unit) for i in rx.items] == [(1, "{Package}")]
        assert rx.items[0].display
        json.dumps(rx.to_json())
    with_patient = [rx for rx in readings if rx.patient_name]
    assert len(with_patient) == 45
    assert all(len(rx.patient_identifier) == 10 for rx in with_patient)
    one = next(rx for rx in readings if rx.identifier == "160.100.000.000.017.88")
    assert (one.valid_from, one.valid_until) == (dt.date(2021, 12, 1), dt.date(2022, 3, 31))
    assert one.items[0].code == "02532741"
    # three products signed each document: the content is the same, once
    assert len({rx.content_hash for rx in readings}) == 14


def positions(raw: bytes) -> dict[str, int]:
    """One byte in the content, the signed attributes, the signature and the certificate each."""
    envelope = opened(raw)
    parts = {
        "content": envelope.payload[len(envelope.payload) // 2 :][:40],
        "attributes": envelope.attributes["message_digest"].native,
        "signature": envelope.info["signature"].native,
        "certificate": envelope.certificates[0],
    }
    found = {}
    for name, part in parts.items():
        at = raw.rfind(part) if name == "signature" else raw.find(part)
        found[name] = at + min(len(part) // 2, 20) if at >= 0 else -1
    return found


@pytest.mark.parametrize("part", ["content", "attributes", "signature", "certificate"])
def test_one_flipped_byte_is_refused(documents: dict[str, bytes], part: str) -> None:
    trust = pins(documents)
    flipped = 0
    for raw in documents.values():
        at = positions(raw)[part]
        if at < 0:  # written in chunks in this encoding
            continue
        bad = bytearray(raw)
        bad[at] ^= 0x01
        found = look(bytes(bad), trust, opened(raw).signed_at)
        assert found.verdict == "refused"
        assert found.prescription is None, "refused before anything inside was read"
        assert set(passed(found)) < set(CRYPTOGRAPHY)
        flipped += 1
    assert flipped == 48


def test_nobody_pinned_is_nobody_trusted(documents: dict[str, bytes]) -> None:
    found = [look(raw, TrustList(), opened(raw).signed_at) for raw in documents.values()]

    assert {(each.verdict, each.refusal) for each in found} == {("refused", "issuer.unknown")}


def test_a_truncated_document_is_refused(documents: dict[str, bytes]) -> None:
    trust, at = pins(documents), dt.datetime(2021, 4, 21, tzinfo=dt.UTC)
    for raw in list(documents.values())[::6]:
        for size in (1, 2, 20, len(raw) // 2, len(raw) - 1):
            found = look(raw[:size], trust, at)
            assert (found.verdict, found.refusal) == ("refused", "cms.malformed")
