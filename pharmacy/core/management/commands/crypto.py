"""`manage.py crypto rotate`: re-encrypt every sealed field with the newest key."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from pharmacy.core import rotation


class Command(BaseCommand):
    """Commands of the field encryption."""

    help = "Re-encrypt sealed fields with the first key of RXFLOW_FIELD_KEYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`rotate` is the only action."""
        parser.add_argument("action", choices=["rotate"])

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Rotate and print the counts."""
        for name, count in rotation.rotate().items():
            self.stdout.write(f"{count:>8} {name}")
