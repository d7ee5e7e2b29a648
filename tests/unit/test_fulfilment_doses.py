"""What the label says of a dose, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pharmacy.fulfilment import doses
from prescriptions.models import PrescriptionItem


@pytest.mark.parametrize(
    ("per_day", "dose", "said"),
    [
        ("1.000", "1.000", ("每日1次，每次1片", "1 tablet, once a day")),
        ("2.000", "0.500", ("每日2次，每次0.5片", "0.5 tablet, twice a day")),
        ("6", "2", ("每日6次，每次2片", "2 tablets, 6 times a day")),
        ("0.143", "4", ("每7日1次，每次4片", "4 tablets, once a week")),
        ("0.5", "1", ("每2日1次，每次1片", "1 tablet, once every 2 days")),
        ("0.033", "1", ("每30日1次，每次1片", "1 tablet, once every 30 days")),
    ],
)
def test_a_rhythm_is_said_in_whole_numbers(per_day: str, dose: str, said: tuple[str, str]) -> None:
    item = PrescriptionItem(
        dose_quantity=Decimal(dose), dose_unit="tablet", doses_per_day=Decimal(per_day)
    )
    assert doses.sentences(item) == said


@pytest.mark.parametrize("per_day", ["1.5", "0.7", "0", None])
def test_any_other_rhythm_leaves_the_prescribers_words(per_day: str | None) -> None:
    item = PrescriptionItem(
        dose_quantity=Decimal(1), dose_unit="tablet", dose_text="every 16 hours",
        doses_per_day=Decimal(per_day) if per_day else None,
    )  # fmt: skip
    assert doses.sentences(item) == ("every 16 hours", "every 16 hours")
