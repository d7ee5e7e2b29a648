"""Headquarters' prescriptions: stages, rows, one record without its patient, refused documents."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pharmacy.core import audit, clock
from pharmacy.core.models import AuditEntry
from pharmacy.demo.cast import PATIENTS
from pharmacy.headquarters.selectors import prescriptions as reads
from prescriptions.models import Prescription
from tests import bench_fixtures as bench
from tests import hq_fixtures as hq
from tests import story
from tests.payment_fixtures import peer  # noqa: F401

pytestmark = pytest.mark.django_db
LISTS = (
    "overview", "stock", "expiring", "prescriptions", "documents", "issuers", "health",
    "stock-csv", "expiring-csv", "prescriptions-csv", "documents-csv",
)  # fmt: skip
DETAIL_BUDGET = 28
LIST_BUDGET = 14


def identities() -> list[str]:
    """Everything that would say who a patient of the cast is."""
    return [text for each in PATIENTS for text in (each.name, each.identifier, each.birth_date)]


def stages(answer: Any) -> dict[str, int]:
    """How many stand where, as the page says."""
    return {row.code: row.count for row in answer.context["funnel"] if row.count}


def test_each_prescription_stands_in_its_stage() -> None:
    w, _made = hq.busy_world()
    answer = hq.at_headquarters(w.headquarters).get(reverse("hq:prescriptions"))
    assert stages(answer) == {
        "to-choose": 1, "in-review": 1, "awaiting-payment": 1, "in-preparation": 3, "ready": 1,
        "future": 14,
    }  # fmt: skip
    assert "7 prescriptions are on their way" in answer.content.decode()


def test_the_overview_says_the_same_and_every_figure_leads_to_its_rows() -> None:
    w, made = hq.busy_world()
    hq.go_wrong(w, made)
    client = hq.at_headquarters(w.headquarters)
    page = client.get(reverse("hq:overview")).content.decode()
    assert "7 prescriptions are on their way; 2 lots worth ¥321.00 expire within 90 days" in page
    for link in (
        "/hq/prescriptions/?stage=on-the-way", "/hq/stock/expiring/",
        "/hq/documents/?stage=refused", "/hq/prescriptions/?stage=completed",
    ):  # fmt: skip
        assert f'href="{link}"' in page
        assert client.get(link).status_code == 200


def test_the_median_is_the_time_between_two_steps() -> None:
    # given reviews that took 2, 4 and 30 minutes
    w = story.world()
    start = clock.now()
    for minutes in (2, 4, 30):
        with clock.at(start):
            row = bench.to_review(w)
        with clock.at(start + dt.timedelta(minutes=minutes)):
            bench.to_pay(w, row)
    # when
    found = reads.times(since=start - dt.timedelta(days=1))
    # then
    assert (found["in-review"].left, found["in-review"].median) == (3, 240.0)
    assert found["in-review"].p90 == pytest.approx(1488.0)


def test_rows_are_filtered_by_stage_store_hospital_and_order() -> None:
    w, made = hq.busy_world()
    client = hq.at_headquarters(w.headquarters)

    def total(**asked: str) -> int:
        return client.get(reverse("hq:prescriptions"), asked).context["page"].total

    assert total() == 7
    assert total(stage="on-the-way") == 7
    assert total(stage="in-review") == 1
    assert total(stage="future") == 14
    assert total(store="S01") == 6
    assert total(store="S02") == 0
    assert total(issuer="HOSPITAL") == 7
    assert total(q=made["pay"].placed_order.number) == 1
    assert total(q="nothing") == 0
    assert client.get(reverse("hq:prescriptions"), {"stage": "x"}).status_code == 422


@pytest.mark.parametrize("count", [2, 12])
def test_the_list_needs_the_same_few_queries_at_any_length(count: int) -> None:
    w = story.world()
    for _ in range(count):
        bench.to_review(w)
    client = hq.at_headquarters(w.headquarters)
    client.get(reverse("hq:prescriptions"))
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(reverse("hq:prescriptions"))
    assert answer.context["page"].total == count
    assert len(seen) <= LIST_BUDGET, [query["sql"][:90] for query in seen]


@pytest.mark.usefixtures("peer")
def test_no_page_and_no_file_says_who_a_patient_is() -> None:
    # given
    w, made = hq.busy_world()
    bag = hq.given(w)
    hq.go_wrong(w, made)
    client = hq.at_headquarters(w.headquarters)
    paths = [reverse(f"hq:{name}") for name in LISTS]
    paths += [
        reverse("hq:medicine", args=[w.amlodipine.code]),
        reverse("hq:document", args=[made["refused"].external_id]),
        *[reverse("hq:prescription", args=[rx.external_id]) for rx in Prescription.objects.all()],
    ]
    assert bag.issue.prescription.patient_name in identities()
    # when, then
    for language in ("en", "zh-hans"):
        client.cookies["django_language"] = language
        for path in paths:
            answer = client.get(path)
            page = answer.content.decode()
            assert answer.status_code == 200, path
            assert [text for text in identities() if text in page] == [], path


def test_a_diagnosis_and_an_allergy_are_not_shown() -> None:
    w = story.world()
    rx = story.verified()
    page = hq.at_headquarters(w.headquarters).get(reverse("hq:prescription", args=[rx.external_id]))
    assert rx.diagnoses[0]["display"] not in page.content.decode()
    assert "not shown to headquarters" in page.content.decode()


def test_opening_a_record_leaves_exactly_one_trace_and_a_list_none() -> None:
    w, made = hq.busy_world()
    client = hq.at_headquarters(w.headquarters)
    for name in LISTS:
        client.get(reverse(f"hq:{name}"))
    assert not AuditEntry.objects.filter(action="read").exists()
    rx = made["review"].issue.prescription
    client.get(reverse("hq:prescription", args=[rx.external_id]))
    [entry] = AuditEntry.objects.filter(action="read")
    assert (entry.actor, entry.subject, entry.reason) == (
        w.headquarters.actor, rx.audit_subject, "oversight",
    )  # fmt: skip


@pytest.mark.usefixtures("peer")
def test_one_record_shows_evidence_axes_bags_and_what_was_done() -> None:
    # given a prescription that went all the way
    w = story.world()
    rx = hq.given(w).issue.prescription
    client = hq.at_headquarters(w.headquarters)
    # when
    path = reverse("hq:prescription", args=[rx.external_id])
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path)
    page = answer.content.decode()
    # then
    assert answer.context["record"].evidence["problems"] == []
    for words in (
        "15 checks are fine", "Reported to the hospital", "Approved", "Confirmed by the hospital",
        "Bag handed over", "Checked by a second person", "pharmacist-a", "for oversight",
    ):  # fmt: skip
        assert words in page
    assert len(seen) <= DETAIL_BUDGET, len(seen)


def test_a_record_that_does_not_exist_leaves_no_trace() -> None:
    w = story.world()
    client = hq.at_headquarters(w.headquarters)
    for page in ("prescription", "document"):
        answer = client.get(reverse(f"hq:{page}", args=[uuid.uuid4()]))
        assert answer.status_code == 404
    assert not AuditEntry.objects.filter(action="read").exists()


def test_a_refused_document_says_why_in_words() -> None:
    # given
    w = story.world()
    source = hq.refused()
    client = hq.at_headquarters(w.headquarters)
    # when
    answer = client.get(reverse("hq:documents"))
    page = answer.content.decode()
    # then
    assert "1 document was refused" in page
    assert "The signature does not match the document." in page
    assert "signature.invalid" in page
    detail = client.get(reverse("hq:document", args=[source.external_id])).content.decode()
    assert "Signature over the exact bytes" in detail
    for asked, total in (({"reason": "signature.invalid"}, 1), ({"stage": "quarantined"}, 0)):
        found = client.get(reverse("hq:documents"), asked)
        assert found.context["page"].total == total


def test_the_file_of_prescriptions_has_codes_and_no_patient() -> None:
    w, made = hq.busy_world()
    answer = hq.at_headquarters(w.headquarters).get(
        reverse("hq:prescriptions-csv"), {"stage": "awaiting-payment"}
    )
    [heads, line] = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(heads) == len(line)
    assert line[0] == str(made["pay"].issue.prescription.external_id)
    assert line[2:6] == ["Waits for payment", "S01", "Hospital", made["pay"].placed_order.number]


def test_everything_is_there_in_chinese() -> None:
    w, _made = hq.busy_world()
    client = hq.at_headquarters(w.headquarters)
    client.cookies["django_language"] = "zh-hans"
    page = client.get(reverse("hq:overview")).content.decode()
    assert "7 张处方进行中" in page
    assert "处方所处环节" in page
    assert 'lang="zh-hans"' in page


def test_the_log_still_holds_after_all_that_was_read() -> None:
    w, made = hq.busy_world()
    client = hq.at_headquarters(w.headquarters)
    client.get(reverse("hq:prescription", args=[made["to_choose"].external_id]))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert audit.verify().is_intact
