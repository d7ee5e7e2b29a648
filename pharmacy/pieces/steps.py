"""The seven steps of a prescription as a customer reads them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pharmacy.core.errors import Broken

NAMES: dict[str, str | Promise] = {
    "received": _("Received"),
    "verified": _("Check that it is genuine"),
    "chosen": _("Choice of store"),
    "reviewed": _("Pharmacist check"),
    "paid": _("Payment"),
    "ready": _("Ready to collect"),
    "collected": _("Collected"),
}


class StepUnknown(Broken):
    """A page asks for a step that does not exist."""

    code = "pieces.step-unknown"


@dataclass(frozen=True)
class Step:
    """One step: its words and its state (`done`, `now`, `wrong` or `later`)."""

    name: str | Promise
    state: str
    number: int


def seven(at: str, *, problem: str = "") -> list[Step]:
    """All steps, seen from the one we are at; `collected` means that all are done.

    Raises:
        StepUnknown: `at` is not one of the seven.
    """
    keys = list(NAMES)
    if at not in keys:
        raise StepUnknown(step=at)
    here = keys.index(at)
    return [Step(NAMES[key], _state(i, here, bool(problem)), i + 1) for i, key in enumerate(keys)]


def _state(index: int, here: int, is_wrong: bool) -> str:
    if index < here or (index == here == len(NAMES) - 1):
        return "done"
    if index > here:
        return "later"
    return "wrong" if is_wrong else "now"
