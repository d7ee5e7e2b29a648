"""Runs on a fresh machine with nothing set: embedded database, file queue, own secrets.

The secrets of the installation are made once and kept under `var/`, readable by the owner.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
from pathlib import Path

from pharmacy.settings.base import *
from pharmacy.settings.base import VAR


def _own_secrets(folder: Path) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "secrets.json"
    made = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": "1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "INDEX_KEY": secrets.token_urlsafe(32),
        "STRIPE_API_KEY": "sk_test_" + secrets.token_hex(12),
        "STRIPE_WEBHOOK_SECRET": "whsec_" + secrets.token_hex(16),
    }
    draft = folder / f"secrets.{os.getpid()}.tmp"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(made))
    with contextlib.suppress(FileExistsError):
        os.link(draft, file)  # atomic: the first process wins
    draft.unlink()
    return {**made, **json.loads(file.read_text())}


_secrets = _own_secrets(VAR)
DEBUG = False
DEMO_ALLOWED = True
SECRET_KEY = os.environ.get("RXFLOW_SECRET_KEY", _secrets["SECRET_KEY"])
FIELD_KEYS = os.environ.get("RXFLOW_FIELD_KEYS", _secrets["FIELD_KEYS"])
INDEX_KEY = os.environ.get("RXFLOW_INDEX_KEY", _secrets["INDEX_KEY"])
STRIPE_API_KEY = os.environ.get("STRIPE_API_KEY", _secrets["STRIPE_API_KEY"])
STRIPE_WEBHOOK_SECRETS = [
    os.environ.get("STRIPE_WEBHOOK_SECRET", _secrets["STRIPE_WEBHOOK_SECRET"])
]
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
for _folder in ("queue", "queue-control", "media"):
    (VAR / _folder).mkdir(exist_ok=True)
