"""Guessing hand-over codes: the lock of a bag counts its own misses, this counts a person's.

A code is looked up before its bag is known, so the lock of a bag does not bound that search.
Five codes a minute that open nothing are enough for typing errors; more leave an audit entry.
"""

from __future__ import annotations

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from pharmacy.core import audit
from pharmacy.core.errors import Refused
from pharmacy.people.models import Staff, Store

MAX_MISSES, WINDOW_SECONDS = 5, 60


class TooManyCodes(Refused):
    """One person tried many codes that open nothing."""

    code = "dispense.too-many-codes"
    sentence = _("Too many codes that open nothing. Wait a minute, then ask for the code again.")
    http_status = 429


def require_patience(*, by: Staff) -> None:
    """Refuse to look up a code, right or wrong, while this person has to wait.

    Raises:
        TooManyCodes: five misses within the minute.
    """
    if cache.get(_key(by), 0) >= MAX_MISSES:
        raise TooManyCodes


def note_miss(*, by: Staff, store: Store) -> None:
    """Count a code that opened nothing; the fifth within a minute is written down."""
    cache.add(_key(by), 0, WINDOW_SECONDS)
    try:
        misses = cache.incr(_key(by))
    except ValueError:  # the minute ended in between
        return
    if misses == MAX_MISSES:
        audit.record(
            by=by.actor,
            action="dispense.codes-guessed",
            subject=store.audit_subject,
            store=store.code,
        )


def _key(by: Staff) -> str:
    return f"handover-misses:{by.external_id}"
