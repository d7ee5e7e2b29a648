"""The whole verification of a pushed prescription against one bare signature check.

Ours: `checks.examine` of a FHIR bundle of four medicines, about 20 KB, signed by a detached JWS:
parsing, all fifteen checks, the canonical reading. The limit: one ECDSA P-256 verification of
the same signed bytes through the same library; nobody can verify for less. CPU time, rounds of
both in turn, so that a busy machine slows both alike.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from pharmacy.demo import hospital, hospital_cases
from prescriptions import checks
from prescriptions.trust.certificates import load_pem
from prescriptions.trust.store import Trusted, TrustList

ROUNDS, DOCUMENTS, SIZE = 5, 200, 20_000
AIM = 3.0
CASE = hospital_cases.Case(
    0,
    ("I10", "高血压"),
    (
        hospital_cases.AMLODIPINE,
        hospital_cases.ATORVASTATIN,
        hospital_cases.METFORMIN,
        hospital_cases.AMOXICILLIN,
    ),
)


@dataclasses.dataclass(frozen=True)
class Document:
    """A signed document, ready for both sides."""

    raw: bytes
    jws: str
    signed: bytes
    der: bytes


def document(signer: hospital.Signer, now: dt.datetime) -> Document:
    """One bundle of its own, with the narratives that hospital systems write, signed."""
    bundle = hospital_cases.bundle(CASE, now)
    bare = len(json.dumps(bundle, ensure_ascii=False).encode())
    share = max((SIZE - bare) // len(bundle["entry"]) - 80, 0)
    for entry in bundle["entry"]:
        words = ("narrative of the resource for people. " * (share // 39 + 1))[:share]
        entry["resource"]["text"] = {"status": "generated", "div": f"<div>{words}</div>"}
    raw = json.dumps(bundle, ensure_ascii=False).encode()
    jws = signer.sign(raw)
    header, _, value = jws.split(".")
    r_and_s = base64.urlsafe_b64decode(value + "==")
    r, s = (int.from_bytes(part, "big") for part in (r_and_s[:32], r_and_s[32:]))
    signed = f"{header}.{hospital.base64url(raw)}".encode()
    return Document(raw, jws, signed, utils.encode_dss_signature(r, s))


def cpu(work: Callable[[Document], Any], documents: list[Document]) -> float:
    """CPU seconds for each document."""
    started = time.process_time()
    for each in documents:
        work(each)
    return (time.process_time() - started) / len(documents)


def measure() -> tuple[list[float], list[float], int]:
    """CPU seconds a document of ours and of the limit, by round, and the size of a document."""
    now = hospital.now()
    with tempfile.TemporaryDirectory() as folder:
        signer = hospital.Signer(Path(folder))
    documents = [document(signer, now) for _ in range(DOCUMENTS)]
    [certificate] = load_pem(signer.pem)
    trust = TrustList([Trusted(certificate=certificate, issuer="hospital")])
    algorithm = ec.ECDSA(SHA256())

    def ours(each: Document) -> None:
        found = checks.examine(raw=each.raw, signature=each.jws, trust=trust, at=now)
        if found.verdict != "accepted":
            raise AssertionError(found.results[-1])

    def limit(each: Document) -> None:
        certificate.key.verify(each.der, each.signed, algorithm)

    ours(documents[0])
    limit(documents[0])
    taken = [(cpu(limit, documents), cpu(ours, documents)) for _ in range(ROUNDS)]
    size = round(statistics.mean(len(each.raw) for each in documents))
    return [b for _, b in taken], [a for a, _ in taken], size


def main() -> None:
    """Measure and print."""
    ours, limit, size = measure()
    ratios = [a / b for a, b in zip(ours, limit, strict=True)]
    print(f"intake: examine a FHIR bundle of 4 medicines ({size:,} bytes), {DOCUMENTS} documents")
    print("round   bare ECDSA P-256   examine    ratio")
    for number, (b, a, ratio) in enumerate(zip(limit, ours, ratios, strict=True), 1):
        print(f"{number:>5}   {b * 1e6:>13.1f} µs   {a * 1e6:>6.1f} µs   {ratio:>5.2f}")
    print(f"median ratio {statistics.median(ratios):.2f} (aim: at most {AIM:.1f})")


if __name__ == "__main__":
    main()
