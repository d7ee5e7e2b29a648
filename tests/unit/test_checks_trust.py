"""Trust, revocation and dates: pinned by our register, or chained with a fresh answer."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from prescriptions.checks import Examination, examine
from prescriptions.trust.certificates import CertificateUnreadable
from prescriptions.trust.store import RevocationAnswer, TrustList, from_directory
from tests import prescription_factory as make
from tests.prescription_factory import NOW, SHA256, YEAR, Doctor, Hospital

HOUR = dt.timedelta(hours=1)
RAW = make.as_bytes(make.bundle())
GOOD = RevocationAnswer(is_revoked=False, this_update=NOW - HOUR, next_update=NOW + HOUR)
REVOKED = RevocationAnswer(is_revoked=True, this_update=NOW - HOUR, next_update=NOW + HOUR)

ROOT_KEY, MIDDLE_KEY = make.key("root"), make.key("middle")
ROOT = make.certificate("Root CA", private=ROOT_KEY, is_ca=True)
MIDDLE = make.certificate(
    "Issuing CA", private=MIDDLE_KEY, issuer=(ROOT, ROOT_KEY), is_ca=True, path_length=0
)


def leaf(name: str = "Hospital L", **facts: Any) -> Hospital:
    """A hospital whose certificate the issuing CA signed."""
    hospital = Hospital(name)
    issuer = facts.pop("issuer", (MIDDLE, MIDDLE_KEY))
    hospital.certificate = make.certificate(name, private=hospital.key, issuer=issuer, **facts)
    return hospital


LEAF = leaf()


def chained(
    trust: TrustList, hospital: Hospital = LEAF, *beside: x509.Certificate, at: dt.datetime = NOW
) -> Examination:
    """Examine a document that brings its certificate and others along."""
    sent = [hospital.certificate, *(beside or (MIDDLE,))]
    chain = [base64.b64encode(make.der(each)).decode() for each in sent]
    return examine(raw=RAW, signature=hospital.sign(RAW, x5c=chain), trust=trust, at=at)


def outcome(found: Examination) -> tuple[str, str]:
    return found.verdict, found.refusal


def test_a_chain_with_fresh_answers_is_accepted() -> None:
    trust = make.anchoring(ROOT, answers={LEAF.certificate: GOOD, MIDDLE: GOOD})

    found = chained(trust)

    assert outcome(found) == ("accepted", "")
    assert found.issuer == "anchor"


def test_a_chain_without_an_answer_is_inconclusive_and_still_fully_examined() -> None:
    found = chained(make.anchoring(ROOT))

    assert outcome(found) == ("inconclusive", "revocation.unknown")
    assert [c.check for c in found.results if c.outcome != "passed"] == ["revocation"]
    assert found.results[-1].check == "window"


def test_every_certificate_of_the_chain_needs_its_answer() -> None:
    found = chained(make.anchoring(ROOT, answers={LEAF.certificate: GOOD}))

    assert outcome(found) == ("inconclusive", "revocation.unknown")


@pytest.mark.parametrize(
    "answer",
    [
        RevocationAnswer(is_revoked=False, this_update=NOW - 3 * HOUR, next_update=NOW - HOUR),
        RevocationAnswer(is_revoked=False, this_update=NOW - 25 * HOUR),
        RevocationAnswer(is_revoked=False, this_update=NOW + HOUR, next_update=NOW + 2 * HOUR),
    ],
    ids=["past its end", "older than a day", "from the future"],
)
def test_a_stale_answer_is_none(answer: RevocationAnswer) -> None:
    found = chained(make.anchoring(ROOT, answers={LEAF.certificate: answer, MIDDLE: GOOD}))

    assert outcome(found) == ("inconclusive", "revocation.stale")


@pytest.mark.parametrize("which", ["signer", "issuing CA"])
def test_a_revoked_certificate_of_the_chain_refuses(which: str) -> None:
    answers = {LEAF.certificate: GOOD, MIDDLE: GOOD}
    answers[LEAF.certificate if which == "signer" else MIDDLE] = REVOKED

    assert outcome(chained(make.anchoring(ROOT, answers=answers))) == (
        "refused",
        "certificate.revoked",
    )


def test_a_failure_goes_before_a_doubt() -> None:
    found = chained(make.anchoring(ROOT), at=NOW + 5 * 24 * HOUR)

    assert outcome(found) == ("refused", "rx.expired")


def test_chains_that_do_not_hold() -> None:
    stranger_key = make.key("stranger")
    stranger = make.certificate("Root CA", private=stranger_key, is_ca=True)  # same name
    by_leaf = leaf("Hospital M", issuer=(LEAF.certificate, LEAF.key))  # issued by no CA
    too_long = make.certificate(
        "Third CA", private=make.key("third"), issuer=(MIDDLE, MIDDLE_KEY), is_ca=True
    )
    deep = leaf("Hospital N", issuer=(too_long, make.key("third")))
    old = make.certificate(
        "Old CA", private=make.key("old"), issuer=(ROOT, ROOT_KEY), is_ca=True,
        start=NOW - 2 * YEAR, end=NOW - HOUR,
    )  # fmt: skip
    under_old = leaf("Hospital O", issuer=(old, make.key("old")))
    trust = make.anchoring(ROOT)

    assert outcome(chained(make.anchoring(stranger))) == ("refused", "issuer.unknown")
    assert outcome(chained(trust, by_leaf, LEAF.certificate, MIDDLE))[1] == "issuer.unknown"
    assert outcome(chained(trust, deep, too_long, MIDDLE))[1] == "issuer.unknown"
    assert outcome(chained(trust, under_old, old))[1] == "issuer.unknown"
    assert outcome(chained(trust, LEAF, stranger))[1] == "issuer.unknown"  # the middle is missing
    assert outcome(chained(TrustList(), LEAF))[1] == "issuer.unknown"


def test_a_ca_does_not_sign_prescriptions() -> None:
    ca = Hospital("Issuing CA of documents")
    ca.certificate = make.certificate(
        "Signing CA", private=ca.key, issuer=(ROOT, ROOT_KEY), is_ca=True
    )

    assert outcome(chained(make.anchoring(ROOT), ca, ROOT))[1] == "issuer.unknown"


def test_a_doctor_chains_too() -> None:
    doctor = Doctor("Doctor L", "P-256")
    doctor.certificate = make.certificate(
        "Doctor L", private=doctor.key, issuer=(MIDDLE, MIDDLE_KEY)
    )
    raw = doctor.sign(make.kbv(), beside=(MIDDLE,))
    answers = {doctor.certificate: GOOD, MIDDLE: GOOD}

    fresh = examine(raw=raw, trust=make.anchoring(ROOT, answers=answers), at=NOW)
    silent = examine(raw=raw, trust=make.anchoring(ROOT), at=NOW)

    assert outcome(fresh) == ("accepted", "")
    assert outcome(silent) == ("inconclusive", "revocation.unknown")


def test_a_pinned_certificate_is_revoked_by_our_register() -> None:
    hospital = Hospital()

    found = examine(
        raw=RAW, signature=hospital.sign(RAW), trust=hospital.trust(revoked_at=NOW + HOUR), at=NOW
    )

    assert outcome(found) == ("refused", "certificate.revoked")
    assert found.prescription is None


def test_a_suspended_issuer_is_refused() -> None:
    hospital = Hospital()
    trust = hospital.trust(is_active=False)

    found = examine(raw=RAW, signature=hospital.sign(RAW), trust=trust, at=NOW)

    assert outcome(found) == ("refused", "issuer.suspended")


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (NOW + HOUR, NOW + YEAR, "certificate.not-yet-valid"),
        (NOW - YEAR, NOW - HOUR, "certificate.expired"),
    ],
)
def test_the_certificate_must_be_valid_when_it_signs(
    start: dt.datetime, end: dt.datetime, code: str
) -> None:
    hospital = Hospital("Hospital V")
    hospital.certificate = make.certificate("V", private=hospital.key, start=start, end=end)

    at_signing = examine(raw=RAW, signature=hospital.sign(RAW), trust=hospital.trust(), at=NOW)
    no_time = hospital.sign(RAW, iat=None)
    now = examine(raw=RAW, signature=no_time, trust=hospital.trust(), at=NOW)

    assert outcome(at_signing) == outcome(now) == ("refused", code)


@pytest.mark.parametrize(("late", "verdict"), [(300, "accepted"), (301, "refused")])
def test_five_minutes_of_clock_skew_and_no_more(late: int, verdict: str) -> None:
    hospital = Hospital()
    signature = hospital.sign(RAW, iat=int(NOW.timestamp()) + late)

    found = examine(raw=RAW, signature=signature, trust=hospital.trust(), at=NOW)

    assert outcome(found) == (verdict, "" if late == 300 else "signing-time.future")


@pytest.mark.parametrize(
    ("authored_on", "signed_at", "code"),
    [
        ("2026-03-02", NOW, ""),
        ("2026-03-01", NOW, "signing-time.not-issue-date"),
        ("2026-03-03", NOW, "signing-time.not-issue-date"),
        # 23:30 UTC on the first is the second in Berlin
        ("2026-03-02", dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC), ""),
        ("2026-03-02", None, "signing-time.missing"),
    ],
)
def test_a_doctor_signs_on_the_day_of_issue(
    authored_on: str, signed_at: dt.datetime | None, code: str
) -> None:
    doctor = Doctor()
    raw = doctor.sign(make.kbv(authored_on=authored_on), signed_at=signed_at)

    assert examine(raw=raw, trust=doctor.trust(), at=NOW).refusal == code


@pytest.mark.parametrize(
    ("at", "zone", "code"),
    [
        ("2026-03-01T15:59:59+00:00", "", "rx.not-yet-valid"),  # the first, in Shanghai
        ("2026-03-01T16:00:00+00:00", "", ""),
        ("2026-03-04T15:59:59+00:00", "", ""),
        ("2026-03-04T16:00:00+00:00", "", "rx.expired"),
        ("2026-03-04T16:00:00+00:00", "Europe/Berlin", ""),  # the register knows the zone
    ],
)
def test_the_window_is_counted_in_the_days_of_the_issuer(at: str, zone: str, code: str) -> None:
    hospital = Hospital()
    signature = hospital.sign(RAW, iat=None)
    trust = hospital.trust(time_zone=zone)

    found = examine(raw=RAW, signature=signature, trust=trust, at=dt.datetime.fromisoformat(at))

    assert found.refusal == code


def test_what_was_used_before_is_refused() -> None:
    hospital, asked = Hospital(), []

    def seen(**keys: str) -> str:
        asked.append(keys)
        return "content"

    found = examine(
        raw=RAW, signature=hospital.sign(RAW), trust=hospital.trust(), at=NOW, seen=seen
    )

    assert outcome(found) == ("refused", "rx.already-used")
    assert asked == [
        {
            "sha256": found.sha256,
            "issuer": "hospital",
            "identifier": "RX-2026-0001",
            "content_hash": found.prescription.content_hash,
        }
    ]


def crl(*revoked: x509.Certificate, issuer: x509.Certificate, key: Any) -> bytes:
    """A revocation list of a CA, good for an hour."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(NOW - HOUR)
        .next_update(NOW + HOUR)
    )
    for each in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(each.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(NOW - HOUR).build())
    return builder.sign(key, SHA256).public_bytes(Encoding.DER)


def test_a_directory_pins_signers_anchors_cas_and_brings_revocation_lists(tmp_path: Path) -> None:
    hospital = Hospital()
    (tmp_path / "hospital-a.pem").write_bytes(make.pem(hospital.certificate))
    (tmp_path / "chain-root.pem").write_bytes(make.pem(ROOT))
    (tmp_path / "notes.txt").write_text("ignored")

    trust = from_directory(tmp_path)

    pinned = examine(raw=RAW, signature=hospital.sign(RAW), trust=trust, at=NOW)
    assert (outcome(pinned), pinned.issuer) == (("accepted", ""), "hospital-a")
    assert outcome(chained(trust)) == ("inconclusive", "revocation.unknown")

    (tmp_path / "root.crl").write_bytes(crl(issuer=ROOT, key=ROOT_KEY))
    (tmp_path / "middle.crl").write_bytes(crl(issuer=MIDDLE, key=MIDDLE_KEY))
    assert outcome(chained(from_directory(tmp_path))) == ("accepted", "")
    late = chained(from_directory(tmp_path), at=NOW + 2 * HOUR)
    assert outcome(late) == ("inconclusive", "revocation.stale")

    # a list that another key signed says nothing
    (tmp_path / "middle.crl").write_bytes(crl(issuer=MIDDLE, key=make.key("stranger")))
    assert outcome(chained(from_directory(tmp_path))) == ("inconclusive", "revocation.unknown")

    (tmp_path / "middle.crl").write_bytes(crl(LEAF.certificate, issuer=MIDDLE, key=MIDDLE_KEY))
    assert outcome(chained(from_directory(tmp_path))) == ("refused", "certificate.revoked")


def test_a_directory_with_a_broken_certificate_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text(
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
    )

    with pytest.raises(CertificateUnreadable):
        from_directory(tmp_path)
