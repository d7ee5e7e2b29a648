"""State tables of an attempt to collect money and of a refund.

A state ending in `-ing` is committed before the call to the provider that it names, so a
crash leaves a trace of what may have happened. `unknown` means: the call was made and
nobody knows its outcome; the reconciliation asks the provider and moves the row on.
"""

from __future__ import annotations

from pharmacy.core.states import Transitions

ATTEMPT = Transitions(
    "payment-attempt",
    {
        "created": {"authorising", "voided"},
        "authorising": {
            "requires-customer", "authorised", "captured", "failed", "voided", "expired",
            "unknown",
        },
        "requires-customer": {
            "authorised", "captured", "releasing", "failed", "voided", "expired", "unknown",
        },
        "authorised": {"capturing", "captured", "releasing", "voided", "expired"},
        "capturing": {"captured", "authorised", "voided", "expired", "unknown"},
        "releasing": {
            "voided", "expired", "captured", "authorised", "requires-customer", "unknown",
        },
        "unknown": {
            "authorising", "capturing", "releasing", "requires-customer", "authorised",
            "captured", "failed", "voided", "expired",
        },
        "captured": {"refunded"},
        "refunded": {"captured"},
        "voided": set(),
        "expired": set(),
        "failed": set(),
    },
)  # fmt: skip

# No money is held or taken any more, and none will be: the owner may start anew.
CLOSED = frozenset({"voided", "expired", "failed"})
# Money was taken; from here only refunds move the attempt.
TAKEN = frozenset({"captured", "refunded"})
# Where the provider may know more than we do.
OPEN = ("authorising", "requires-customer", "authorised", "capturing", "releasing", "unknown")

REFUND = Transitions(
    "refund",
    {
        "requested": {"pending", "succeeded", "failed"},
        "pending": {"succeeded", "failed"},
        "succeeded": {"failed"},
        "failed": set(),
    },
)
