"""Find medicines by what a hand types or scans: names, pinyin, initials, barcode, ATC."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from pharmacy.formulary.models import Medicine

LIMIT = 20
MAX_LENGTH = 60


def search(text: str, *, limit: int = LIMIT) -> QuerySet[Medicine]:
    """Return at most `limit` medicines, best first: code or barcode, prefix, then anywhere.

    An empty text finds nothing. Wildcards in the text are taken literally.
    """
    words = " ".join(text[:MAX_LENGTH].split())
    if not words:
        return Medicine.objects.none()
    letters = words.lower().replace(" ", "")
    exact = Q(barcode=letters) | Q(code=letters) | Q(atc__iexact=letters)
    prefix = (
        Q(name_en__istartswith=words)
        | Q(name_zh__startswith=words)
        | Q(pinyin__startswith=letters)
        | Q(initials__startswith=letters)
        | Q(atc__istartswith=letters)
    )
    anywhere = Q(name_en__icontains=words) | Q(name_zh__contains=words)
    if len(letters) >= 3:
        anywhere |= Q(pinyin__contains=letters) | Q(initials__contains=letters)
    rank = Case(
        When(exact, then=Value(0)),
        When(prefix, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = Medicine.objects.filter(exact | prefix | anywhere)
    return found.annotate(rank=rank).order_by("rank", "name_en", "code")[: max(limit, 0)]
