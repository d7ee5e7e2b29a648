"""China's list of medicines that may not be sold online (药品网络销售禁止清单).

One data file an edition, read once; a later edition is a new file and a new EDITION.
Rows: by generic name for single-ingredient products, by substance class, and by route.
"""

from __future__ import annotations

import csv
import functools
from pathlib import Path

EDITION = "2022-11-30"
_FILE = Path(__file__).parent / "data" / f"cn-online-prohibited-{EDITION}.csv"
# Injections are listed except those that lower glucose (ATC A10).
GLUCOSE_LOWERING = "A10"
CLASSES = frozenset({"psychotropic-2", "narcotic", "toxic", "ephedrine"})


@functools.cache
def _rows() -> tuple[dict[str, str], ...]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _names(kind: str) -> frozenset[str]:
    return frozenset(row["substance"] for row in _rows() if row["kind"] == kind)


def is_online_prohibited(
    *, substances: frozenset[str], supply_class: str, route: str, atc: str = ""
) -> bool:
    """Whether China's list keeps a product off the web, even with a prescription.

    Args:
        substances: INN codes of all active ingredients (lower case, hyphens).
        route: oral, topical, inhaled, injection, ophthalmic ...; the antimicrobials of the
            list are free when they are topical.
    """
    if supply_class in CLASSES:
        return True
    if route == "injection" and not atc.startswith(GLUCOSE_LOWERING):
        return True
    if route == "oral" and substances & _names("any-oral"):
        return True
    if len(substances) != 1:
        return False
    is_topical = route in {"topical", "ophthalmic", "nasal"}
    (name,) = substances
    return (
        name in _names("single")
        or (name in _names("single-not-topical") and not is_topical)
        or (name in _names("single-oral") and route == "oral")
    )
