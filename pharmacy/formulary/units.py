"""Counting words: what a prescription counts in, compared with what we count in.

`28 盒` is not `28 片`. A quantity is taken over only when its word is the medicine's base unit
or a pack of it; any other word leaves the line to a pharmacist.
"""

from __future__ import annotations

import unicodedata

from pharmacy.formulary.models import Medicine

WORDS: dict[str, str] = {
    "tablet": "tablet tablets tab tabs tbl 片 片剂 {tablet} {tbl}",
    "capsule": "capsule capsules cap caps kap 粒 胶囊 {capsule} {cap}",
    "mL": "ml milliliter milliliters millilitre millilitres 毫升",
    "g": "g gram grams gramm 克",
    "dose": "dose doses actuation actuations puff puffs spray sprays 喷 揿 {dose} {actuat} {puff}",
    "pill": "pill pills 丸 {pill}",
    "sachet": "sachet sachets 袋 包 {sachet}",
}
PACK_WORDS = {
    "package",
    "packages",
    "pack",
    "packs",
    "packung",
    "box",
    "boxes",
    "盒",
    "{package}",
    "{pack}",
    "{box}",
}
_BASE = {word: unit for unit, words in WORDS.items() for word in words.split()}


def base_units(*, medicine: Medicine, quantity: int, unit: str) -> int | None:
    """How many base units of a medicine a written quantity means; None when it does not say."""
    word = unicodedata.normalize("NFKC", unit).strip().lower()
    if word in PACK_WORDS:
        return quantity * medicine.pack_size
    return quantity if _BASE.get(word) == medicine.base_unit else None
