"""Repeat prescriptions keep their interval, and what nobody took in time ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pharmacy.core import clock
from pharmacy.fulfilment import placement
from prescriptions import claiming, expiry, reporting, tasks
from prescriptions.models import Claim, Issue, Prescription, Report
from tests import story
from tests.payment_fixtures import peer  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)


def second(prescription: Prescription) -> Issue:
    return prescription.issues.get(number=2)


def test_the_interval_counts_from_the_day_of_the_real_fill(peer: object) -> None:  # noqa: F811
    w = story.world()
    prescription = story.verified()
    Prescription.objects.update(min_interval_days=28)
    opened = second(prescription).opens_on
    later = clock.now() + dt.timedelta(days=20)
    with clock.at(later):
        row = story.approve(w, story.claimed(w, issue=prescription.issues.get(number=1)))
        story.handed_over(w, story.ready(w, story.picked(w, story.paid(w, row))))
        handed_over_on = clock.today("Asia/Shanghai")
    following = second(prescription)
    assert following.opens_on == handed_over_on + dt.timedelta(days=28) > opened
    with clock.at(later + dt.timedelta(days=27)), pytest.raises(claiming.NotInWindow):
        placement.choose_store(issue=following, store=w.store, person=w.person)
    with clock.at(later + dt.timedelta(days=28)):
        placement.choose_store(issue=following, store=w.store, person=w.person)


def test_no_two_fills_of_one_prescription_are_under_way_at_once() -> None:
    w = story.world()
    prescription = story.verified()
    Prescription.objects.update(min_interval_days=28)
    with clock.at(clock.now() + dt.timedelta(days=40)):
        story.claimed(w, issue=prescription.issues.get(number=1))
        following = second(prescription)
        with pytest.raises(claiming.FillUnderWay):
            placement.choose_store(issue=following, store=w.other_store, person=w.person)
    assert Claim.objects.count() == 1
    assert second(prescription).use == "future"


def test_what_nobody_took_in_time_expires_and_what_a_store_took_is_finished() -> None:
    w = story.world()
    prescription = story.verified("simple")
    taken = story.verified("hypertension")
    story.claimed(w, issue=taken.issues.get(number=1))
    # on the last day nothing ends
    with clock.at(clock.now() + dt.timedelta(days=2)):
        assert expiry.expire_due() == 0
    # long after it, what is unused ends and what is under way does not
    with clock.at(clock.now() + dt.timedelta(days=120)):
        assert tasks.expire_due() == 1
        assert tasks.expire_due() == 0
    uses = list(taken.issues.order_by("number").values_list("use", flat=True))
    assert uses == ["claimed", "expired", "expired"]
    assert Prescription.objects.get(pk=taken.pk).validity == "active"
    assert Prescription.objects.get(pk=prescription.pk).validity == "expired"
    assert prescription.issues.get().use == "expired"


@pytest.mark.parametrize(
    ("status", "stage"), [(401, "pending"), (404, "pending"), (301, "pending"), (422, "rejected")]
)
def test_only_a_refusal_of_the_report_itself_ends_it(
    peer: object,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    stage: str,
) -> None:
    from pharmacy.core import http

    w = story.world()
    type(w.issuer).objects.update(report_url="http://127.0.0.1/reports")

    def answer(*_args: Any, **_options: Any) -> http.Answer:
        return http.Answer(status, b"", {})

    monkeypatch.setattr(reporting.http, "send", answer)
    bag = story.handed_over(w)
    report = Report.objects.get(dispense=bag)
    assert (report.stage, report.confirmed_at) == (stage, None)
