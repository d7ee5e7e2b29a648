"""Typed refusals: what went wrong, said once for people and once for machines.

The class decides what the caller should do (HTTP status, retry, log level); a subclass
names the broken rule and carries a stable `code`. Facts are plain values for machines and
never hold patient data.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class PharmacyError(Exception):
    """Root of every refusal of ours.

    Args:
        facts: codes, counts and opaque ids that a machine may need. No patient data.
    """

    code: ClassVar[str] = "error"
    sentence: ClassVar[Sentence] = _("Something went wrong.")
    http_status: ClassVar[int] = 500
    is_retryable: ClassVar[bool] = False
    log_level: ClassVar[str] = "error"

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts: dict[str, Any] = facts

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


class Invalid(PharmacyError):
    """The input must be fixed before it is sent again."""

    code = "invalid"
    sentence = _("Please check what you entered.")
    http_status = 422
    log_level = "info"


class NotFound(PharmacyError):
    """There is no such thing for this caller."""

    code = "not-found"
    sentence = _("We could not find that.")
    http_status = 404
    log_level = "info"


class Denied(PharmacyError):
    """This role or store may not do this."""

    code = "denied"
    sentence = _("You may not do this.")
    http_status = 403
    log_level = "warning"


class Refused(PharmacyError):
    """A rule of the domain says no; the sentence is shown to people."""

    code = "refused"
    sentence = _("This is not possible.")
    http_status = 409
    log_level = "info"


class Conflict(PharmacyError):
    """Somebody else was faster; repeating the call may succeed."""

    code = "conflict"
    sentence = _("Someone else changed this at the same moment. Please try again.")
    http_status = 409
    is_retryable = True
    log_level = "info"


class Unavailable(PharmacyError):
    """A system outside does not answer; try again later."""

    code = "unavailable"
    sentence = _("A system we depend on does not answer. We will try again.")
    http_status = 503
    is_retryable = True
    log_level = "warning"
    retry_after_seconds: ClassVar[int] = 30


class Broken(PharmacyError):
    """An invariant of ours failed: someone has to look."""

    code = "broken"
    sentence = _("Something broke on our side. We have been told.")
