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
        action: what was done, such as `issue.use.claimed`.
        subject: what was touched, such as `prescription:<uuid>`.
        store: the code of the store where it happened.
        reason: why, in words or as a code.
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
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED)
        if cursor.fetchone()[0]:
            return Verdict(is_intact=False, sealed=0, problem="entries without a seal")
        sealed, last, problem = 0, GENESIS, ""
        while True:  # entries that arrive meanwhile belong to the chain
            before = sealed
            sealed, last, problem = _walk(cursor, batch, sealed, last)
            cursor.execute("SELECT position, hash FROM core_audithead")
            position, stored = cursor.fetchone()
            if problem or position <= sealed or sealed == before:
                break
    if problem:
        return Verdict(is_intact=False, sealed=sealed, problem=problem)
    if position != sealed or bytes(stored) != last:
        return Verdict(is_intact=False, sealed=sealed, problem="the head is not the last entry")
    return Verdict(is_intact=True, sealed=sealed)


def _walk(cursor: Any, batch: int, sealed: int, previous: bytes) -> tuple[int, bytes, str]:
    """Follow the chain from a seal; return how many held, the last hash, and what broke."""
    while True:
        cursor.execute(_CHAIN, [sealed + 1, sealed + 1 + batch])
        rows = cursor.fetchall()
        if not rows:
            return sealed, previous, ""
        for position, stored_previous, stored_hash, text in rows:
            if position != sealed + 1 or bytes(stored_previous) != previous:
                return sealed, previous, f"broken link at {sealed + 1}"
            previous = hashlib.sha256(previous + (text or "").encode()).digest()
            if bytes(stored_hash) != previous:
                return sealed, previous, f"changed or missing entry at {position}"
            sealed += 1


_UNSEALED = """
SELECT count(*) FROM core_auditentry e
WHERE NOT EXISTS (SELECT 1 FROM core_auditseal s WHERE s.entry_id = e.id)
"""
_CHAIN = """
SELECT s.position, s.previous, s.hash, core_audit_text(e)
FROM core_auditseal s LEFT JOIN core_auditentry e ON e.id = s.entry_id
WHERE s.position >= %s AND s.position < %s ORDER BY s.position
"""
