"""Lines break where a reader of Chinese and of English expects it, and nothing gets lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.documents.breaking import CLOSING, OPENING, pieces, wrap

LETTERS = "用水送服每日一次，。（）“”；、：患者·5mg mL 12 % tablet-Wilhelmina a/b ¥9.90 \u00e9\n"


def em(text: str) -> float:
    """A measure that can be checked by counting: Chinese is two wide, Latin one."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


@pytest.mark.parametrize(
    ("text", "limit", "lines"),
    [
        ("", 10, [""]),
        ("每日一次每次一片", 8, ["每日一次", "每次一片"]),
        ("每日一次，每次一片", 8, ["每日一", "次，每次", "一片"]),  # no comma at a line's start
        ("口服（饭后）", 6, ["口服", "（饭", "后）"]),  # no bracket left behind
        ("take one tablet daily", 10, ["take one", "tablet", "daily"]),
        ("每次 1 片 tablet 口服", 12, ["每次 1 片", "tablet 口服"]),
        ("dose of 5 mg now", 9, ["dose of", "5 mg now"]),  # a number keeps its unit
        ("Anna-Wilhelmina Maria", 12, ["Anna-", "Wilhelmina", "Maria"]),
        ("amlodipine", 4, ["amlo", "dipi", "ne"]),  # wider than the line: cut
        ("one\ntwo", 20, ["one", "two"]),
    ],
)
def test_a_line_breaks_where_it_should(text: str, limit: int, lines: list[str]) -> None:
    assert wrap(text, limit=limit, measure=em) == lines


def test_a_last_line_with_next_to_nothing_is_evened_out_without_another_line() -> None:
    assert wrap("每日一次每次一片早晨服用水送服用", limit=30, measure=em) == [
        "每日一次每次一片早晨服用水",
        "送服用",
    ]


def test_a_short_text_rests_at_its_punctuation_when_that_costs_no_line() -> None:
    text = "每日一次，每次 1 片，早晨服用"
    assert wrap(text, limit=25, measure=em) == ["每日一次，每次 1 片，", "早晨服用"]
    assert len(wrap(text, limit=12, measure=em)) == 3


def test_pieces_put_together_are_the_text() -> None:
    text = "每次 1 片（5 mg），twice daily."
    assert "".join(pieces(text)) == text


@given(text=st.text(alphabet=LETTERS, max_size=80), limit=st.integers(4, 40))
def test_no_text_is_lost_and_no_line_is_too_wide(text: str, limit: int) -> None:
    lines = wrap(text, limit=limit, measure=em)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(em(line) <= limit for line in lines)


@given(text=st.text(alphabet="用水送服每日一次，。；（）", max_size=60))
def test_punctuation_stays_with_its_word(text: str) -> None:
    limit = max((em(piece) for piece in pieces(text)), default=2)  # nothing has to be cut
    lines = [line for line in wrap(text, limit=max(limit, 8), measure=em) if line]
    assert all(line[0] not in CLOSING for line in lines[1:])
    assert all(line[-1] not in OPENING for line in lines[:-1])
