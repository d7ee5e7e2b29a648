"""Documents that are not prescriptions: refused, put aside, still being checked."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from prescriptions.models import SourceDocument

OPEN_STAGES = ("refused", "quarantined", "received")
SORTS = {
    "received": "received_at",
    "stage": "stage",
    "reason": "refusal",
    "hospital": "issuer__name",
}


def wanted(*, stage: str = "", refusal: str = "", issuer: str = "") -> QuerySet[SourceDocument]:
    """Documents that did not become a prescription, without their bytes."""
    found = SourceDocument.objects.filter(stage__in=OPEN_STAGES)
    if stage:
        found = found.filter(stage=stage)
    if refusal:
        found = found.filter(refusal=refusal)
    if issuer:
        found = found.filter(issuer__code=issuer)
    return found.select_related("issuer").defer("raw", "signature")


def reasons() -> dict[str, int]:
    """How often each coded reason stands; one query."""
    rows = SourceDocument.objects.filter(stage__in=OPEN_STAGES).exclude(refusal="")
    counted = rows.values("refusal").annotate(n=Count("pk")).order_by("-n", "refusal")
    return {row["refusal"]: row["n"] for row in counted}


def stages() -> dict[str, int]:
    """How many documents stand in each stage; one query."""
    rows = SourceDocument.objects.values("stage").annotate(n=Count("pk")).order_by()
    return {row["stage"]: row["n"] for row in rows}
