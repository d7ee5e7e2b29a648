"""`manage.py report rejected|resend ID`: reports that an issuer turned away, and another try."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from pharmacy.core.errors import PharmacyError
from prescriptions import reporting
from prescriptions.models import Report

BY = "operator:command-line"


class Command(BaseCommand):
    """Look after reports to issuers."""

    help = "List the reports that issuers rejected, and send one again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Two acts."""
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("rejected", help="one JSON object a line")
        acts.add_parser("resend", help="once the cause is mended").add_argument("id", type=UUID)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the act."""
        if options["act"] == "resend":
            self._resend(options["id"])
            return
        rows = Report.objects.filter(stage="rejected").order_by("created_at")
        for row in rows.select_related("dispense__issue__prescription__issuer"):
            issuer = row.dispense.issue.prescription.issuer.code
            line = {"id": str(row.external_id), "issuer": issuer, "answer": row.receipt}
            self.stdout.write(json.dumps(line))

    def _resend(self, external_id: UUID) -> None:
        row = Report.objects.filter(external_id=external_id).first()
        if row is None:
            raise CommandError("There is no such report.")
        try:
            sent = reporting.resend(row=row, by=BY)
        except PharmacyError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(sent.stage)
