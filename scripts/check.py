"""`make check`: every static check, each with its time; the exit code tells if all passed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
DEPLOY = {
    "DJANGO_SETTINGS_MODULE": "pharmacy.settings.production",
    "DATABASE_URL": "postgres://check:check@127.0.0.1:1/check",
    "RXFLOW_SECRET_KEY": "for-the-check-only-" + "abcdefghij0123456789" * 3,
    "RXFLOW_FIELD_KEYS": "1:" + "A" * 43 + "=",
    "RXFLOW_INDEX_KEY": "for-the-check-only",
    "RXFLOW_ALLOWED_HOSTS": "rxflow.example",
    "STRIPE_API_KEY": "sk_test_check",
    "STRIPE_WEBHOOK_SECRET": "whsec_check",
    "CELERY_BROKER_URL": "amqp://127.0.0.1",
    "REDIS_URL": "redis://127.0.0.1",
}
PYTHON = sys.executable
CHECKS: list[tuple[str, list[str], dict[str, str]]] = [
    ("lint", [str(BIN / "ruff"), "check", "."], {}),
    ("format", [str(BIN / "ruff"), "format", "--check", "-q", "."], {}),
    ("types", [str(BIN / "mypy")], {}),
    ("arrows", [str(BIN / "lint-imports"), "--no-cache"], {}),
    ("system", [PYTHON, "manage.py", "check"], {}),
    ("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"], {}),
    ("deploy", [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], DEPLOY),
    ("structure", [PYTHON, "-m", "pytest", "-q", "tests/architecture"], {}),
    ("sizes", [PYTHON, "-m", "scripts.sizes"], {}),
]


def main() -> int:
    """Run the checks one after the other; go on after a failure to show all of them."""
    failed = []
    for name, command, extra in CHECKS:
        started = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **extra}, check=False,
            capture_output=name != "sizes", text=True,
        )  # fmt: skip
        seconds = time.monotonic() - started
        print(
            f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name:<11} {seconds:5.1f} s", flush=True
        )
        if done.returncode:
            failed.append(name)
            print((done.stdout or "") + (done.stderr or ""), flush=True)
    print(f"{len(CHECKS) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
