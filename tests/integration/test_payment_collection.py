"""Taking money over real HTTP from a loopback Stripe: hold, capture, release, refund."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from pharmacy.core import audit
from pharmacy.core.models import AuditEntry
from pharmacy.demo.stripe_peer import StripePeer
from pharmacy.payment import collection
from pharmacy.payment.errors import (
    AmountDiffers,
    AmountMustBePositive,
    CaptureExceedsHold,
    CustomerActionNeeded,
    NoPayment,
    NotCapturable,
    NotReleasable,
    PaymentDeclined,
    PaymentKeyReused,
    ProviderRejected,
    RefundExceedsCaptured,
)
from pharmacy.payment.models import MoneyEvent, MoneyEventIsAppendOnly, PaymentAttempt, Refund
from tests.payment_fixtures import (
    BY,
    OWNER,
    VISA,
    calls,
    fresh,
    held,
    intents,
    money,
    peer,
    started,
    taken,
    topics,
    yuan,
)

__all__ = ["peer"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_start_writes_the_row_and_asks_nobody(peer: StripePeer) -> None:
    attempt = started()

    assert attempt.state == "created"
    assert peer.requests == []


def test_starting_twice_is_one_attempt() -> None:
    assert started().pk == started().pk
    assert PaymentAttempt.objects.count() == 1


def test_a_live_attempt_of_another_amount_is_refused_and_nothing_is_written() -> None:
    started(10_000)
    with pytest.raises(AmountDiffers):
        started(9_999)
    assert PaymentAttempt.objects.values_list("amount_minor", flat=True).get() == 10_000


def test_nothing_to_collect_is_refused() -> None:
    with pytest.raises(AmountMustBePositive):
        started(0)
    assert not PaymentAttempt.objects.exists()


def test_a_card_is_held_and_the_end_of_the_hold_is_known(peer: StripePeer) -> None:
    attempt = held()

    assert fresh(attempt).state == "authorised"
    assert fresh(attempt).capture_before is not None
    assert money(attempt) == [("authorised", 10_000)]
    assert topics() == ["PaymentAuthorised"]
    assert intents(peer)[0]["status"] == "requires_capture"


def test_money_is_taken_once_at_hand_over(peer: StripePeer) -> None:
    held()

    first = collection.capture(owner=OWNER, amount=yuan(10_000), key="handover:1")
    again = collection.capture(owner=OWNER, amount=yuan(10_000), key="handover:1")

    assert (first.state, again.state) == ("captured", "captured")
    assert money(first) == [("authorised", 10_000), ("captured", 10_000)]
    assert topics() == ["PaymentAuthorised", "PaymentCaptured"]
    assert calls(peer, "/capture") == 1


def test_a_smaller_capture_lets_go_of_the_rest(peer: StripePeer) -> None:
    attempt = held(10_000)

    collection.capture(owner=OWNER, amount=yuan(6_500), key="handover:1")

    assert money(attempt) == [("authorised", 10_000), ("captured", 6_500), ("released", 3_500)]
    assert fresh(attempt).captured_minor == 6_500
    assert intents(peer)[0]["amount_received"] == 6_500
    assert intents(peer)[0]["amount_capturable"] == 0


def test_a_second_capture_under_another_key_is_refused(peer: StripePeer) -> None:
    attempt = held()
    collection.capture(owner=OWNER, amount=yuan(6_000), key="handover:1")

    with pytest.raises(NotCapturable):
        collection.capture(owner=OWNER, amount=yuan(4_000), key="handover:2")

    assert fresh(attempt).captured_minor == 6_000
    assert calls(peer, "/capture") == 1


def test_the_same_key_with_another_amount_is_refused(peer: StripePeer) -> None:
    held()
    collection.capture(owner=OWNER, amount=yuan(6_000), key="handover:1")
    with pytest.raises(PaymentKeyReused):
        collection.capture(owner=OWNER, amount=yuan(7_000), key="handover:1")
    assert calls(peer, "/capture") == 1


def test_more_than_the_hold_is_refused_before_anybody_is_asked(peer: StripePeer) -> None:
    attempt = held(10_000)
    with pytest.raises(CaptureExceedsHold):
        collection.capture(owner=OWNER, amount=yuan(10_001), key="handover:1")
    assert fresh(attempt).state == "authorised"
    assert calls(peer, "/capture") == 0


def test_a_declined_card_fails_the_attempt_and_the_owner_may_start_anew(peer: StripePeer) -> None:
    attempt = started()

    with pytest.raises(PaymentDeclined) as declined:
        collection.authorise(attempt=attempt, payment_method="pm_card_chargeDeclined")

    assert declined.value.facts["reason"] == "generic_decline"
    assert (fresh(attempt).state, fresh(attempt).failure) == ("failed", "generic_decline")
    assert money(attempt) == []
    assert topics() == ["PaymentFailed"]
    assert held().pk != attempt.pk


def test_a_declined_attempt_keeps_its_answer(peer: StripePeer) -> None:
    attempt = started()
    for _ in range(2):
        with pytest.raises(PaymentDeclined):
            collection.authorise(attempt=attempt, payment_method="pm_card_chargeDeclined")
    assert len(intents(peer)) == 1
    assert topics() == ["PaymentFailed"]


def test_a_card_nobody_knows_fails_the_attempt(peer: StripePeer) -> None:
    attempt = started()
    with pytest.raises(ProviderRejected):
        collection.authorise(attempt=attempt, payment_method="pm_card_unheard")
    assert fresh(attempt).state == "failed"


def test_a_card_that_asks_who_you_are_waits_for_the_customer(peer: StripePeer) -> None:
    attempt = collection.authorise(
        attempt=started(), payment_method="pm_card_authenticationRequired"
    )

    assert attempt.state == "requires-customer"
    with pytest.raises(CustomerActionNeeded):
        collection.capture(owner=OWNER, amount=yuan(10_000), key="handover:1")
    assert calls(peer, "/capture") == 0
    assert collection.client_secret(attempt=attempt).startswith(attempt.reference or "-")


def test_without_a_card_the_customer_confirms_in_the_browser(peer: StripePeer) -> None:
    attempt = collection.authorise(attempt=started())

    assert attempt.state == "requires-customer"
    assert intents(peer)[0]["status"] == "requires_payment_method"
    assert topics() == []


def test_release_lets_go_of_the_hold_once(peer: StripePeer) -> None:
    attempt = held()

    for _ in range(2):
        collection.release(owner=OWNER, reason="declined-by-pharmacist")

    assert fresh(attempt).state == "voided"
    assert money(attempt) == [("authorised", 10_000), ("released", 10_000)]
    assert topics() == ["PaymentAuthorised", "PaymentReleased"]
    assert calls(peer, "/cancel") == 1
    assert intents(peer)[0]["status"] == "canceled"


def test_release_before_anything_was_held_asks_nobody(peer: StripePeer) -> None:
    attempt = started()
    collection.release(owner=OWNER, reason="requested-by-customer")
    assert fresh(attempt).state == "voided"
    assert peer.requests == []


def test_taken_money_is_not_released_but_refunded(peer: StripePeer) -> None:
    attempt = taken()
    with pytest.raises(NotReleasable):
        collection.release(owner=OWNER, reason="requested-by-customer")
    assert fresh(attempt).state == "captured"
    assert calls(peer, "/cancel") == 0


def test_an_owner_without_a_payment_is_told_so() -> None:
    with pytest.raises(NoPayment):
        collection.capture(owner=OWNER, amount=yuan(1), key="handover:1")
    with pytest.raises(NoPayment):
        collection.release(owner=OWNER, reason="requested-by-customer")
    assert collection.status(owner=OWNER) is None


def test_parts_are_refunded_until_all_is_back(peer: StripePeer) -> None:
    attempt = taken(10_000)

    collection.refund(owner=OWNER, amount=yuan(4_000), reason="recall", key="recall:1")
    assert fresh(attempt).state == "captured"
    collection.refund(owner=OWNER, amount=yuan(6_000), reason="recall", key="recall:2")

    assert fresh(attempt).state == "refunded"
    assert fresh(attempt).refunded_minor == 10_000
    assert money(attempt)[-2:] == [("refunded", 4_000), ("refunded", 6_000)]
    assert topics()[-2:] == ["PaymentRefunded", "PaymentRefunded"]


def test_one_key_refunds_once(peer: StripePeer) -> None:
    attempt = taken()
    for _ in range(3):
        collection.refund(owner=OWNER, amount=yuan(4_000), reason="recall", key="recall:1")
    assert fresh(attempt).refunded_minor == 4_000
    assert len(peer.ledger.all("refund")) == 1


def test_an_over_refund_is_refused_and_nothing_is_written(peer: StripePeer) -> None:
    attempt = taken(10_000)
    collection.refund(owner=OWNER, amount=yuan(4_000), reason="recall", key="recall:1")

    with pytest.raises(RefundExceedsCaptured) as refused:
        collection.refund(owner=OWNER, amount=yuan(6_001), reason="recall", key="recall:2")

    assert refused.value.facts["left"] == 6_000
    assert Refund.objects.count() == 1
    assert fresh(attempt).refunded_minor == 4_000
    assert len(peer.ledger.all("refund")) == 1


def test_nothing_is_refunded_that_was_not_taken(peer: StripePeer) -> None:
    held()
    with pytest.raises(RefundExceedsCaptured):
        collection.refund(owner=OWNER, amount=yuan(1), reason="recall", key="recall:1")
    assert not Refund.objects.exists()


def test_the_provider_is_never_called_inside_a_transaction(peer: StripePeer) -> None:
    attempt = held()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        collection.capture(owner=OWNER, amount=yuan(10_000), key="handover:1")
    assert fresh(attempt).state == "authorised"
    assert calls(peer, "/capture") == 0


def test_the_provider_learns_opaque_ids_and_amounts_only(peer: StripePeer) -> None:
    attempt = collection.start(
        owner=OWNER, amount=yuan(10_000), customer="person:8f14e45f", by="staff:7"
    )
    attempt = collection.authorise(attempt=attempt, payment_method=VISA)
    collection.capture(owner=OWNER, amount=yuan(9_000), key="handover:1")
    refund = collection.refund(owner=OWNER, amount=yuan(10), reason="wrong-medicine", key="r:1")

    known = {str(attempt.external_id), str(refund.external_id), OWNER, attempt.reference}
    allowed = {"true", "never", "manual", "if_available", "latest_charge", "cny", VISA,
               "requested_by_customer", "10000", "9000", "10"}  # fmt: skip
    sent = {value for _m, _p, body, _k in peer.requests for _n, value in parse_qsl(body)}
    assert sent <= known | allowed
    assert not any("payment_method_types" in body for _m, _p, body, _k in peer.requests)
    keys = [key for method, _p, _b, key in peer.requests if method == "POST"]
    uuid = attempt.external_id
    assert keys == [f"pi:{uuid}", f"cap:{uuid}:1", f"ref:{refund.external_id}"]


def test_the_status_says_how_the_money_stands(peer: StripePeer) -> None:
    taken(10_000)
    collection.refund(owner=OWNER, amount=yuan(2_500), reason="recall", key="recall:1")

    status = collection.status(owner=OWNER)

    assert status is not None
    assert (status.state, status.captured, status.refunded) == (
        "captured",
        yuan(10_000),
        yuan(2_500),
    )


@pytest.mark.parametrize("sql", ["UPDATE collection_moneyevent SET amount_minor = 1",
                                 "DELETE FROM collection_moneyevent"])  # fmt: skip
def test_the_database_refuses_to_change_money_events(peer: StripePeer, sql: str) -> None:
    attempt = held()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    event = MoneyEvent.objects.get()
    with pytest.raises(MoneyEventIsAppendOnly):
        event.save()
    assert money(attempt) == [("authorised", 10_000)]


@pytest.mark.parametrize(
    "columns",
    [
        {"captured_minor": 10_001},
        {"refunded_minor": 1},
        {"captured_minor": -1},
        {"amount_minor": 0},
    ],
)
def test_the_database_bounds_the_amounts(columns: dict[str, int]) -> None:
    attempt = started(10_000)
    with pytest.raises(DatabaseError), transaction.atomic():
        PaymentAttempt.objects.filter(pk=attempt.pk).update(**columns)
    assert fresh(attempt).captured_minor == 0


def test_the_database_keeps_one_live_attempt_for_an_owner() -> None:
    row = started()
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentAttempt.objects.create(
            owner=OWNER, method="stripe", currency="CNY", amount_minor=1, created_by=BY,
            created_at=row.created_at, changed_at=row.changed_at,
        )  # fmt: skip
    assert PaymentAttempt.objects.count() == 1


def test_every_step_is_in_the_audit_log(peer: StripePeer) -> None:
    attempt = taken()
    actions = AuditEntry.objects.filter(subject=attempt.audit_subject).order_by("id")
    assert list(actions.values_list("action", flat=True)) == [
        "payment-attempt.created",
        "payment-attempt.authorising",
        "payment-attempt.authorised",
        "payment-attempt.capturing",
        "payment-attempt.captured",
    ]
    assert audit.verify().is_intact
