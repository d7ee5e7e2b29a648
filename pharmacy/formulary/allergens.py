"""Words and codes for groups of medicines that people are allergic to, as documents write them.

A hospital writes `91936005 penicillin` or `青霉素`; our groups carry their own names. A word that
is not in this table and names no substance stays unknown: the rule then says "not checked".
"""

from __future__ import annotations

GROUPS: dict[str, str] = {
    "91936005": "penicillins",  # SNOMED CT: allergy to penicillin
    "penicillin": "penicillins",
    "penicillin allergy": "penicillins",
    "青霉素": "penicillins",
    "青霉素类": "penicillins",
    "青霉素过敏": "penicillins",
    "cephalosporin": "cephalosporins",
    "头孢": "cephalosporins",
    "头孢菌素": "cephalosporins",
    "头孢菌素类": "cephalosporins",
    "macrolide": "macrolides",
    "大环内酯类": "macrolides",
    "fluoroquinolone": "fluoroquinolones",
    "quinolones": "fluoroquinolones",
    "喹诺酮类": "fluoroquinolones",
    "tetracycline group": "tetracyclines",
    "四环素类": "tetracyclines",
    "sulfonamide": "sulfonamide-antibacterials",
    "sulfonamides": "sulfonamide-antibacterials",
    "磺胺": "sulfonamide-antibacterials",
    "磺胺类": "sulfonamide-antibacterials",
    "nsaid": "nsaids",
    "非甾体抗炎药": "nsaids",
    "salicylate": "salicylates",
    "水杨酸类": "salicylates",
    "statin": "statins",
    "他汀类": "statins",
    "opioid": "opioids",
    "阿片类": "opioids",
}


def group_of(word: str) -> str:
    """The group that a code or word means; empty when it means none that we know."""
    return GROUPS.get(word.strip().lower(), "")
