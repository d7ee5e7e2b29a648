"""`manage.py demo_code LOGIN`: the second factor of a demo login, as its app would show it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django_otp.oath import totp

from pharmacy.demo import seed


class Command(BaseCommand):
    """Print six digits."""

    help = "Print the present second factor of a demo login."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One login."""
        parser.add_argument("login")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print it."""
        secret = seed.logins().get(options["login"], {})
        if "totp" not in secret:
            raise CommandError("This login has no second factor; see var/demo/logins.json.")
        self.stdout.write(f"{totp(bytes.fromhex(secret['totp'])):06d}")
