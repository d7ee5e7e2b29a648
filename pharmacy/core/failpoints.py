"""Named points where a test can crash or pause the program.

`failpoint("dispense.committed")` does nothing unless the settings say `FAILPOINTS_ALLOWED`
(the test settings do) and a test armed the point, in process or through the environment
variable `RXFLOW_FAILPOINTS` ("name=crash,other=pause:0.5").
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator

from django.conf import settings

_armed: dict[str, Callable[[], None]] = {}


def failpoint(name: str) -> None:
    """Run what a test armed at this name; otherwise do nothing."""
    if not getattr(settings, "FAILPOINTS_ALLOWED", False):
        return
    action = _armed.get(name) or _from_environment().get(name)
    if action is not None:
        action()


@contextlib.contextmanager
def armed(name: str, action: Callable[[], None]) -> Iterator[None]:
    """Arm a point in this process for the length of the block."""
    _armed[name] = action
    try:
        yield
    finally:
        _armed.pop(name, None)


def _from_environment() -> dict[str, Callable[[], None]]:
    points: dict[str, Callable[[], None]] = {}
    for entry in filter(None, os.environ.get("RXFLOW_FAILPOINTS", "").split(",")):
        name, _, verb = entry.partition("=")
        points[name] = _action(verb)
    return points


def _action(verb: str) -> Callable[[], None]:
    if verb == "crash":
        return lambda: os.kill(os.getpid(), signal.SIGKILL)
    seconds = float(verb.partition(":")[2] or 1)
    return lambda: _pause(seconds)


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)
