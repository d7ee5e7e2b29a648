"""The same request twice has one effect and one answer.

The key comes from the business fact or from the caller's `Idempotency-Key`; the fingerprint
is the sha256 of what was asked. Same key with another body is refused, as Stripe does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from pharmacy.core import clock
from pharmacy.core.errors import Refused
from pharmacy.core.models import IdempotencyKey


class KeyReused(Refused):
    """The key was used before with another request."""

    code = "idempotency.key-reused"


def fingerprint(request: Any) -> str:
    """Digest of a JSON-able request, independent of key order."""
    text = json.dumps(request, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def once(key: str, request: Any, effect: Callable[[], Any]) -> Any:
    """Run an effect once for a key and give every later call the first answer.

    The effect runs in the transaction that stores its JSON-able answer; a second caller
    waits for the first to commit.

    Raises:
        KeyReused: the key came before with another request.
    Idempotent by: key.   Locks: the key's row.
    """
    digest = fingerprint(request)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_idempotencykey (key, fingerprint, created_at) "
                "VALUES (%s, %s, %s) ON CONFLICT (key) DO NOTHING",
                [key, digest, clock.now()],
            )
            is_first = cursor.rowcount == 1
        row = IdempotencyKey.objects.select_for_update().get(key=key)
        if row.fingerprint != digest:
            raise KeyReused(key=key)
        if is_first:
            row.response = effect()
            row.save(update_fields=["response"])
        return row.response
