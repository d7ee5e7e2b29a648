"""A chain with work in every corner, and a browser at headquarters."""

from __future__ import annotations

from typing import Any

from django.test import Client

from pharmacy.people.models import Staff
from tests import bench_fixtures as bench
from tests import story
from tests.sign_in_fixtures import enter_as_staff
from tests.story import World


def at_headquarters(staff: Staff) -> Client:
    """A browser of somebody who came through both steps of the sign-in."""
    client = Client()
    enter_as_staff(client, staff)
    return client


def busy_world() -> tuple[World, dict[str, Any]]:
    """One prescription in each stage of the bench, one without a store, and a refused document."""
    w = story.world()
    made = {
        "to_choose": story.verified(raw=bench.document()),
        "review": bench.to_review(w, severity=3),
        "pay": bench.to_pay(w),
        "pick": bench.to_pick(w),
        "check": bench.to_check(w),
        "ready": bench.to_hand_over(w),
    }
    return w, made
