"""A simulated hospital: a process of its own that signs, pushes and takes reports over HTTP.

It has its own key and certificate, writes what a hospital would write and never touches our
tables. `python -m pharmacy.demo.hospital --port N --folder DIR --push URL` with the credential
for pushing in `HOSPITAL_CREDENTIAL` and the one it expects on reports in `REPORT_CREDENTIAL`.

    POST /cases/<name>/send      sign the case and push it; answers what the pharmacy said
    GET  /certificate            the signing certificate (PEM)
    POST /fhir/dispenses         a report of a dispense; the same Idempotency-Key has one effect
    GET  /fhir/dispenses         the reports taken so far
    GET  /healthz
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import hashlib
import http.client
import http.server
import json
import os
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID

from pharmacy.demo.hospital_cases import CASES, bundle

MAX_BODY = 1_048_576


def now() -> dt.datetime:
    """The hospital's own clock."""
    return dt.datetime.now(tz=dt.UTC)  # noqa: TID251 - another party, another clock


class Signer:
    """The hospital's key and certificate, made once and kept in its folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        key_file, certificate_file = folder / "key.pem", folder / "certificate.pem"
        if not key_file.exists():
            self._make(key_file, certificate_file)
        loaded = serialization.load_pem_private_key(key_file.read_bytes(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)  # noqa: S101 - we wrote it
        self.key = loaded
        self.pem = certificate_file.read_bytes()
        der = x509.load_pem_x509_certificate(self.pem).public_bytes(serialization.Encoding.DER)
        self.thumbprint = base64url(hashlib.sha256(der).digest())

    def _make(self, key_file: Path, certificate_file: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Riverside Hospital e-signing")])
        started = now() - dt.timedelta(minutes=5)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(started)
            .not_valid_after(started + dt.timedelta(days=730))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_digital_signature(), critical=True)
            .sign(key, hashes.SHA256())
        )
        key_file.touch(mode=0o600)
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def sign(self, payload: bytes) -> str:
        """Detached JWS (RFC 7515 appendix F), ES256, with the moment of signing."""
        header = {"alg": "ES256", "x5t#S256": self.thumbprint, "iat": int(now().timestamp())}
        protected = base64url(json.dumps(header, separators=(",", ":")).encode())
        signed = f"{protected}.{base64url(payload)}".encode()
        r, s = utils.decode_dss_signature(self.key.sign(signed, ec.ECDSA(hashes.SHA256())))
        return f"{protected}..{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _digital_signature() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def base64url(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Hospital:
    """What the hospital does: push cases, take reports."""

    def __init__(self, folder: Path, push_url: str) -> None:
        self.signer = Signer(folder)
        self.push_url = push_url
        self.reports_folder = folder / "reports"
        self.reports_folder.mkdir(exist_ok=True)
        self.lock = threading.Lock()

    def send(self, name: str) -> tuple[int, dict[str, Any]]:
        """Sign one case and push it to the pharmacy."""
        document = bundle(CASES[name], now())
        raw = json.dumps(document, ensure_ascii=False).encode()
        signature = self.signer.sign(raw)
        status, answer = self._post(raw, signature)
        return 200, {
            "identifier": document["identifier"]["value"],
            "bytes": len(raw),
            "status": status,
            "answer": answer,
        }

    def _post(self, raw: bytes, signature: str) -> tuple[int, Any]:
        parts = urlsplit(self.push_url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=15)
        headers = {
            "Content-Type": "application/fhir+json",
            "Authorization": f"Bearer {os.environ.get('HOSPITAL_CREDENTIAL', '')}",
            "X-JWS-Signature": signature,
        }
        try:
            connection.request("POST", parts.path, body=raw, headers=headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def take_report(self, key: str, body: dict[str, Any]) -> tuple[int, str]:
        """Keep a report once; a repeat gets the same place back."""
        name = hashlib.sha256(key.encode()).hexdigest()[:24]
        file = self.reports_folder / f"{name}.json"
        with self.lock:
            is_new = not file.exists()
            if is_new:
                file.write_text(json.dumps(body, ensure_ascii=False))
        return (201 if is_new else 200), f"/fhir/dispenses/{name}"

    def reports(self) -> list[Any]:
        """Every report taken so far."""
        return [json.loads(file.read_text()) for file in sorted(self.reports_folder.glob("*.json"))]


class Handler(http.server.BaseHTTPRequestHandler):
    """HTTP in front of a hospital."""

    hospital: Hospital
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Certificate, reports, health."""
        if self.path == "/certificate":
            self._answer(200, self.hospital.signer.pem, "application/x-pem-file")
        elif self.path == "/fhir/dispenses":
            self._json(200, self.hospital.reports())
        elif self.path == "/healthz":
            self._json(200, {"status": "ok"})
        else:
            self._json(404, {"error": "unknown address"})

    def do_POST(self) -> None:
        """Send a case, or take a report."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self._json(413, {"error": "too large"})
            return
        body = self.rfile.read(length)
        parts = self.path.strip("/").split("/")
        if len(parts) == 3 and parts[0] == "cases" and parts[1] in CASES:
            self._json(*self.hospital.send(parts[1]))
        elif self.path == "/fhir/dispenses":
            self._take_report(body)
        else:
            self._json(404, {"error": "unknown address"})

    def _take_report(self, body: bytes) -> None:
        expected = f"Bearer {os.environ.get('REPORT_CREDENTIAL', '')}"
        key = self.headers.get("Idempotency-Key", "")
        if self.headers.get("Authorization") != expected or not key:
            self._json(401, {"error": "credential or key missing"})
            return
        status, place = self.hospital.take_report(key, json.loads(body))
        self._answer(status, b"{}", "application/fhir+json", {"Location": place})

    def _json(self, status: int, value: Any) -> None:
        self._answer(status, json.dumps(value, ensure_ascii=False).encode(), "application/json")

    def _answer(
        self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Log nothing: addresses and bodies are nobody's business."""


def serve(port: int, folder: Path, push_url: str) -> http.server.ThreadingHTTPServer:
    """A hospital on loopback, ready to `serve_forever`."""
    handler = type("BoundHandler", (Handler,), {"hospital": Hospital(folder, push_url)})
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> None:
    """Run the hospital until it is ended."""
    parser = argparse.ArgumentParser(description="A simulated hospital on loopback.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--push", required=True)
    arguments = parser.parse_args()
    serve(arguments.port, arguments.folder, arguments.push).serve_forever()


if __name__ == "__main__":
    main()
