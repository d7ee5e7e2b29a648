"""Dates: when it was signed, and whether today is a good day to use it."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from prescriptions.checks.examination import Case, Refusal

SKEW = dt.timedelta(seconds=300)  # between the issuer's clock and ours


def signing_time(case: Case) -> None:
    """Not in the future; where the format says so, on the day of issue."""
    signed_at = case.envelope.signed_at
    if signed_at is not None and signed_at > case.at + SKEW:
        raise Refusal("signing-time.future")
    if not case.format.signs_on_issue_date:
        return
    if signed_at is None:
        raise Refusal("signing-time.missing")
    zone = zoneinfo.ZoneInfo(case.time_zone)
    if signed_at.astimezone(zone).date() != case.prescription.issued_at.astimezone(zone).date():
        raise Refusal("signing-time.not-issue-date")


def window(case: Case) -> None:
    """Today, where the issuer is, lies between the first and the last good day."""
    today = case.at.astimezone(zoneinfo.ZoneInfo(case.time_zone)).date()
    if today < case.prescription.valid_from:
        raise Refusal("rx.not-yet-valid")
    if today > case.prescription.valid_until:
        raise Refusal("rx.expired")
