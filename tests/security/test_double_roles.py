"""One login that is staff and patient at once: the two doors do not help each other."""

from __future__ import annotations

import pytest
from django.test import Client

from pharmacy.fulfilment import counter
from pharmacy.people import access
from pharmacy.people.models import Person, Staff, StaffRole
from prescriptions import dispensing
from prescriptions.models import Review
from tests import bench_fixtures as bench
from tests import story
from tests.payment_fixtures import peer  # noqa: F401
from tests.sign_in_fixtures import (
    PASSWORD,
    a_customer,
    a_member_of_staff,
    a_store,
    a_user,
    enter_as_staff,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("peer")]


def becomes_the_patient(w: story.World, staff: Staff) -> None:
    """The patient of the world signs in with the login of a member of staff."""
    Person.objects.filter(user=staff.user).update(user=None)
    Person.objects.filter(pk=w.person.pk).update(user=staff.user)


def test_nobody_reviews_their_own_prescription() -> None:
    """Given a pharmacist who is the patient, when they approve, then nothing is decided."""
    w = story.world()
    row = bench.to_review(w)
    becomes_the_patient(w, w.picker)
    with pytest.raises(access.OwnRecord):
        story.approve(w, story.fresh(row))
    assert not Review.objects.exists()
    assert story.fresh(row).stage == "in-review"


def test_nobody_checks_their_own_bag() -> None:
    """Given a checker who is the patient, when they check, then there is no code."""
    w = story.world()
    bag = bench.to_check(w)
    becomes_the_patient(w, w.checker)
    bag.refresh_from_db()
    with pytest.raises(access.OwnRecord):
        counter.check(dispense=bag, checker=w.checker)
    bag.refresh_from_db()
    assert (bag.stage, bag.checker_id) == ("picked", None)


def test_nobody_hands_over_to_themselves() -> None:
    """Given staff who know the code because they are the patient, then they may not use it."""
    w = story.world()
    bag = bench.to_hand_over(w)
    becomes_the_patient(w, w.checker)
    with pytest.raises(access.OwnRecord):
        counter.hand_over(store=w.store, code=dispensing.code_of(bag), by=w.checker)
    bag.refresh_from_db()
    assert (bag.stage, bag.handed_over_by_id) == ("ready", None)


def test_the_password_alone_opens_the_patients_door_and_not_the_staffs(client: Client) -> None:
    """Given one login for both, when only the password was shown, then the bench stays shut."""
    user = a_user("both")
    a_customer(user=user)
    a_member_of_staff("pharmacist", stores=[a_store()], user=user)
    answer = client.post("/sign-in/", {"username": "both", "password": PASSWORD})
    assert answer["Location"] == "/sign-in/code/"
    assert client.get("/home/").status_code == 200
    assert client.get("/bench/")["Location"].startswith("/sign-in/code/")
    assert client.post("/store/", {"store": "any"}).status_code == 403


def test_who_loses_a_role_or_leaves_loses_the_door_at_once(client: Client) -> None:
    """Given an open session, when the role, the work or the login ends, then so does the entry."""
    staff = a_member_of_staff("pharmacist", stores=[a_store()])
    enter_as_staff(client, staff)
    assert client.get("/bench/").status_code == 200
    StaffRole.objects.filter(staff=staff).delete()
    assert client.get("/bench/").status_code == 403
    StaffRole.objects.create(staff=staff, role="pharmacist")
    Staff.objects.filter(pk=staff.pk).update(is_active=False)
    assert client.get("/bench/").status_code == 403
    staff.user.is_active = False
    staff.user.save()
    assert client.get("/bench/")["Location"].startswith("/sign-in/")
