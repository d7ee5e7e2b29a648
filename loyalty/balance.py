"""Reading points: the balance now, the balance at any past instant, and the proof of both."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from loyalty.models import AVAILABLE, PENDING, MemberAccount, PointsPosting
from pharmacy.people.models import Person


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Points to use now, and points that wait for the end of the return period."""

    available: int
    pending: int


def of(person: Person) -> Balance:
    """The balance now, in one query; a person who is not a member has none."""
    row = MemberAccount.objects.filter(person=person).values("available", "pending").first()
    return Balance(**row) if row else Balance(available=0, pending=0)


def as_of(person: Person, instant: dt.datetime) -> Balance:
    """The balance at a past instant, from the postings that were recorded until then."""
    postings = PointsPosting.objects.filter(
        member__person=person, transaction__recorded_at__lte=instant
    )
    return Balance(**postings.aggregate(available=_sum(AVAILABLE), pending=_sum(PENDING)))


def mismatches() -> list[str]:
    """External ids of the members whose balance is not the sum of their postings: none, ever."""
    sums = MemberAccount.objects.annotate(
        posted_available=_sum(AVAILABLE, "postings__"), posted_pending=_sum(PENDING, "postings__")
    )
    wrong = sums.exclude(available=F("posted_available"), pending=F("posted_pending"))
    return [str(external_id) for external_id in wrong.values_list("external_id", flat=True)]


def _sum(account: str, path: str = "") -> Coalesce:
    return Coalesce(Sum(f"{path}points", filter=Q(**{f"{path}account": account})), 0)
