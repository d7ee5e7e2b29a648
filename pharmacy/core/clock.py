"""The one clock: every rule that depends on time asks here, so that tests can set it."""

from __future__ import annotations

import contextlib
import datetime as dt
import zoneinfo
from collections.abc import Iterator
from contextvars import ContextVar

_frozen: ContextVar[dt.datetime | None] = ContextVar("frozen_now", default=None)


def now() -> dt.datetime:
    """The present instant, aware, in UTC."""
    return _frozen.get() or dt.datetime.now(tz=dt.UTC)  # noqa: TID251 - the one place


def today(zone: str = "UTC") -> dt.date:
    """The calendar day in an IANA time zone: expiry dates are local dates."""
    return now().astimezone(zoneinfo.ZoneInfo(zone)).date()


@contextlib.contextmanager
def at(instant: dt.datetime) -> Iterator[None]:
    """Stop the clock at an aware instant, for tests and for `--at` of commands."""
    token = _frozen.set(instant.astimezone(dt.UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
