"""`manage.py audit verify`: recompute the hash chain; exit code 1 when it is broken."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from pharmacy.core import audit


class Command(BaseCommand):
    """Commands of the audit log."""

    help = "Verify the hash chain of the audit log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`verify` is the only action."""
        parser.add_argument("action", choices=["verify"])

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Verify."""
        verdict = audit.verify()
        self.stdout.write(f"{verdict.sealed} entries {'intact' if verdict.is_intact else 'BROKEN'}")
        if not verdict.is_intact:
            self.stderr.write(verdict.problem)
            sys.exit(1)
