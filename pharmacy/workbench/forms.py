"""What the bench's forms mean: from fields of a form to plain values. Nothing is decided here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import QueryDict

from pharmacy.workbench.errors import PacksInvalid, VerdictMissing
from prescriptions.models import IssueLine
from prescriptions.review import CHECKLIST, Decision

VERDICTS = ("approve", "decline", "query")
CODE = re.compile(r"\d{6}")
# GS1 General Specifications: (01) GTIN of 14 digits, (17) expiry, (10) lot until FNC1 or the end.
GS1 = re.compile(r"^(?:\]d2|\x1d)?\(?01\)?(\d{14})(?:\(?17\)?\d{6})?(?:\(?10\)?([^\x1d(]+))?")


@dataclass(frozen=True)
class Typed:
    """What stood in the decision form, to be shown again after a refusal."""

    ticked: dict[str, bool] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    verdict: str = ""
    reason_code: str = ""
    note: str = ""

    def decision(self) -> Decision:
        """The same as the domain takes it.

        Raises:
            VerdictMissing: it is none of the three.
        """
        if self.verdict not in VERDICTS:
            raise VerdictMissing
        return Decision(
            verdict=self.verdict,
            answers=self.ticked,
            overrides=self.reasons,
            reason_code=self.reason_code if self.verdict != "approve" else "",
            note=self.note,
        )


def typed(post: QueryDict) -> Typed:
    """Read the decision form; `tick` confirms all ten without JavaScript."""
    verdict = post.get("verdict", "")
    ticked = set(CHECKLIST) if "tick" in post else set(post.getlist("checked"))
    return Typed(
        ticked={question: question in ticked for question in CHECKLIST},
        reasons={
            int(name.removeprefix("reason-")): str(value).strip()
            for name, value in post.items()
            if re.fullmatch(r"reason-\d{1,18}", name)
        },
        verdict=verdict,
        reason_code=post.get(f"{verdict}-reason", ""),
        note=post.get(f"{verdict}-note", "").strip(),
    )


def limits(post: QueryDict, lines: Iterable[IssueLine]) -> dict[int, int] | None:
    """How much of each medicine goes into the bag, in base units; None when it is all.

    Raises:
        PacksInvalid: not a whole number from 0 to what is owed, or nothing at all.
    """
    wanted: dict[int, int] = {}
    owed: dict[int, int] = {}
    for line in lines:
        medicine = line.item.medicine
        if medicine is None or not line.owed:
            continue
        packs = line.owed // medicine.pack_size
        text = post.get(f"packs-{line.pk}", str(packs)).strip()
        if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) > packs:
            raise PacksInvalid(line=line.pk, owed=packs)
        wanted[medicine.pk] = wanted.get(medicine.pk, 0) + int(text) * medicine.pack_size
        owed[medicine.pk] = owed.get(medicine.pk, 0) + packs * medicine.pack_size
    if not any(wanted.values()):
        raise PacksInvalid
    return None if wanted == owed else wanted


def digits(text: str) -> str:
    """The six digits of a hand-over code, as typed in groups or scanned; else nothing."""
    bare = re.sub(r"[\s\-]", "", text)
    return bare if CODE.fullmatch(bare) else ""


def barcode(text: str) -> tuple[str, str]:
    """The pack's barcode and, where the code says it, its lot: a plain GTIN or a GS1 string."""
    text = text.strip()
    match = GS1.match(text)
    if match is None:
        return text, ""
    gtin = match[1].removeprefix("0") if match[1].startswith("0") else match[1]
    return gtin, (match[2] or "").strip()
