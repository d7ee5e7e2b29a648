"""How to take a medicine in the reader's language: `{% load storefront %}`."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.utils import translation
from django.utils.translation import gettext

from pharmacy.fulfilment import doses
from prescriptions.models import PrescriptionItem

register = template.Library()


@dataclass(frozen=True)
class Usage:
    """A sentence, under the name by which `pieces/medicine_row.html` asks for it, and a note."""

    dose_text: str
    note: str = ""


@register.filter
def usage(item: PrescriptionItem) -> Usage:
    """`{{ item|usage }}`: the prescriber's own words, or the same dose in the reader's language.

    What was signed stays beside a sentence of ours, because only it says everything.
    """
    zh, en = doses.sentences(item)
    is_chinese = (translation.get_language() or "").startswith("zh")
    if is_chinese or item.dose_text.isascii():
        return Usage(item.dose_text or (zh if is_chinese else en))
    if en == item.dose_text:
        return Usage(en)
    return Usage(en, gettext("Your doctor wrote: %(text)s") % {"text": item.dose_text})
