"""Taking locks: once a transaction, late, in primary-key order, for three seconds at most."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from typing import TypeVar

from django.db import OperationalError, connection, models

from pharmacy.core.errors import Broken, Conflict

Row = TypeVar("Row", bound=models.Model)


class LockTimeout(Conflict):
    """Somebody holds the row for longer than we wait."""

    code = "lock.timeout"


class LockOutsideTransaction(Broken):
    """A lock was asked for where it could not be held."""

    code = "lock.outside-transaction"


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    if not connection.in_atomic_block:
        raise LockOutsideTransaction
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '3s'")
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") in {"55P03", "40P01"}:
            raise LockTimeout from error
        raise


def rows(queryset: models.QuerySet[Row]) -> list[Row]:
    """Lock the rows of a queryset in primary-key order and return them fresh.

    Raises:
        LockTimeout: another transaction holds one of them; repeat the call.
    """
    with _limited():
        return list(queryset.select_for_update(of=("self",)).order_by("pk"))


def advisory(*keys: str) -> None:
    """Take transaction-level advisory locks on names, in a stable order."""
    numbers = sorted(
        int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], signed=True) for key in keys
    )
    with _limited(), connection.cursor() as cursor:
        for number in numbers:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
