"""The audit log: append-only, hash-chained, verifiable by anyone with the table.

Who did what to which subject, when, where and why, with codes and opaque ids only. Rows are
written here; at commit a trigger locks the head of the chain and seals each row with
sha256(previous hash ‖ row). `verify` recomputes the chain from the rows.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db import connection

from pharmacy.core import clock
from pharmacy.core.models import AuditEntry

GENESIS = b"\x00" * 32


@dataclass(frozen=True)
class Verdict:
    """Result of a check of the whole chain."""

    is_intact: bool
    sealed: int
    problem: str = ""


def record(
    *, by: str, action: str, subject: str, store: str = "", reason: str = "", **facts: Any
) -> AuditEntry:
    """Append one entry in the caller's transaction.

    Args:
        by: the actor, such as `staff:<uuid>`, `person:<uuid>`, `system:intake`.
        subject: what was touched, such as `prescription:<uuid>`.
        facts: plain values; no patient data.
    """
    return AuditEntry.objects.create(
        at=clock.now(),
        actor=by,
        action=action,
        subject=subject,
        store=store,
        reason=reason,
        facts=facts,
    )


def read(*, by: str, subject: str, purpose: str, store: str = "") -> AuditEntry:
    """Leave the trace that somebody read a patient's record, and for what purpose."""
    return record(by=by, action="read", subject=subject, store=store, reason=purpose)


def verify(batch: int = 5000) -> Verdict:
    """Recompute every hash and every link from the first entry to the head."""
    previous, sealed, expected = GENESIS, 0, 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_auditentry e WHERE NOT EXISTS "
                       "(SELECT 1 FROM core_auditseal s WHERE s.entry_id = e.id)")  # fmt: skip
        if cursor.fetchone()[0]:
            return Verdict(False, 0, "entries without a seal")
        while True:
            cursor.execute(_CHAIN, [expected, expected + batch])
            rows = cursor.fetchall()
            if not rows:
                break
            for position, stored_previous, stored_hash, text in rows:
                if position != expected or bytes(stored_previous) != previous:
                    return Verdict(False, sealed, f"broken link at {expected}")
                if text is None:
                    return Verdict(False, sealed, f"entry of seal {position} is missing")
                previous = hashlib.sha256(previous + text.encode()).digest()
                if bytes(stored_hash) != previous:
                    return Verdict(False, sealed, f"changed entry at {position}")
                sealed, expected = sealed + 1, expected + 1
        cursor.execute("SELECT position, hash FROM core_audithead")
        head = cursor.fetchone()
    if head[0] != sealed or bytes(head[1]) != previous:
        return Verdict(False, sealed, "the head does not match the last entry")
    return Verdict(True, sealed)


_CHAIN = """
SELECT s.position, s.previous, s.hash, core_audit_text(e)
FROM core_auditseal s LEFT JOIN core_auditentry e ON e.id = s.entry_id
WHERE s.position >= %s AND s.position < %s ORDER BY s.position
"""
