#!/usr/bin/env python
"""The command line of Rxflow."""

import os
import sys


def main() -> None:
    """Run a management command; settings default to the embedded installation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pharmacy.settings.embedded")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
