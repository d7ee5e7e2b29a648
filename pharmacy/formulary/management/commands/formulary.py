"""`manage.py formulary load` brings the seed formulary in; `formulary check` only reads it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pharmacy.formulary import seeding, tables


class Command(BaseCommand):
    """Load or check the seed formulary."""

    help = "Load the seed formulary (load), or only check that it is sound (check)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the verb."""
        parser.add_argument("verb", choices=["load", "check"])

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Run the verb and say in one line what stands now."""
        if found := tables.faults(tables.read()):
            raise CommandError("\n".join(found))
        if verb == "check":
            self.stdout.write("The seed formulary is sound.")
            return
        report = seeding.load()
        self.stdout.write(
            f"{report.medicines} medicines ({report.created} new), {report.substances} substances, "
            f"{report.dose_rules} dose rules; {report.offline_only} are sold in stores only."
        )
