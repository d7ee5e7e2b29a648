"""Production starts with everything that protects it, or not at all."""

from __future__ import annotations

import base64
import os
import subprocess
import sys

import pytest

ASK = """
import django
from django.conf import settings as s
django.setup()
from django.core.checks import run_checks
print([str(m.id) for m in run_checks(include_deployment_checks=True)])
print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_SECURE)
"""
WHOLE = {
    "DJANGO_SETTINGS_MODULE": "pharmacy.settings.production",
    "DATABASE_URL": "postgres://a:b@localhost/x",
    "RXFLOW_SECRET_KEY": "abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFGHIJKLMNOP",
    "RXFLOW_FIELD_KEYS": "1:" + base64.b64encode(b"k" * 32).decode(),
    "RXFLOW_INDEX_KEY": "an index key of thirty-two signs",
    "STRIPE_API_KEY": "sk",
    "STRIPE_WEBHOOK_SECRET": "whsec",
    "CELERY_BROKER_URL": "memory://",
    "REDIS_URL": "redis://localhost",
    "RXFLOW_ALLOWED_HOSTS": "shop.example",
}


def started(**changes: str) -> subprocess.CompletedProcess[str]:
    """A process with these settings, as far as Django's own checks."""
    outside = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", ASK],
        env={**outside, **WHOLE, **changes},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_checks_find_nothing() -> None:
    """Given all that production needs, then Django's deployment checks are content."""
    answer = started()
    assert answer.stdout.splitlines() == ["[]", "False True True True"], answer.stderr


@pytest.mark.parametrize("name", ["RXFLOW_INDEX_KEY", "RXFLOW_ALLOWED_HOSTS"])
def test_an_empty_secret_or_list_of_hosts_stops_the_start(name: str) -> None:
    """Given a variable that is there but empty, then the process does not start."""
    answer = started(**{name: ""})
    assert answer.returncode != 0
    assert f"Set {name}" in answer.stderr
