"""Where a line may break when Chinese and Latin stand together. Pure, measured, loses nothing.

A Latin word, a number with its unit and an amount stay whole; Chinese breaks between any two
characters, except that closing punctuation never starts a line and an opening bracket never
ends one (GB/T 15834 practice). A word wider than the line is cut as a last resort.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Measure = Callable[[str], float]

WIDE = "\u2e80-\u303f\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
OPENING = "（【《〈「『〔［｛“‘([{¥￥$€£"
CLOSING = "，。、；：？！）】》〉」』〕］｝”’%％℃‰…—·,.;:?!)]}"
UNITS = "mg|µg|ug|mcg|g|kg|mL|ml|L|IU|iU|mm|cm|%|℃|片|粒|盒|瓶|支|袋|丸|枚|滴|喷|吸|泡|贴|包|板|次|天|日|元"
_GLUE = re.compile(rf"(?<=\d) (?=(?:{UNITS})(?![A-Za-z]))")
_RUN = re.compile(rf"[ \t]+|[{WIDE}]|[^ \t{WIDE}]+")
_HYPHEN = re.compile(r"(?<=[^\W\d_]{2}-)(?=[^\W\d_]{2})")
FEW = 3  # lines; a longer text is left as it falls
SHORT = 0.2  # a last line below this share of the width looks lost
NARROWER = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6)


def wrap(text: str, *, limit: float, measure: Measure) -> list[str]:
    """Break a text into lines no wider than `limit`; an empty text is one empty line.

    A last line with next to nothing on it is evened out without adding a line.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _evened(paragraph.strip(), limit, measure)
    return lines


def _evened(text: str, limit: float, measure: Measure) -> list[str]:
    """Prefer breaks after punctuation, then a last line that is not nearly empty."""
    lines = _paragraph(text, limit, measure)
    if len(lines) == 1 or len(lines) > FEW or _rests(lines):
        return lines
    narrower = [_paragraph(text, limit * share, measure) for share in NARROWER]
    as_short = [narrow for narrow in narrower if len(narrow) == len(lines)]
    resting = [narrow for narrow in as_short if _rests(narrow)]
    if resting or measure(lines[-1]) >= limit * SHORT:
        return (resting or [lines])[0]
    fuller = [narrow for narrow in as_short if measure(narrow[-1]) >= limit * SHORT]
    return (fuller or [lines])[0]


def _rests(lines: list[str]) -> bool:
    return all(line[-1:] in CLOSING for line in lines[:-1])


def _paragraph(text: str, limit: float, measure: Measure) -> list[str]:
    lines, line = [], ""
    for piece in pieces(text):
        if measure((line + piece).rstrip()) <= limit:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        *whole, line = _cut(piece, limit, measure)
        lines += [part.rstrip() for part in whole]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def pieces(text: str) -> list[str]:
    """Runs that must stay on one line, with the spaces that follow them."""
    glued = _GLUE.sub("\u00a0", text)
    runs: list[str] = []
    for atom in _atoms(glued):
        if runs and (atom.isspace() or _sticks(runs[-1], atom)):
            runs[-1] += atom
        else:
            runs.append(atom)
    return [run.replace("\u00a0", " ") for run in runs]


def _atoms(text: str) -> list[str]:
    """Single wide characters, words up to a hyphen between letters, spaces (not hard ones)."""
    return [part for run in _RUN.findall(text) for part in _HYPHEN.split(run)]


def _sticks(before: str, after: str) -> bool:
    is_held = before[-1] in OPENING or after[0] in CLOSING or after[0] == "\u00a0"
    return is_held or before[-1] == "\u00a0"


def _cut(piece: str, limit: float, measure: Measure) -> list[str]:
    """Split a run that is wider than a whole line, character by character."""
    parts, part = [], ""
    for character in piece:
        if part and measure((part + character).rstrip()) > limit:
            parts.append(part)
            part = ""
        part += character
    return [*parts, part]
