"""`manage.py prescription <verb>`: commands for integrators; each verb has a file of its own."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from prescriptions.management.inspecting import Inspect, Verb

VERBS: dict[str, Verb] = {"inspect": Inspect()}


class Command(BaseCommand):
    """Dispatches to a verb; the verbs here never open the database."""

    help = "Work with signed e-prescriptions (verbs: " + ", ".join(VERBS) + ")."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-parser a verb."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        for name, verb in VERBS.items():
            verb.add_arguments(verbs.add_parser(name, help=verb.help, description=verb.description))

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb; its return value is the exit code."""
        code = VERBS[options["verb"]].run(options, self.stdout, self.stderr)
        if code:
            sys.exit(code)
