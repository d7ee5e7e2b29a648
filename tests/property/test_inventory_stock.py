"""Whatever happens in whatever order, lots go first expired first and the books add up."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from inventory import counting, disposal, fefo, issuing, places, recall, reconcile, reservation
from inventory.errors import LotUnknown
from inventory.fefo import Candidate, choose
from inventory.models import Lot, LotBalance, ReservationPick
from inventory.reservation import Want
from inventory.selectors import why_excluded
from pharmacy.core import clock
from pharmacy.core.errors import NotFound, Refused
from tests.stock_fixtures import BY, NOON, make_medicine, make_store, record_of, stock

DAY = dt.date(2027, 1, 1)
MORNING = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

candidates = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 30)), max_size=8
).map(
    lambda rows: [
        Candidate(key, key, 1, DAY + dt.timedelta(days=d), MORNING + dt.timedelta(hours=h), free)
        for key, (d, h, free) in enumerate(rows)
    ]
)


@given(candidates, st.integers(0, 12), st.integers(1, 7), st.randoms())
def test_lots_go_first_expired_first_for_any_shelf(shelf, packs, size, random):
    wanted = packs * size

    takes = choose(shelf, quantity=wanted, pack_size=size)

    def order(c):
        return (c.expiry_date, c.received_at, c.key)

    whole = {c.key: c.free // size * size for c in shelf}
    taken = {take.candidate.key: take.quantity for take in takes}
    assert sum(taken.values()) == min(wanted, sum(whole.values()))
    assert len(taken) == len(takes)
    assert all(q > 0 and q % size == 0 and q <= whole[key] for key, q in taken.items())
    keys = [order(take.candidate) for take in takes]
    assert keys == sorted(keys)
    if takes:  # whoever stands before the last lot taken is used up
        before = [c for c in shelf if order(c) < order(takes[-1].candidate)]
        assert all(taken.get(c.key, 0) == whole[c.key] for c in before)
    shuffled = list(shelf)
    random.shuffle(shuffled)
    assert choose(shuffled, quantity=wanted, pack_size=size) == takes


# What is frequent in a day stands here more than once, so that stories get somewhere.
names = [*["reserve", "pick", "issue", "release"] * 3, *["receive", "part", "count"] * 2,
         "scrap", "recall", "expire", "tomorrow"]  # fmt: skip
steps = st.lists(
    st.tuples(st.sampled_from(names), st.integers(0, 2), st.integers(1, 4)),
    min_size=12,
    max_size=40,
)


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=30,
    deadline=None,
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # each try writes; shrinking takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps)
def test_the_books_add_up_after_any_story(story):
    savepoint = transaction.savepoint()
    try:
        _tell(story)
    finally:
        transaction.savepoint_rollback(savepoint)


def _tell(story):
    store, medicine = make_store(), make_medicine(pack_size=3)
    now = NOON
    with clock.at(now):
        for days in (2, 1, 30):
            stock(store, medicine, 10, expires_in=days)
    for number, (step, who, packs) in enumerate(story):
        if step == "tomorrow":
            now += dt.timedelta(days=1)
            continue
        with clock.at(now), contextlib.suppress(NotFound, Refused):
            STEPS[step](Scene(store, medicine, who, packs, number))
        assert reconcile.differences() == []
        in_stock, promised = record_of(store, medicine)
        assert 0 <= promised <= in_stock
        for pick in ReservationPick.objects.all():
            assert pick.held % 3 == pick.issued % 3 == 0


@dataclasses.dataclass(frozen=True)
class Scene:
    """One step of a story: a place, a medicine and two small numbers."""

    store: Any
    medicine: Any
    who: int
    packs: int
    number: int

    @property
    def owner(self):
        return f"owner:{self.who}"

    @property
    def lot(self):
        lots = list(Lot.objects.filter(medicine=self.medicine).order_by("pk"))
        if not lots:
            raise LotUnknown
        return lots[self.who % len(lots)]

    @property
    def by_hand(self):
        return {
            "store": self.store, "lot": self.lot, "by": BY, "key": f"hand:{self.number}",
            "reason": "story",
        }  # fmt: skip


def _receive(s):
    stock(s.store, s.medicine, s.packs * 6 + s.who, expires_in=s.who)


def _reserve(s):
    ttl = dt.timedelta(hours=12) if s.who == 0 else None
    want = [Want(s.medicine, s.packs * 3)]
    reservation.reserve(owner=s.owner, store=s.store, lines=want, by=BY, ttl=ttl)


def _issue(s):
    limits = {s.medicine.pk: 3} if s.packs % 2 else None
    reservation.pick(owner=s.owner, by=BY, limits=limits)
    issuing.issue(owner=s.owner, by=BY, key=f"issue:{s.number}")


def _recall(s):
    to = ("quarantine", "released", "recalled")[s.packs % 3]
    recall.change_status(lot=s.lot, to=to, by=BY, reason="story")


STEPS = {
    "receive": _receive,
    "reserve": _reserve,
    "pick": lambda s: reservation.pick(owner=s.owner, by=BY),
    "part": lambda s: reservation.pick(owner=s.owner, by=BY, limits={s.medicine.pk: 3}),
    "issue": _issue,
    "release": lambda s: reservation.release(owner=s.owner, by=BY, reason="story"),
    "expire": lambda s: reservation.expire_due(),
    "count": lambda s: counting.adjust(change=s.packs * (-1) ** s.who, **s.by_hand),
    "scrap": lambda s: disposal.dispose(quantity=s.packs, to="scrap", **s.by_hand),
    "recall": _recall,
}


@pytest.mark.django_db
def test_the_database_and_the_screen_agree_on_what_may_be_sold():
    """One rule stands in SQL (the shelf) and in Python (the screen): they must be one rule."""
    with clock.at(NOON):
        store, medicine = make_store(time_zone="Asia/Shanghai"), make_medicine(pack_size=1)
        for days in (0, 1, 5):
            for status in ("released", "quarantine", "recalled"):
                lot = stock(store, medicine, 1, expires_in=days)
                if status != "released":
                    recall.change_status(lot=lot, to=status, by=BY, reason="test")
    evening = dt.datetime(2026, 11, 2, 16, 0, tzinfo=dt.UTC)  # midnight in Shanghai
    for instant, sellable in ((NOON, 3), (evening, 2), (NOON + dt.timedelta(days=6), 0)):
        with clock.at(instant):
            reconcile.run()
            offered = [
                b for b in LotBalance.objects.select_related("lot", "location__store")
                if not why_excluded(b)
            ]  # fmt: skip
            assert len(offered) == sellable == record_of(store, medicine)[0]
            limit = fefo.expiry_from(store.time_zone)
            assert all(b.lot.expiry_date >= limit for b in offered)
    assert places.location(kind="shelf", store=store).balances.count() == 9
