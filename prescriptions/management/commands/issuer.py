"""`manage.py issuer add|certificate|suspend|activate|revoke|list`: the register of hospitals.

`add` prints the credential for pushing once; only its hash is kept.
"""

from __future__ import annotations

import json
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from prescriptions import register
from prescriptions.models import Issuer, IssuerCertificate

BY = "operator:command-line"


class Command(BaseCommand):
    """Keep the register of issuers."""

    help = "Register hospitals, their certificates and their state."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command for each act."""
        acts = parser.add_subparsers(dest="act", required=True)
        add = acts.add_parser("add", help="register a hospital or renew what we hold of it")
        add.add_argument("code")
        add.add_argument("--name", required=True)
        add.add_argument("--jurisdiction", required=True, help="country code, such as CN")
        add.add_argument("--time-zone", default="Asia/Shanghai")
        add.add_argument("--report-url", default="", help="where we report what was handed over")
        add.add_argument("--report-credential-file", type=Path, help="never on the command line")
        certificate = acts.add_parser("certificate", help="trust a PEM certificate for a hospital")
        certificate.add_argument("code")
        certificate.add_argument("file", type=Path)
        certificate.add_argument("--kind", choices=["pinned", "anchor"], default="pinned")
        for act in ("suspend", "activate"):
            acts.add_parser(act).add_argument("code")
        revoke = acts.add_parser("revoke", help="stop trusting a certificate")
        revoke.add_argument("fingerprint", help="sha256 in hex")
        revoke.add_argument("--reason", required=True)
        acts.add_parser("list", help="one JSON object a line")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the act."""
        getattr(self, f"_{options['act']}")(options)

    def _add(self, options: dict[str, Any]) -> None:
        credential = secrets.token_urlsafe(32)
        register.register(
            code=options["code"],
            name=options["name"],
            jurisdiction=options["jurisdiction"],
            time_zone=options["time_zone"],
            report_url=options["report_url"],
            report_credential=_content(options["report_credential_file"]),
            credential=credential,
            by=BY,
        )
        self.stdout.write(f"credential (shown once): {credential}")

    def _certificate(self, options: dict[str, Any]) -> None:
        issuer = _issuer(options["code"])
        try:
            pem = options["file"].read_bytes()
            row = register.add_certificate(issuer=issuer, pem=pem, kind=options["kind"], by=BY)
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['file']}: not a readable PEM certificate") from error
        self.stdout.write(row.fingerprint)

    def _suspend(self, options: dict[str, Any]) -> None:
        register.set_status(issuer=_issuer(options["code"]), status="suspended", by=BY)

    def _activate(self, options: dict[str, Any]) -> None:
        register.set_status(issuer=_issuer(options["code"]), status="active", by=BY)

    def _revoke(self, options: dict[str, Any]) -> None:
        row = IssuerCertificate.objects.filter(fingerprint=options["fingerprint"]).first()
        if row is None:
            raise CommandError("No certificate has this fingerprint.")
        register.revoke_certificate(certificate=row, by=BY, reason=options["reason"])

    def _list(self, _options: dict[str, Any]) -> None:
        for issuer in Issuer.objects.prefetch_related("certificates").order_by("code"):
            line = {
                "code": issuer.code,
                "name": issuer.name,
                "status": issuer.status,
                "certificates": [
                    {"fingerprint": row.fingerprint, "kind": row.kind,
                     "revoked": row.revoked_at is not None}
                    for row in issuer.certificates.all()
                ],
            }  # fmt: skip
            self.stdout.write(json.dumps(line, ensure_ascii=False))


def _content(file: Path | None) -> str:
    """What a file holds, so that the secret stands in no list of processes and no history."""
    try:
        return file.read_text().strip() if file else ""
    except (OSError, ValueError) as error:
        raise CommandError(f"{file}: not readable") from error


def _issuer(code: str) -> Issuer:
    found = Issuer.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"No hospital is registered as {code}.")
    return found
