"""Dose forms: one word of ours for the many that prescriptions use, and the route it implies."""

from __future__ import annotations

import re
import unicodedata

ROUTES: dict[str, str] = {
    "tablet": "oral", "mr-tablet": "oral", "ec-tablet": "oral", "dispersible-tablet": "oral",
    "chewable-tablet": "oral", "effervescent-tablet": "oral", "sublingual-tablet": "sublingual",
    "capsule": "oral", "mr-capsule": "oral", "ec-capsule": "oral", "soft-capsule": "oral",
    "oral-solution": "oral", "oral-suspension": "oral", "powder": "oral", "granules": "oral",
    "dripping-pill": "oral", "inhaler": "inhaled", "dry-powder-inhaler": "inhaled",
    "inhalation-capsule": "inhaled", "nebuliser-suspension": "inhaled", "nasal-spray": "nasal",
    "eye-drops": "ophthalmic", "injection-pen": "injection", "cream": "topical",
    "ointment": "topical", "gel": "topical", "topical-solution": "topical",
}  # fmt: skip

# Chinese endings of generic names, longest first.
ENDINGS = {
    "吸入用混悬液": "nebuliser-suspension", "吸入气雾剂": "inhaler", "吸入粉雾剂": "dry-powder-inhaler",
    "缓释胶囊": "mr-capsule", "肠溶胶囊": "ec-capsule", "口服溶液": "oral-solution",
    "鼻喷雾剂": "nasal-spray", "控释片": "mr-tablet", "缓释片": "mr-tablet", "肠溶片": "ec-tablet",
    "咀嚼片": "chewable-tablet", "分散片": "dispersible-tablet", "泡腾片": "effervescent-tablet",
    "软胶囊": "soft-capsule", "注射液": "injection-pen", "滴眼液": "eye-drops",
    "混悬液": "oral-suspension", "乳胶剂": "gel", "滴丸": "dripping-pill", "胶囊": "capsule",
    "颗粒": "granules", "乳膏": "cream", "软膏": "ointment", "凝胶": "gel", "搽剂": "topical-solution",
    "片": "tablet", "散": "powder",
}  # fmt: skip
_WORDS = {
    "tablet": "tab tabs tablets fta ftab 片剂 薄膜衣片 10219000 385055001 film-coated-tablet "
    "oral-tablet coated-tablet tablet-for-oral-use",
    "mr-tablet": "ret retard sr-tablet xr-tablet er-tablet extended-release-tablet 缓释片剂 "
    "prolonged-release-tablet modified-release-tablet sustained-release-tablet "
    "controlled-release-tablet tablet-extended-release",
    "ec-tablet": "tmr gastro-resistant-tablet enteric-coated-tablet enteric-tablet 肠溶片剂",
    "capsule": "cap caps capsules kap hkp hard-capsule 胶囊剂 硬胶囊 10210000 385049006",
    "mr-capsule": "sr-capsule extended-release-capsule prolonged-release-capsule "
    "modified-release-capsule",
    "ec-capsule": "kmr gastro-resistant-capsule enteric-coated-capsule",
    "soft-capsule": "wkp softgel soft-gelatin-capsule",
    "injection-pen": "injection pen prefilled-pen solution-for-injection inj 注射剂 笔芯",
    "inhaler": "metered-dose-inhaler aerosol 气雾剂",
    "dry-powder-inhaler": "inhalation-powder 粉雾剂",
    "eye-drops": "eye-drop ophthalmic-solution 滴眼剂",
    "oral-suspension": "suspension",
    "granules": "granule 颗粒剂",
    "cream": "乳膏剂",
    "ointment": "软膏剂",
}
SYNONYMS: dict[str, str] = {
    **{form: form for form in ROUTES},
    **ENDINGS,
    **{word: form for form, words in _WORDS.items() for word in words.split()},
}


def normalise(text: str) -> str:
    """Return our word of a form, or the text in lower case with hyphens when we do not know it."""
    words = re.sub(r"[\s,_]+", "-", unicodedata.normalize("NFKC", text).strip().lower())
    words = re.sub(r"-+", "-", words)
    return SYNONYMS.get(words) or SYNONYMS.get(words.removesuffix("s")) or words


def split_ending(name_zh: str) -> tuple[str, str]:
    """Split a Chinese generic name into stem and form: 氨氯地平片 → (氨氯地平, tablet)."""
    for ending, form in ENDINGS.items():
        if name_zh.endswith(ending) and len(name_zh) > len(ending):
            return name_zh.removesuffix(ending), form
    return name_zh, ""


def route_of(form: str) -> str:
    """Return the route that a form implies, or "" for an unknown form."""
    return ROUTES.get(normalise(form), "")
