"""The floors of the import contract, read from `.importlinter`, and where Oscar's apps stand."""

from __future__ import annotations

import configparser
import functools

from tests.architecture.sources import ROOT

CONTRACT = "importlinter:contract:floors"
GROUND = "pharmacy.core"
# Oscar's apps that we did not fork, beside the floor of ours that may use them.
OSCAR = {
    "catalogue": "pharmacy.formulary",
    "partner": "pharmacy.partner",
    "analytics": "pharmacy.analytics",
    "address": "pharmacy.order",
    "basket": "pharmacy.order",
    "shipping": "pharmacy.order",
    "checkout": "pharmacy.order",
    "customer": "pharmacy.order",
    "offer": "pharmacy.order",
    "voucher": "pharmacy.order",
    "order": "pharmacy.order",
    "payment": "pharmacy.payment",
}
BELOW_ALL = {"auth", "contenttypes", "sites", "sessions", "otp_totp"}


@functools.cache
def floors() -> tuple[tuple[str, ...], ...]:
    """The floors from the lowest to the highest, each with the modules that share it."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    lines = parser[CONTRACT]["layers"].strip().splitlines()
    return tuple(tuple(name.strip() for name in line.split("|")) for line in reversed(lines))


def home(module: str) -> str | None:
    """The entry of the contract that holds a module, or None."""
    names = [name for floor in floors() for name in floor]
    return next((n for n in names if module == n or module.startswith(f"{n}.")), None)


def height(name: str) -> int:
    """The number of the floor on which an entry of the contract stands."""
    return next(number for number, floor in enumerate(floors()) if name in floor)


def may_use(user: str, used: str) -> bool:
    """Whether a module may name another one: its own entry, or a lower floor."""
    above, below = home(user), home(used)
    if above is None or below is None:
        return above is None  # `pharmacy` itself and what stands outside the contract
    return above == below or height(above) > height(below)


def home_of_label(app_label: str, module: str) -> str | None:
    """The entry of the contract on which the app of a model stands."""
    if app_label in BELOW_ALL:
        return GROUND
    return home(module) or OSCAR.get(app_label)
