"""A process of its own that does one thing on the test database and may be killed in it.

`python -m tests.killed DATABASE VERB [ARGUMENTS]` with `RXFLOW_FAILPOINTS=name=crash`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any


def run(database: str, verb: str, *arguments: str, failpoint: str = "", **environment: str) -> int:
    """Run a verb in a child process; its exit code (-9 when it was killed at the point)."""
    given = {**os.environ, **environment, "DJANGO_SETTINGS_MODULE": "pharmacy.settings.test"}
    if failpoint:
        given["RXFLOW_FAILPOINTS"] = f"{failpoint}=crash"
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed", database, verb, *arguments],
        env=given, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    if done.returncode not in {0, -9}:
        raise AssertionError(done.stderr)
    return done.returncode


def main(arguments: Sequence[str]) -> None:
    """Do it."""
    import django

    django.setup()
    from django.db import connection

    database, verb, *rest = arguments
    connection.settings_dict["NAME"] = database
    VERBS[verb](*rest)


def _drain() -> None:
    from pharmacy.core import outbox

    outbox.drain()


def _hand_over(bag: str, login: str, code: str) -> None:
    from pharmacy.fulfilment import counter
    from pharmacy.people.models import Staff
    from prescriptions.models import Dispense

    found = Dispense.objects.get(external_id=bag)
    staff = Staff.objects.get(user__username=login)
    counter.hand_over_bag(dispense=found, code=code, by=staff)


VERBS: dict[str, Any] = {"drain": _drain, "hand-over": _hand_over}

if __name__ == "__main__":
    main(sys.argv[1:])
