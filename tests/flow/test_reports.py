"""What a hospital says to our report: turned away, mended, sent again, confirmed once."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from prescriptions.models import Issue, Report
from tests import story
from tests.report_fixtures import world_with_reports

pytestmark = pytest.mark.django_db(transaction=True)


def say(*arguments: str) -> str:
    out = StringIO()
    call_command("report", *arguments, stdout=out)
    return out.getvalue().strip()


def test_a_rejected_report_is_sent_again_once_its_cause_is_mended(
    peer: Any, reports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a hospital that does not understand our report
    w = world_with_reports(reports)
    hospital = reports.RequestHandlerClass.hospital
    with monkeypatch.context() as broken:
        broken.setattr(hospital, "take_report", lambda key, body: (422, ""))
        bag = story.handed_over(w)
    row = Report.objects.get(dispense=bag)
    assert row.stage == "rejected"
    assert Issue.objects.get(pk=bag.issue_id).use == "settled"
    listed = json.loads(say("rejected"))
    assert listed == {"id": str(row.external_id), "issuer": "HOSPITAL", "answer": "http-422"}
    # when it is mended there and sent again
    assert say("resend", str(row.external_id)) == "confirmed"
    # then the issue is at its end, the hospital knows once, and a further try is refused
    assert Issue.objects.get(pk=bag.issue_id).use == "reported"
    assert len(hospital.reports()) == 1
    with pytest.raises(CommandError):
        say("resend", str(row.external_id))
    assert say("rejected") == ""


def test_an_unknown_report_is_said_to_be() -> None:
    with pytest.raises(CommandError):
        say("resend", "00000000-0000-0000-0000-000000000000")
