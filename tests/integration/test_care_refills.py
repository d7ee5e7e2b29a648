"""A supply is handed over, runs out, is announced once, and is followed by the next one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from oscar.core.loading import get_model

from pharmacy.care import refills, selectors, tasks
from pharmacy.care.arithmetic import supply
from pharmacy.care.models import RefillPlan
from pharmacy.core import clock
from pharmacy.core.models import AuditEntry, OutboxMessage
from pharmacy.core.states import TransitionRefused
from pharmacy.formulary.models import Medicine
from pharmacy.people.models import Person

pytestmark = pytest.mark.django_db
Product, ProductClass = get_model("catalogue", "Product"), get_model("catalogue", "ProductClass")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def medicine(code: str = "amlodipine-5mg-tablet-28") -> Medicine:
    kind, _ = ProductClass.objects.get_or_create(name="Medicine", slug="medicine")
    # Past the signals of the search index, which has nothing to do here.
    (product,) = Product.objects.bulk_create([Product(title=code, slug=code, product_class=kind)])
    return Medicine.objects.create(
        product=product, code=code, name_en="Amlodipine", name_zh="氨氯地平", pinyin="anlvdiping",
        initials="aldp", strength="5 mg", form="tablet", base_unit="tablet", pack_size=28,
        supply_class="rx", is_chronic=True, barcode=f"2{Medicine.objects.count():012d}",
        price_minor=2_800,
    )  # fmt: skip


def person(name: str = "Patient One") -> Person:
    return Person.objects.create(name=name, created_at=clock.now())


def fill(
    who: Person, what: Medicine, on: str, *, days: int = 28, key: str | None = None
) -> RefillPlan:
    return refills.plan(
        person=who, issue_key=key or f"issue:{who.pk}:{on}", medicine=what, quantity=days,
        days_supply=days, handed_over_date=day(on),
    )  # fmt: skip


def fetched(plan: RefillPlan) -> RefillPlan:
    return RefillPlan.objects.get(pk=plan.pk)


# --- The days --------------------------------------------------------------------------------


def test_a_first_supply_starts_on_the_day_it_is_handed_over() -> None:
    days = supply(handed_over_date=day("2026-11-01"), days_supply=28)
    assert days.starts_date == day("2026-11-01")
    assert days.runs_out_date == day("2026-11-28")
    assert days.next_due_date == day("2026-11-22")


@pytest.mark.parametrize(
    ("carried_until", "starts"),
    [
        ("2026-10-30", "2026-11-01"),  # ran out two days ago: there is a gap
        ("2026-10-31", "2026-11-01"),  # ran out yesterday
        ("2026-11-01", "2026-11-02"),  # today's dose is still from the old box
        ("2026-11-20", "2026-11-21"),
    ],
)
def test_a_supply_follows_what_is_left(carried_until: str, starts: str) -> None:
    days = supply(
        handed_over_date=day("2026-11-01"), days_supply=10, carried_until=day(carried_until)
    )
    assert days.starts_date == day(starts)
    assert (days.runs_out_date - days.starts_date).days == 9


def test_a_short_supply_is_never_due_before_it_is_handed_over() -> None:
    days = supply(handed_over_date=day("2026-11-01"), days_supply=3)
    assert days.next_due_date == day("2026-11-01")
    assert days.runs_out_date == day("2026-11-03")


def test_the_published_early_refill_starts_on_the_third_of_october() -> None:
    """PQA's worked example of a shifted fill: 2018-07-05 and 2018-09-25, 90 days each."""
    who, what = person(), medicine()
    first = fill(who, what, "2018-07-05", days=90)
    second = fill(who, what, "2018-09-25", days=90)
    assert first.runs_out_date == day("2018-10-02")
    assert second.starts_date == day("2018-10-03")
    assert second.runs_out_date == day("2018-12-31")
    assert second.next_due_date == day("2018-12-25")


# --- Planning --------------------------------------------------------------------------------


def test_the_next_fill_closes_the_plan_before_it() -> None:
    who, what = person(), medicine()
    first = fill(who, what, "2026-10-01")
    second = fill(who, what, "2026-10-25")
    assert (fetched(first).stage, fetched(first).is_active) == ("reordered", False)
    assert (second.stage, second.is_active) == ("active", True)
    assert second.starts_date == day("2026-10-29")


def test_another_medicine_and_another_person_have_their_own_days() -> None:
    who, what = person(), medicine()
    fill(who, what, "2026-10-01", key="issue:1")
    other_medicine = fill(who, medicine("metformin-500mg-tablet-60"), "2026-10-05", key="issue:1")
    other_person = fill(person("Patient Two"), what, "2026-10-05", key="issue:2")
    assert other_medicine.starts_date == other_person.starts_date == day("2026-10-05")
    assert RefillPlan.objects.filter(stage="active").count() == 3


def test_the_same_fill_twice_is_one_plan() -> None:
    who, what = person(), medicine()
    assert fill(who, what, "2026-10-01") == fill(who, what, "2026-10-01")
    assert RefillPlan.objects.count() == 1


def test_the_same_fill_with_other_numbers_is_refused() -> None:
    who, what = person(), medicine()
    fill(who, what, "2026-10-01", key="issue:1")
    with pytest.raises(refills.FillChanged):
        fill(who, what, "2026-10-01", key="issue:1", days=14)
    assert RefillPlan.objects.get().days_supply == 28


@pytest.mark.parametrize(("quantity", "days"), [(0, 28), (28, 0), (-1, 28)])
def test_a_plan_without_a_supply_is_refused(quantity: int, days: int) -> None:
    with pytest.raises(refills.SupplyMissing):
        refills.plan(
            person=person(), issue_key="issue:1", medicine=medicine(), quantity=quantity,
            days_supply=days, handed_over_date=day("2026-10-01"),
        )  # fmt: skip
    assert not RefillPlan.objects.exists()


def test_a_fill_reported_late_is_history_and_changes_no_reminder() -> None:
    who, what = person(), medicine()
    newer = fill(who, what, "2026-10-25")
    older = fill(who, what, "2026-10-01")
    assert (older.stage, older.is_active, older.starts_date) == (
        "reordered",
        False,
        day("2026-10-01"),
    )
    assert fetched(newer).is_active
    assert fetched(newer).next_due_date == day("2026-11-15")


# --- Announcing ------------------------------------------------------------------------------


def announced() -> list[dict[str, str]]:
    return list(OutboxMessage.objects.filter(topic="RefillDue").values_list("payload", flat=True))


def run_on(text: str) -> int:
    """The task, at ten in the morning in Shanghai."""
    with clock.at(dt.datetime.fromisoformat(f"{text}T02:00:00+00:00")):
        return tasks.announce_due_refills()


def test_a_plan_is_announced_on_its_day_and_only_once() -> None:
    who = person()
    plan = fill(who, medicine(), "2026-10-01")
    assert plan.next_due_date == day("2026-10-22")
    assert [run_on("2026-10-21"), run_on("2026-10-22"), run_on("2026-10-22")] == [0, 1, 0]
    assert announced() == [{"person": str(who.external_id), "plan": str(plan.external_id)}]
    assert (fetched(plan).stage, fetched(plan).is_active) == ("due", True)
    entry = AuditEntry.objects.get(action="refill.due")
    assert (entry.actor, entry.subject) == ("system:care", plan.audit_subject)


def test_the_day_is_the_day_at_the_chains_place() -> None:
    plan = fill(person(), medicine(), "2026-10-01")
    with clock.at(dt.datetime(2026, 10, 21, 15, 59, tzinfo=dt.UTC)):
        assert tasks.announce_due_refills() == 0
    with clock.at(dt.datetime(2026, 10, 21, 16, 0, tzinfo=dt.UTC)):
        assert tasks.announce_due_refills() == 1
    assert fetched(plan).stage == "due"


def test_a_missed_day_is_made_up_for() -> None:
    fill(person(), medicine(), "2026-10-01")
    assert run_on("2026-10-30") == 1


def test_somebody_who_refilled_early_is_not_reminded() -> None:
    who, what = person(), medicine()
    fill(who, what, "2026-10-01")
    fill(who, what, "2026-10-20")
    assert run_on("2026-10-25") == 0
    assert announced() == []


def test_an_announced_plan_is_closed_by_the_next_fill() -> None:
    who, what = person(), medicine()
    plan = fill(who, what, "2026-10-01")
    run_on("2026-10-22")
    fill(who, what, "2026-10-24")
    assert fetched(plan).stage == "reordered"


def test_a_plan_that_another_worker_announced_is_left_alone(monkeypatch) -> None:
    plan = fill(person(), medicine(), "2026-10-01")
    stale = RefillPlan.objects.filter(pk=plan.pk)
    run_on("2026-10-22")
    monkeypatch.setattr(refills, "due", lambda _on: stale)
    assert run_on("2026-10-22") == 0
    assert len(announced()) == 1


def test_a_therapy_nobody_refilled_lapses_after_ninety_days() -> None:
    plan = fill(person(), medicine(), "2026-01-01")  # runs out on 28 January
    run_on("2026-01-22")
    run_on("2026-04-28")
    assert fetched(plan).stage == "due"
    run_on("2026-04-29")
    assert (fetched(plan).stage, fetched(plan).is_active) == ("lapsed", False)
    assert run_on("2026-04-30") == 0


def test_a_closed_plan_is_not_opened_again() -> None:
    plan = refills.mark(fill(person(), medicine(), "2026-10-01"), "lapsed", by="system:test")
    with pytest.raises(TransitionRefused):
        refills.announce(plan)
    assert announced() == []


def test_the_list_of_due_plans_reads_the_partial_index_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        text = refills.due(day("2026-11-01")).explain()
    assert "care_due" in text


def test_the_work_grows_with_what_is_due_and_not_with_what_is_planned(
    django_assert_num_queries, django_assert_max_num_queries
) -> None:
    what = medicine()
    for number in range(8):
        fill(person(f"Patient {number}"), what, "2026-10-01")
    with django_assert_num_queries(2):
        run_on("2026-10-01")
    with clock.at(dt.datetime(2026, 10, 22, tzinfo=dt.UTC)), django_assert_num_queries(1):
        assert len(list(refills.due(day("2026-10-22")).select_related("person"))) == 8
    with django_assert_max_num_queries(2 + 8 * 7):
        assert run_on("2026-10-22") == 8


def test_more_plans_than_a_batch_are_all_announced(monkeypatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)
    what = medicine()
    for number in range(5):
        fill(person(f"Patient {number}"), what, "2026-10-01")
    assert run_on("2026-10-22") == 5
    assert len(announced()) == 5


# --- At once ---------------------------------------------------------------------------------


def together(calls: list[Callable[[], object]]) -> list[object]:
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            start.wait(timeout=30)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_fills_at_once_follow_each_other_without_a_gap() -> None:
    who, what = person(), medicine()
    together([partial(fill, who, what, "2026-10-01", days=10, key=f"issue:{n}") for n in range(6)])
    starts = RefillPlan.objects.order_by("starts_date").values_list("starts_date", flat=True)
    assert list(starts) == [day("2026-10-01") + dt.timedelta(days=10 * n) for n in range(6)]
    (in_force,) = RefillPlan.objects.filter(is_active=True)
    assert in_force.runs_out_date == day("2026-11-29")


@pytest.mark.django_db(transaction=True)
def test_two_workers_announce_a_plan_once() -> None:
    what = medicine()
    for number in range(4):
        fill(person(f"Patient {number}"), what, "2026-10-01")
    counts = together([partial(run_on, "2026-10-22")] * 3)
    assert sum(counts) == 4
    assert len(announced()) == len({event["plan"] for event in announced()}) == 4


# --- My medicines ----------------------------------------------------------------------------


def test_my_medicines_show_what_runs_out_first_and_only_what_is_mine(
    django_assert_num_queries,
) -> None:
    who, tablets, syrup = person(), medicine(), medicine("metformin-500mg-tablet-60")
    fill(who, syrup, "2026-10-10", days=60, key="issue:2")
    fill(who, tablets, "2026-09-20", key="issue:1")
    fill(who, tablets, "2026-10-10", key="issue:3")
    fill(person("Patient Two"), tablets, "2026-10-10", key="issue:4")
    with django_assert_num_queries(1):
        rows = selectors.my_medicines(who, on=day("2026-11-09"))
        codes = [row.medicine.code for row in rows]
    assert codes == [tablets.code, syrup.code]
    assert [(r.days_left, r.is_due, r.issue_key) for r in rows] == [
        (6, True, "issue:3"),
        (30, False, "issue:2"),
    ]


def test_a_supply_that_ran_out_has_no_days_left() -> None:
    who = person()
    fill(who, medicine(), "2026-10-01")
    with clock.at(dt.datetime(2026, 11, 20, tzinfo=dt.UTC)):
        (row,) = selectors.my_medicines(who)
    assert (row.days_left, row.is_due) == (0, True)


def test_a_plan_is_found_by_its_owner_only() -> None:
    who = person()
    plan = fill(who, medicine(), "2026-10-01")
    assert selectors.find(who, plan.external_id) == plan
    assert selectors.find(person("Patient Two"), plan.external_id) is None


# --- What the database itself refuses --------------------------------------------------------


def test_the_database_keeps_one_plan_in_force_for_a_medicine() -> None:
    who, what = person(), medicine()
    old = fill(who, what, "2026-10-01")
    fill(who, what, "2026-10-20")
    with pytest.raises(IntegrityError, match="care_one_active"), transaction.atomic():
        RefillPlan.objects.filter(pk=old.pk).update(is_active=True)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("quantity", 0, "care_supply_positive"),
        ("runs_out_date", dt.date(2020, 1, 1), "care_dates_in_order"),
    ],
)
def test_the_database_refuses_numbers_that_make_no_sense(
    column: str, value: object, rule: str
) -> None:
    fill(person(), medicine(), "2026-10-01")
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        RefillPlan.objects.update(**{column: value})
