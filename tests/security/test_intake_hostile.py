"""Hostile and broken documents: each gets a typed refusal with a stable code, never a crash."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from prescriptions.checks import Examination, examine
from prescriptions.trust.store import TrustList
from tests import prescription_factory as make
from tests.prescription_factory import NOW, Doctor, Hospital

HOSPITAL = Hospital()
RAW = make.as_bytes(make.bundle())


def push(raw: bytes, signature: str | None = None, **facts: Any) -> Examination:
    """Examine with the hospital pinned; signed by it unless a signature is given."""
    signed = HOSPITAL.sign(raw) if signature is None else signature
    return examine(
        **{"raw": raw, "signature": signed, "trust": HOSPITAL.trust(), "at": NOW, **facts}
    )


def refused(found: Examination, code: str, check: str) -> None:
    """Refused by that check with that code, and nothing was read."""
    last = found.results[-1]
    assert (found.verdict, last.check, last.code) == ("refused", check, code)
    assert last.message
    assert found.prescription is None


@pytest.mark.parametrize(
    ("raw", "code", "check"),
    [
        (b"", "rx.empty", "size"),
        (b"{" * 2_000_000, "rx.too-large", "size"),
        (b" " * 1_048_577, "rx.too-large", "size"),
        (b"hello", "rx.unknown-format", "format"),
        (b"\xff\xfe{\x00}\x00", "rx.unknown-format", "format"),
        (RAW[:-200], "json.malformed", "parse"),
        (b"{", "json.malformed", "parse"),
        (RAW + b"{}", "json.malformed", "parse"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "json.too-deep", "parse"),
        (b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "json.too-deep", "parse"),
        (b'{"a":' + b"[" * 10_000, "json.too-deep", "parse"),
        (b'{"type":"collection","type":"document"}', "json.duplicate-key", "parse"),
        (b'{"a":{"b":1,"\\u0062":2}}', "json.duplicate-key", "parse"),
        (b'{"a":NaN}', "json.number", "parse"),
        (b'{"a":-Infinity}', "json.number", "parse"),
        (b'{"a":1e400}', "json.number", "parse"),
        (b'{"a":1e-999999999999}', "json.number", "parse"),
        (b'{"a":' + b"9" * 100_000 + b"}", "json.number", "parse"),
        (b'{"a":"\\ud800"}', "json.malformed", "parse"),
        (b'{"a":"\\u0000"}', "json.malformed", "parse"),
        (b'{"a":"\xc3\x28"}', "json.malformed", "parse"),
        (b"\xef\xbb\xbf{}", "rx.unknown-format", "format"),
        (b"\x30", "cms.malformed", "parse"),
        (b"\x30\x80" * 5_000, "cms.malformed", "parse"),
        (b"\x30\x84\xff\xff\xff\xff", "cms.malformed", "parse"),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else str(value),
)
def test_broken_bytes(raw: bytes, code: str, check: str) -> None:
    refused(push(raw), code, check)


XXE = b'<!DOCTYPE Bundle [<!ENTITY x SYSTEM "file:///etc/passwd">]><Bundle>&x;</Bundle>'
BOMB = b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Bundle>&b;</Bundle>'


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (XXE, "xml.doctype"),
        (BOMB, "xml.doctype"),
        (XXE.decode().encode("utf-16"), "xml.doctype"),
        (b"<a>" * 200 + b"</a>" * 200, "xml.too-deep"),
        (b"<a>" * 100_000, "xml.malformed"),
        (b"<Bundle", "xml.malformed"),
        (b"<Bundle/>", "rx.field-invalid"),
        (make.kbv().replace(b"e16A", b"e16a"), "rx.field-invalid"),
        (make.kbv(packs="1.5"), "rx.quantity"),
        (make.kbv(packs="-1"), "rx.quantity"),
        (make.kbv(packs="NaN"), "rx.field-invalid"),
        (make.kbv(pzn="08585998"), "rx.field-invalid"),
        (make.kbv(authored_on="2026-02-30"), "rx.field-invalid"),
        (make.kbv().replace(b'"active"', b'"draft"'), "rx.not-an-active-order"),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else str(value),
)
def test_hostile_xml_under_a_good_signature(payload: bytes, code: str) -> None:
    """Whoever signs it: a trusted signer may be compromised."""
    doctor = Doctor()

    refused(examine(raw=doctor.sign(payload), trust=doctor.trust(), at=NOW), code, "structure")


def test_a_bare_xml_file_is_no_signed_prescription() -> None:
    refused(push(XXE), "rx.unknown-format", "format")
    refused(push(XXE, format_name="kbv-cades"), "cms.malformed", "parse")


def test_no_signature() -> None:
    refused(push(RAW, ""), "signature.missing", "signer")


def test_the_key_of_another_hospital() -> None:
    other = Hospital("Hospital B")
    named = HOSPITAL.sign(RAW).split(".")[0]

    refused(push(RAW, other.sign(RAW)), "issuer.unknown", "certificate")
    refused(push(RAW, other.sign(RAW, **{"x5t#S256": None})), "signature.invalid", "signature")
    # under the name of the right certificate
    forged = f"{named}..{make.b64url(other.raw_signature(named, RAW))}"
    refused(push(RAW, forged), "signature.invalid", "signature")
    # with a certificate of its own that nobody trusts
    own = [base64.b64encode(make.der(other.certificate)).decode()]
    refused(push(RAW, other.sign(RAW, x5c=own)), "issuer.unknown", "trust")


def test_an_unnamed_signature_is_tried_with_the_pinned_certificates() -> None:
    found = push(
        RAW, HOSPITAL.sign(RAW, **{"x5t#S256": None}),
        trust=make.pinning(Hospital("Hospital B").certificate, HOSPITAL.certificate),
    )  # fmt: skip

    assert (found.verdict, found.fingerprint) == (
        "accepted",
        make.loaded(HOSPITAL.certificate).fingerprint,
    )


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "RS256", "ES384", "ES256K", "", 7, None])
def test_another_algorithm(alg: Any) -> None:
    refused(push(RAW, HOSPITAL.sign(RAW, alg=alg)), "algorithm.refused", "algorithm")


def test_alg_none_with_an_empty_signature() -> None:
    header = make.b64url(b'{"alg":"none"}')

    refused(push(RAW, f"{header}.."), "algorithm.refused", "algorithm")


def test_the_public_key_as_a_shared_secret() -> None:
    public = HOSPITAL.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = make.b64url(b'{"alg":"HS256"}')
    mac = hmac.new(public, f"{header}.{make.b64url(RAW)}".encode(), hashlib.sha256).digest()

    refused(push(RAW, f"{header}..{make.b64url(mac)}"), "algorithm.refused", "algorithm")


@pytest.mark.parametrize(
    ("spoil", "code", "check"),
    [
        (lambda s: s + "=", "jws.not-canonical", "parse"),
        (lambda s: s[:-1] + chr(ord(s[-1]) + 1), "jws.not-canonical", "parse"),
        (lambda s: s[:-4] + "+/+/", "jws.not-canonical", "parse"),
        (lambda s: s.rsplit(".", 1)[0] + "." + "A" * 84, "signature.invalid", "signature"),
        (lambda s: s + "AAAA", "signature.invalid", "signature"),
        (lambda s: s.rsplit(".", 1)[0] + ".", "signature.invalid", "signature"),
        (lambda s: s.rsplit(".", 1)[0] + "." + "A" * 86, "signature.invalid", "signature"),
        (lambda s: s.replace("..", "." + make.b64url(RAW) + "."), "jws.not-detached", "parse"),
        (lambda s: s.replace("..", "."), "jws.malformed", "parse"),
        (lambda s: "A" * 20_000, "jws.malformed", "parse"),
        (lambda s: "é..é", "jws.not-canonical", "parse"),
        (lambda s: f"{s},{s}", "signer.not-one", "signer"),
        (lambda s: f"{s}\n{s}", "signer.not-one", "signer"),
    ],
)
def test_a_spoiled_signature(spoil: Callable[[str], str], code: str, check: str) -> None:
    last_is_open = next(  # a last character whose unused bits may be set
        s for s in iter(lambda: HOSPITAL.sign(RAW), "") if s[-1] in "AQgw"
    )
    refused(push(RAW, spoil(last_is_open)), code, check)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"crit": ["b64"], "b64": False}, "jws.critical-header"),
        ({"crit": ["exp"], "exp": 1}, "jws.critical-header"),
        ({"iat": "now"}, "jws.malformed"),
        ({"iat": 10**30}, "jws.malformed"),
        ({"x5c": []}, "jws.malformed"),
        ({"x5c": ["%%%"]}, "jws.malformed"),
        ({"x5t#S256": 1}, "jws.malformed"),
    ],
)
def test_a_header_that_asks_too_much(header: dict[str, Any], code: str) -> None:
    refused(push(RAW, HOSPITAL.sign(RAW, **header)), code, "parse")


def test_a_header_that_points_elsewhere_is_not_followed() -> None:
    """jku, x5u, jwk and kid are of no effect: the pinned key decides."""
    lures = {"jku": "http://127.0.0.1:9/", "x5u": "http://127.0.0.1:9/", "kid": "../../etc/passwd"}

    assert push(RAW, HOSPITAL.sign(RAW, **lures)).verdict == "accepted"


def test_two_signatures_in_json_form() -> None:
    one = {"protected": "e30", "signature": "AA"}

    refused(push(RAW, json.dumps({"signatures": [one, one]})), "signer.not-one", "signer")
    refused(push(RAW, json.dumps({"signatures": [one]})), "jws.malformed", "parse")
    refused(push(RAW, "{" * 5_000), "jws.malformed", "parse")


def test_signatures_swapped_between_two_prescriptions() -> None:
    other = make.as_bytes(make.bundle(make.line(2), *make.PEOPLE))

    refused(push(RAW, HOSPITAL.sign(other)), "signature.invalid", "signature")
    refused(push(other, HOSPITAL.sign(RAW)), "signature.invalid", "signature")


def test_the_bytes_count_not_their_meaning() -> None:
    respaced = json.dumps(json.loads(RAW), indent=1).encode()

    refused(push(respaced, HOSPITAL.sign(RAW)), "signature.invalid", "signature")


def test_a_second_signer_of_a_cms() -> None:
    first, second = Doctor(), Doctor("Doctor B")
    payload = make.kbv()

    raw = first.sign(payload, others=(second.info(payload),), beside=(second.certificate,))

    refused(examine(raw=raw, trust=first.trust(), at=NOW), "signer.not-one", "signer")


def test_a_cms_bound_to_another_certificate() -> None:
    doctor = Doctor()
    raw = doctor.sign(make.kbv(), bound_to=Doctor("Doctor B").certificate)

    refused(examine(raw=raw, trust=doctor.trust(), at=NOW), "certificate.mismatch", "certificate")


def test_a_cms_with_sha1_or_a_curve_off_the_list() -> None:
    doctor, other = Doctor(), Doctor("Doctor C", "P-384")

    sha1 = examine(raw=doctor.sign(make.kbv(), digest="sha1"), trust=doctor.trust(), at=NOW)
    curve = examine(raw=other.sign(make.kbv()), trust=other.trust(), at=NOW)

    refused(sha1, "algorithm.refused", "algorithm")
    refused(curve, "algorithm.refused", "certificate")


def test_a_cms_with_exchanged_content() -> None:
    doctor = Doctor()
    raw = doctor.sign(make.kbv(packs="1")).replace(b'<value value="1"/>', b'<value value="9"/>')

    found = examine(raw=raw, trust=doctor.trust(), at=NOW)

    refused(found, "signature.content-changed", "signature")
    assert found.payload is None


def test_a_doctor_that_nobody_registered() -> None:
    refused(
        examine(raw=Doctor().sign(make.kbv()), trust=TrustList(), at=NOW), "issuer.unknown", "trust"
    )


def test_a_key_off_the_curve_of_es256() -> None:
    other = Hospital("Hospital C", "P-384")

    found = push(RAW, HOSPITAL.sign(RAW, **{"x5t#S256": None}), trust=other.trust())

    refused(found, "algorithm.refused", "certificate")


@settings(max_examples=300, deadline=dt.timedelta(seconds=2))
@given(
    st.binary(max_size=400),
    st.text(max_size=200),
    st.sampled_from(["auto", "fhir-r4", "kbv-cades"]),
)
def test_noise_is_refused_and_never_crashes(raw: bytes, signature: str, name: str) -> None:
    found = examine(raw=raw, signature=signature, format_name=name, trust=HOSPITAL.trust(), at=NOW)

    assert (found.verdict, found.prescription) == ("refused", None)
    assert found.refusal


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=500, deadline=dt.timedelta(seconds=2))
@given(st.data())
def test_any_value_anywhere_in_a_signed_bundle_ends_in_a_verdict(data: st.DataObject) -> None:
    """One place of a good bundle is replaced by anything; the signature is good."""
    document = json.loads(RAW)
    node: Any = document
    while True:
        at = data.draw(
            st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node)))
        )
        inner = node[at]
        if isinstance(inner, dict | list) and inner and data.draw(st.integers(0, 4)):
            node = inner
            continue
        node[at] = data.draw(JSON)
        break
    raw = make.as_bytes(document)

    found = push(raw)

    assert found.verdict in {"accepted", "refused"}
    assert (found.verdict == "accepted") == (found.prescription is not None and not found.refusal)


@settings(max_examples=400, deadline=dt.timedelta(seconds=2))
@given(st.data())
def test_any_change_of_a_signed_cms_is_refused_or_outside_what_is_signed(
    data: st.DataObject,
) -> None:
    """Bytes changed anywhere: a verdict always; accepted only with the same content read."""
    raw = bytearray(CMS)
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))

    found = examine(raw=bytes(raw), trust=DOCTOR.trust(), at=NOW)

    assert found.verdict in {"accepted", "refused"}
    if found.verdict == "accepted":
        assert found.payload == make.kbv()


DOCTOR = Doctor("Doctor of the changed bytes", "P-256")
CMS = DOCTOR.sign(make.kbv())
