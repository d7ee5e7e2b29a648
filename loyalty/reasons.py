"""What to tell a member about a line: the sentence behind each reason code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EARNED, BELOW, FOREIGN = "earned", "below-one-point", "currency-not-in-programme"
SENTENCES: dict[str, Promise] = {
    EARNED: _("One point for each whole yuan."),
    BELOW: _("Less than one yuan gives no point."),
    FOREIGN: _("Only purchases in yuan give points."),
}
# Every other code comes from the policy and is a no of the law.
NOT_ALLOWED = _("By law, or by our strict reading of it, this earns no points.")


def sentence(reason_code: str) -> Promise:
    """Why a line earned what it earned, for people."""
    return SENTENCES.get(reason_code, NOT_ALLOWED)
