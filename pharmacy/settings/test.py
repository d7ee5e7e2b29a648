"""Tests: the embedded server (or `DATABASE_URL`), tasks run by hand, quick password hashes."""

from __future__ import annotations

import base64

from pharmacy.settings.base import *
from pharmacy.settings.base import DATABASES, VAR

DEBUG = False
TESTING = True
SECRET_KEY = "tests-only-" + "x" * 50
FIELD_KEYS = "1:" + base64.b64encode(b"t" * 32).decode()
INDEX_KEY = "tests-only-index-key"
STRIPE_API_KEY = "sk_test_tests"
STRIPE_WEBHOOK_SECRETS = ["whsec_tests"]
FAILPOINTS_ALLOWED = True
OUTBOUND_HOSTS = ["127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
AXES_ENABLED = False
if "EMBEDDED_DIR" in DATABASES["default"]:
    DATABASES["default"]["EMBEDDED_DIR"] = str(VAR / "postgres-test")
