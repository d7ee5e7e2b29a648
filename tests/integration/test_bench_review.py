"""Review at the bench: what is shown, what each decision writes, what a refusal keeps."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from pharmacy.core import outbox
from pharmacy.core.models import AuditEntry
from pharmacy.fulfilment.models import Fulfilment
from prescriptions.models import ChecklistAnswer, Finding, Review
from tests import bench_fixtures as bench
from tests import story

pytestmark = pytest.mark.django_db


def url(row: Fulfilment) -> str:
    return reverse("bench:review", args=[row.external_id])


def send(client: Client, row: Fulfilment, verdict: str, **fields: Any) -> Any:
    """Send the decision form."""
    return client.post(url(row), {"verdict": verdict, **fields})


def alerts(row: Fulfilment) -> list[Finding]:
    return [each for each in row.issue.findings.all() if each.state == "alert"]


def reads(row: Fulfilment) -> list[tuple[str, str, str]]:
    """(actor, purpose, store) of every trace that this prescription was read."""
    entries = AuditEntry.objects.filter(
        action="read", subject=row.issue.prescription.audit_subject
    ).order_by("pk")
    return [(entry.actor, entry.reason, entry.store) for entry in entries]


def test_the_page_shows_what_a_pharmacist_has_to_see() -> None:
    w = story.world()
    row = bench.to_review(w, severity=3)
    page = bench.at_the_bench(w.checker).get(url(row)).content.decode()
    for expected in ("患者一", "高血压 (I10)", "心内科", "62", "Amlodipine", "Atorvastatin"):
        assert expected in page
    assert "checks are fine" in page
    assert page.index("Severe") < page.index("check found nothing")


def test_opening_a_record_leaves_one_trace_of_who_read_it_and_why() -> None:
    w = story.world()
    row = bench.to_review(w)
    bench.at_the_bench(w.checker).get(url(row))
    assert reads(row) == [(w.checker.actor, "review", "S01")]


def test_the_rules_are_asked_when_the_review_is_first_opened_and_only_then() -> None:
    # given a prescription that nobody opened
    w = story.world()
    row = story.claimed(w, raw=bench.document())
    client = bench.at_the_bench(w.checker)
    assert row.issue.findings.count() == 0
    # when
    client.get(url(row))
    found = set(row.issue.findings.values_list("pk", flat=True))
    client.get(url(row))
    # then
    assert found
    assert set(row.issue.findings.values_list("pk", flat=True)) == found


def test_an_approval_keeps_ten_answers_and_goes_back_to_the_queue() -> None:
    w = story.world()
    row = bench.to_review(w)
    answer = send(bench.at_the_bench(w.checker), row, "approve", checked=bench.TEN)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("bench:queue")
    [made] = Review.objects.all()
    assert (made.decision, made.reviewer, made.store) == ("approve", w.checker, w.store)
    assert set(made.answers.values_list("question", "is_confirmed")) == {
        (q, True) for q in bench.TEN
    }
    outbox.drain()
    assert story.fresh(row).stage == "awaiting-payment"


def test_sending_the_approval_twice_writes_it_once() -> None:
    w = story.world()
    row = bench.to_review(w)
    client = bench.at_the_bench(w.checker)
    send(client, row, "approve", checked=bench.TEN)
    answer = send(client, row, "approve", checked=bench.TEN)
    assert answer.status_code == 409
    assert "This prescription was already decided." in answer.content.decode()
    assert Review.objects.count() == 1


def test_an_open_check_is_named_and_everything_typed_stays() -> None:
    # given an alert with a reason, and nine of ten checks
    w = story.world()
    row = bench.to_review(w, severity=3)
    [alert] = alerts(row)
    nine = [question for question in bench.TEN if question != "age"]
    # when
    answer = send(
        bench.at_the_bench(w.checker),
        row,
        "approve",
        checked=nine,
        **{f"reason-{alert.pk}": "asked"},
    )
    # then
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Not confirmed yet:" in page
    assert ">asked</textarea>" in page
    assert page.count(" checked") == 9
    assert not Review.objects.exists()
    assert not ChecklistAnswer.objects.exists()


def test_a_finding_without_a_reason_shows_its_error_beside_it() -> None:
    w = story.world()
    row = bench.to_review(w, severity=3)
    [alert] = alerts(row)
    answer = send(bench.at_the_bench(w.checker), row, "approve", checked=bench.TEN)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f'id="reason-error-{alert.pk}"' in page
    assert f'aria-describedby="finding-{alert.pk} reason-error-{alert.pk}"' in page
    assert not Review.objects.exists()


def test_a_reason_beside_a_finding_is_kept_with_its_author() -> None:
    w = story.world()
    row = bench.to_review(w, severity=3)
    [alert] = alerts(row)
    send(
        bench.at_the_bench(w.checker),
        row,
        "approve",
        checked=bench.TEN,
        **{f"reason-{alert.pk}": "prescriber confirmed"},
    )
    alert.refresh_from_db()
    assert (alert.override_reason, alert.overridden_by) == ("prescriber confirmed", w.checker)


def test_a_decline_without_a_reason_is_refused_at_its_field() -> None:
    w = story.world()
    row = bench.to_review(w)
    answer = send(bench.at_the_bench(w.checker), row, "decline", **{"decline-note": "too much"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-describedby="decline-error"' in page
    assert ">too much</textarea>" in page
    assert not Review.objects.exists()


def test_a_decline_ends_the_fulfilment() -> None:
    w = story.world()
    row = bench.to_review(w)
    answer = send(
        bench.at_the_bench(w.checker),
        row,
        "decline",
        **{
            "decline-reason": "dose",
            "decline-note": "above the maximum",
            "query-reason": "unclear",
        },
    )
    assert answer.status_code == 302
    [made] = Review.objects.all()
    assert (made.decision, made.reason_code, made.note) == ("decline", "dose", "above the maximum")
    outbox.drain()
    assert story.fresh(row).stage == "declined"


def test_a_question_to_the_prescriber_leaves_the_review_open() -> None:
    w = story.world()
    row = bench.to_review(w)
    client = bench.at_the_bench(w.checker)
    send(client, row, "query", **{"query-reason": "unclear", "query-note": "Which strength?"})
    [made] = Review.objects.all()
    assert (made.decision, made.reason_code, made.note) == ("query", "unclear", "Which strength?")
    [review, *_rest] = client.get(reverse("bench:queue")).context["work"].groups
    assert [str(each.note) for each in review.rows] == ["asked the prescriber"]


def test_without_javascript_all_ten_are_ticked_by_a_button_and_nothing_is_written() -> None:
    w = story.world()
    row = bench.to_review(w, severity=3)
    [alert] = alerts(row)
    answer = bench.at_the_bench(w.checker).post(
        url(row), {"tick": "all", f"reason-{alert.pk}": "half a sent"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count(" checked") == 10
    assert ">half a sent</textarea>" in page
    assert not Review.objects.exists()


def test_a_verdict_that_is_none_is_refused() -> None:
    w = story.world()
    row = bench.to_review(w)
    answer = send(bench.at_the_bench(w.checker), row, "maybe", checked=bench.TEN)
    assert answer.status_code == 422
    assert not Review.objects.exists()


def test_without_a_licence_nothing_is_decided() -> None:
    w = story.world()
    row = bench.to_review(w)
    w.picker.licence_number = ""
    w.picker.save()
    answer = send(bench.at_the_bench(w.picker), row, "approve", checked=bench.TEN)
    assert answer.status_code == 403
    assert "valid licence" in answer.content.decode()
    assert not Review.objects.exists()


def test_next_leads_to_the_review_after_this_one() -> None:
    w = story.world()
    first, second = bench.to_review(w), bench.to_review(w)
    answer = bench.at_the_bench(w.checker).get(url(first))
    assert answer.context["next"].key == str(second.external_id)


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_store_s_prescription_is_not_found(method: str) -> None:
    w = story.world()
    row = bench.to_review(w)
    answer = getattr(bench.at_the_bench(w.stranger), method)(url(row), {"verdict": "approve"})
    assert answer.status_code == 404
    assert "患者一" not in answer.content.decode()
    assert reads(row) == []
    assert not Review.objects.exists()


def test_an_id_that_is_nobody_s_is_not_found() -> None:
    w = story.world()
    address = reverse("bench:review", args=[uuid.uuid4()])
    assert bench.at_the_bench(w.picker).get(address).status_code == 404


def test_the_page_speaks_chinese() -> None:
    w = story.world()
    row = bench.to_review(w)
    client = bench.at_the_bench(w.checker)
    client.cookies["django_language"] = "zh-hans"
    with translation.override("en"):  # the page's language ends with the page
        page = client.get(url(row)).content.decode()
    for expected in ("四查十对", "通过", "不通过", "询问医生", "诊断", "过敏史"):
        assert expected in page
    assert ">Approve" not in page
