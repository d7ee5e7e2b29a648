"""Picking, the second person's check and the hand-over at the bench."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import LotBalance
from pharmacy.core.models import AuditEntry
from pharmacy.fulfilment.models import Fulfilment
from prescriptions import dispensing
from prescriptions.models import Dispense, HandoverCode
from tests import bench_fixtures as bench
from tests import story
from tests.stock_fixtures import stock

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def pick_url(row: Fulfilment) -> str:
    return reverse("bench:pick", args=[row.external_id])


def on(name: str, bag: Dispense) -> str:
    return reverse(f"bench:{name}", args=[bag.external_id])


def begun(w: story.World, client: Client) -> tuple[Fulfilment, Dispense]:
    """An order whose picking this browser has begun."""
    row = bench.to_pick(w)
    client.post(pick_url(row))
    return row, Dispense.objects.get(issue=row.issue)


def take(client: Client, bag: Dispense, code: str, **extra: Any) -> Any:
    return client.post(on("pick-scan", bag), {"code": code}, **extra)


def wrong_code(bag: Dispense) -> str:
    return f"{(int(dispensing.code_of(bag)) + 1) % 1_000_000:06d}"


# --- Picking --------------------------------------------------------------------------------


def test_a_bag_goes_from_the_shelf_to_the_patient_through_the_pages() -> None:
    # given a paid order and two pharmacists
    w = story.world()
    picker, checker = bench.at_the_bench(w.picker), bench.at_the_bench(w.checker)
    # when it is picked, checked and handed over
    row, bag = begun(w, picker)
    for medicine in (w.amlodipine, w.atorvastatin):
        assert take(picker, bag, medicine.barcode).status_code == 302
    assert picker.post(on("pick-finish", bag)).status_code == 302
    assert checker.post(on("check", bag)).status_code == 302
    code = dispensing.code_of(bag)
    found = checker.post(reverse("bench:handover"), {"code": code})
    assert "患者一" in found.content.decode()
    given = checker.post(
        reverse("bench:handover"), {"code": code, "identity": "yes", "give": "yes"}
    )
    # then
    assert given.status_code == 302
    assert given["Location"] == on("bag", bag)
    bag.refresh_from_db()
    assert (bag.stage, bag.picker, bag.checker, bag.handed_over_by) == (
        "handed-over", w.picker, w.checker, w.checker,
    )  # fmt: skip
    assert story.fresh(row).stage == "completed"
    assert "Handed over" in checker.get(on("bag", bag)).content.decode()


def test_beginning_twice_opens_one_bag() -> None:
    w = story.world()
    client = bench.at_the_bench(w.picker)
    row, _bag = begun(w, client)
    client.post(pick_url(row))
    assert Dispense.objects.count() == 1


def test_the_lot_that_expires_first_stands_first_with_its_place() -> None:
    w = story.world()
    stock(w.store, w.amlodipine, 28, number="SOON", expires_in=100)
    client = bench.at_the_bench(w.picker)
    row, _bag = begun(w, client)
    places = client.get(pick_url(row)).context["places"]
    assert [(place.line.lot_number == "SOON", place.kind) for place in places] == [
        (True, "shelf"),
        (False, "shelf"),
    ]


def test_a_wrong_pack_is_refused_where_it_was_scanned() -> None:
    w = story.world()
    client = bench.at_the_bench(w.picker)
    _row, bag = begun(w, client)
    answer = take(client, bag, "6900000000000", headers=HTMX)
    page = answer.content.decode()
    assert "6900000000000" in page
    assert "This pack does not belong to this prescription." in page
    assert not bag.lines.exclude(scanned_at=None).exists()


def test_a_gs1_code_marks_the_lot_that_it_names() -> None:
    w = story.world()
    client = bench.at_the_bench(w.picker)
    _row, bag = begun(w, client)
    line = bag.lines.get(issue_line__item__medicine=w.amlodipine)
    gs1 = f"01{w.amlodipine.barcode.zfill(14)}17271231" + f"10{line.lot_number}"
    assert take(client, bag, gs1, headers=HTMX).status_code == 200
    assert [each.pk for each in bag.lines.exclude(scanned_at=None)] == [line.pk]


def test_a_gs1_code_of_another_lot_is_refused() -> None:
    w = story.world()
    client = bench.at_the_bench(w.picker)
    _row, bag = begun(w, client)
    take(client, bag, f"01{w.amlodipine.barcode.zfill(14)}10OTHER")
    assert not bag.lines.exclude(scanned_at=None).exists()


def test_nothing_scanned_says_so_at_the_field() -> None:
    w = story.world()
    client = bench.at_the_bench(w.picker)
    _row, bag = begun(w, client)
    answer = take(client, bag, "  ")
    assert answer.status_code == 422
    assert "Scan something" in answer.content.decode()


def test_picking_is_not_finished_while_a_pack_is_missing() -> None:
    w = story.world()
    client = bench.at_the_bench(w.picker)
    _row, bag = begun(w, client)
    take(client, bag, w.amlodipine.barcode)
    answer = client.post(on("pick-finish", bag))
    bag.refresh_from_db()
    assert answer.status_code == 409
    assert "Scan every pack before you finish." in answer.content.decode()
    assert bag.stage == "picking"


def test_finishing_twice_changes_nothing() -> None:
    w = story.world()
    bag = bench.to_check(w)
    answer = bench.at_the_bench(w.picker).post(on("pick-finish", bag))
    bag.refresh_from_db()
    assert (answer.status_code, bag.stage) == (302, "picked")


def test_a_part_leaves_the_rest_owed() -> None:
    w = story.world()
    row = bench.to_pick(w)
    line = row.issue.lines.get(item__medicine=w.atorvastatin)
    client = bench.at_the_bench(w.picker)
    client.post(pick_url(row), {f"packs-{line.pk}": "0"})
    [bag] = Dispense.objects.all()
    assert [each.issue_line.item.medicine for each in bag.lines.all()] == [w.amlodipine]
    assert "Still owed after this bag" in client.get(pick_url(row)).content.decode()


@pytest.mark.parametrize("packs", ["2", "-1", "half", "٣"])
def test_packs_that_are_not_owed_are_refused(packs: str) -> None:
    w = story.world()
    row = bench.to_pick(w)
    line = row.issue.lines.get(item__medicine=w.atorvastatin)
    answer = bench.at_the_bench(w.picker).post(pick_url(row), {f"packs-{line.pk}": packs})
    assert answer.status_code == 422
    assert "Give whole packs" in answer.content.decode()
    assert not Dispense.objects.exists()


def test_an_order_that_is_not_paid_cannot_be_picked() -> None:
    w = story.world()
    row = bench.to_pay(w)
    answer = bench.at_the_bench(w.picker).post(pick_url(row))
    assert answer.status_code == 409
    assert not Dispense.objects.exists()


# --- The second person ----------------------------------------------------------------------


def test_the_picker_sees_who_may_check_instead() -> None:
    w = story.world()
    bag = bench.to_check(w)
    answer = bench.at_the_bench(w.picker).get(on("check", bag))
    assert [staff.name for staff in answer.context["others"]] == ["manager", "pharmacist-b"]
    assert "You picked this bag" in answer.content.decode()


def test_the_picker_cannot_check() -> None:
    w = story.world()
    bag = bench.to_check(w)
    answer = bench.at_the_bench(w.picker).post(on("check", bag))
    bag.refresh_from_db()
    assert answer.status_code == 403
    assert bag.stage == "picked"
    assert not HandoverCode.objects.exists()


def test_checking_twice_makes_one_code() -> None:
    w = story.world()
    bag = bench.to_check(w)
    client = bench.at_the_bench(w.checker)
    client.post(on("check", bag))
    assert client.post(on("check", bag)).status_code == 200
    assert HandoverCode.objects.count() == 1


# --- The hand-over --------------------------------------------------------------------------


def test_nothing_leaves_before_the_identity_is_confirmed() -> None:
    w = story.world()
    bag = bench.to_hand_over(w)
    before = list(LotBalance.objects.order_by("pk").values_list("on_hand", flat=True))
    answer = bench.at_the_bench(w.checker).post(
        reverse("bench:handover"), {"code": dispensing.code_of(bag), "give": "yes"}
    )
    bag.refresh_from_db()
    assert answer.status_code == 422
    assert "Confirm who takes the bag" in answer.content.decode()
    assert bag.stage == "ready"
    assert list(LotBalance.objects.order_by("pk").values_list("on_hand", flat=True)) == before


@pytest.mark.parametrize("typed", ["", "12", "abcdef"])
def test_what_is_no_code_keeps_what_was_typed(typed: str) -> None:
    w = story.world()
    bench.to_hand_over(w)
    answer = bench.at_the_bench(w.checker).post(reverse("bench:handover"), {"code": typed})
    assert answer.status_code in {409, 422}
    assert f'value="{typed}"' in answer.content.decode()


def test_a_code_of_another_store_opens_nothing_here() -> None:
    w = story.world()
    bag = bench.to_hand_over(w)
    client = bench.at_the_bench(w.stranger)
    found = client.post(reverse("bench:handover"), {"code": dispensing.code_of(bag)})
    assert found.status_code == 409
    assert "患者一" not in found.content.decode()


def test_five_wrong_codes_lock_the_bag_until_a_manager_makes_a_new_one() -> None:
    # given a bag and somebody who guesses
    w = story.world()
    bag = bench.to_hand_over(w)
    guesser, manager = bench.at_the_bench(w.checker), bench.at_the_bench(w.manager)
    for _ in range(5):
        guesser.post(on("bag", bag), {"code": wrong_code(bag), "identity": "yes"})
    right = {"code": dispensing.code_of(bag), "identity": "yes"}
    answer = guesser.post(on("bag", bag), right)
    assert "A manager has to issue a new one." in answer.content.decode()
    # when
    assert guesser.post(on("renew-code", bag)).status_code == 403
    assert manager.post(on("renew-code", bag)).status_code == 302
    # then
    bag.refresh_from_db()
    assert bag.stage == "ready"
    new = {"code": dispensing.code_of(Dispense.objects.get(pk=bag.pk)), "identity": "yes"}
    assert guesser.post(on("bag", bag), new).status_code == 302


def test_handing_over_twice_shows_the_bag_that_was_handed_over() -> None:
    w = story.world()
    bag = bench.to_hand_over(w)
    client = bench.at_the_bench(w.checker)
    form = {"code": dispensing.code_of(bag), "identity": "yes"}
    client.post(on("bag", bag), form)
    answer = client.post(on("bag", bag), form)
    assert answer.status_code == 200
    assert AuditEntry.objects.filter(action="dispense.handed-over").count() == 1


def test_a_bag_that_is_put_back_is_picked_anew() -> None:
    w = story.world()
    bag = bench.to_hand_over(w)
    client = bench.at_the_bench(w.picker)
    assert client.post(on("put-back", bag), {"reason": "recalled"}).status_code == 302
    bag.refresh_from_db()
    assert bag.stage == "abandoned"
    assert not HandoverCode.objects.exists()
    groups = client.get(reverse("bench:queue")).context["work"].groups
    assert [group.kind for group in groups if group.rows] == ["pick"]


def test_a_bag_is_not_put_back_without_a_reason() -> None:
    w = story.world()
    bag = bench.to_hand_over(w)
    answer = bench.at_the_bench(w.picker).post(on("put-back", bag), {"reason": "because"})
    bag.refresh_from_db()
    assert answer.status_code == 422
    assert "Choose why the bag is put back." in answer.content.decode()
    assert bag.stage == "ready"


# --- Scan anywhere --------------------------------------------------------------------------


def scan(client: Client, code: str) -> Any:
    return client.post(reverse("bench:scan"), {"code": code})


def test_a_customer_s_code_in_the_bar_opens_its_bag() -> None:
    w = story.world()
    bag = bench.to_hand_over(w)
    code = dispensing.code_of(bag)
    answer = scan(bench.at_the_bench(w.checker), f"{code[:3]} {code[3:]}")
    assert answer.status_code == 200
    assert answer.context["bag"] == bag


def test_a_pack_in_the_bar_opens_the_order_that_waits_for_it() -> None:
    w = story.world()
    row = bench.to_pick(w)
    answer = scan(bench.at_the_bench(w.picker), w.amlodipine.barcode)
    assert answer["Location"] == pick_url(row)


def test_a_label_s_code_opens_its_bag() -> None:
    w = story.world()
    bag = bench.to_check(w)
    answer = scan(bench.at_the_bench(w.checker), str(bag.external_id))
    assert answer["Location"] == on("bag", bag)


@pytest.mark.parametrize("code", ["", "6900000000000", "00000000-0000-0000-0000-000000000000"])
def test_a_code_that_nothing_waits_for_goes_back_to_the_queue(code: str) -> None:
    w = story.world()
    answer = scan(bench.at_the_bench(w.picker), code)
    assert answer["Location"] == reverse("bench:queue")


def test_the_code_on_a_label_is_an_address_of_a_bag_too() -> None:
    w = story.world()
    bag = bench.to_check(w)
    answer = scan(bench.at_the_bench(w.checker), f"urn:uuid:{bag.external_id}")
    assert answer["Location"] == on("bag", bag)


# --- Papers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["label", "record"])
def test_a_paper_of_a_bag_is_a_pdf_and_leaves_a_trace(name: str) -> None:
    w = story.world()
    bag = bench.to_check(w)
    answer = bench.at_the_bench(w.checker).get(on(name, bag))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert (
        answer["Content-Disposition"] == f'inline; filename="{name}-{str(bag.external_id)[:8]}.pdf"'
    )
    assert AuditEntry.objects.filter(action="read", actor=w.checker.actor).count() == 1


def test_a_receipt_exists_once_something_was_handed_over() -> None:
    # given a bag that waits
    w = story.world()
    bag = bench.to_hand_over(w)
    row = Fulfilment.objects.get(issue=bag.issue)
    address = reverse("bench:receipt", args=[row.external_id])
    client = bench.at_the_bench(w.checker)
    assert client.get(address).status_code == 404
    # when
    client.post(on("bag", bag), {"code": dispensing.code_of(bag), "identity": "yes"})
    # then
    assert client.get(address).content.startswith(b"%PDF")
    assert bench.at_the_bench(w.stranger).get(address).status_code == 404


# --- Whose record ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["check", "bag", "label", "record", "pick-scan", "pick-finish",
                                  "renew-code", "put-back"])  # fmt: skip
def test_another_store_s_bag_is_not_found(name: str) -> None:
    w = story.world()
    bag = bench.to_check(w)
    client = bench.at_the_bench(w.stranger)
    method = (
        client.post
        if name in {"pick-scan", "pick-finish", "renew-code", "put-back"}
        else client.get
    )
    reads = AuditEntry.objects.filter(action="read").count()
    assert method(on(name, bag)).status_code == 404
    bag.refresh_from_db()
    assert bag.stage == "picked"
    assert AuditEntry.objects.filter(action="read").count() == reads


@pytest.mark.parametrize("name", ["check", "bag"])
def test_opening_a_bag_leaves_one_trace(name: str) -> None:
    w = story.world()
    bag = bench.to_check(w)
    bench.at_the_bench(w.checker).get(on(name, bag))
    [entry] = AuditEntry.objects.filter(action="read")
    assert (entry.actor, entry.reason, entry.store) == (w.checker.actor, "dispense", "S01")
    assert entry.subject == bag.issue.prescription.audit_subject
