"""Hand-over codes cannot be searched for: neither at one bag nor across a store."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse

from pharmacy.core.models import AuditEntry
from prescriptions import dispensing
from prescriptions.guessing import MAX_MISSES
from tests import bench_fixtures as bench
from tests import story
from tests.payment_fixtures import peer  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("peer")]


@pytest.mark.parametrize("more", [{}, {"give": "1", "identity": "yes"}])
@pytest.mark.parametrize("page", ["bench:handover", "bench:scan"])
def test_who_tries_codes_has_to_wait_and_is_written_down(page: str, more: dict[str, str]) -> None:
    """Given a bag that waits, when one person tries codes, then soon even the right one waits."""
    # given
    cache.clear()
    w = story.world()
    bag = bench.to_hand_over(w)
    right = dispensing.code_of(bag)
    client, colleague = bench.at_the_bench(w.checker), bench.at_the_bench(w.picker)
    misses = [f"{number:06d}" for number in range(9) if f"{number:06d}" != right][:MAX_MISSES]
    # when
    answers = [client.post(reverse(page), {"code": code, **more}).status_code for code in misses]
    # then
    assert answers == [409] * MAX_MISSES
    refused = client.post(reverse(page), {"code": right, **more})
    assert refused.status_code == 429
    assert "bag" not in refused.context
    bag.refresh_from_db()
    assert bag.stage == "ready"
    entry = AuditEntry.objects.get(action="dispense.codes-guessed")
    assert (entry.actor, entry.store) == (w.checker.actor, w.store.code)
    # a colleague at the same store works on
    assert colleague.post(reverse(page), {"code": right}).status_code == 200
