"""Filters of headquarters: `{% load hq %}`. They only wrap `words.py`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pharmacy.formulary import words as formulary
from pharmacy.headquarters import words
from pharmacy.pieces import words as said

register = template.Library()
TENTH = Decimal("0.1")


@register.filter
def packs(units: int, medicine: Any) -> str:
    """Base units as a number of packs, with a tenth where a pack is open."""
    exact = Decimal(units) / medicine.pack_size
    return said.number(exact if exact == exact.to_integral() else exact.quantize(TENTH))


@register.filter
def packs_words(units: int, medicine: Any) -> str:
    """`40 packs`."""
    exact = Decimal(units) / medicine.pack_size
    whole = exact if exact == exact.to_integral() else exact.quantize(TENTH)
    return said.quantity(whole, "pack")


@register.filter
def worth(units: int, medicine: Any) -> str:
    """What so many base units sell for."""
    return said.money(units * medicine.price_minor // medicine.pack_size)


@register.filter
def of(code: str, table: str) -> Any:
    """`{{ row.stage|of:"STAGES" }}`: a code in the words of a table of `words.py`."""
    return getattr(words, table).get(code, code)


@register.filter
def tone(code: str, table: str = "TONES") -> str:
    """The tone of a stage's badge; nothing is the quiet one."""
    loud = getattr(words, table).get(code, "information" if table == "TONES" else "")
    return f"is-{loud}" if loud else ""


@register.filter
def place(kind: str) -> Any:
    """A kind of location in words."""
    return words.PLACES.get(kind, kind)


@register.filter
def excluded(code: str) -> Any:
    """Why a lot is not offered."""
    return words.EXCLUDED.get(code, code)


@register.filter
def hold(stage: str) -> Any:
    """How firm a reservation is."""
    return words.HOLDS.get(stage, stage)


@register.filter
def owner(key: str) -> str:
    """An opaque owner as an order number."""
    return words.owner(key)


@register.filter
def refusal(code: str) -> str:
    """A coded reason in words."""
    return words.refusal(code)


@register.filter
def span(seconds: float | None) -> str:
    """How long something takes."""
    return words.span(seconds)


@register.filter
def form(code: str) -> str:
    """A dosage form in words; an unknown one stays as it is."""
    return formulary.form(code)


@register.filter
def short(key: Any) -> str:
    """The first part of an id, as people read it out: `3f2a91c0`."""
    return str(key)[:8]


@register.filter
def more(now: int, before: int) -> str:
    """The change against the time before, with its direction."""
    if now == before:
        return _("same as last week")
    facts = {"n": abs(now - before)}
    if now > before:
        return _("up %(n)s on last week") % facts
    return _("down %(n)s on last week") % facts


@register.filter
def at(table: dict[str, int], key: str) -> int:
    """The count that stands under a key; nothing is 0."""
    return table.get(key, 0)


@register.filter
def loudness(stage: str) -> str:
    """Which colour the bar of a stage has: `warning`, `danger`, `success` or the plain one."""
    return words.TONES.get(stage, "") or "plain"


@register.filter
def lots_words(count: int) -> str:
    """`3 lots`."""
    return ngettext("%(n)s lot", "%(n)s lots", count) % {"n": count}


@register.filter
def reaction(name: str) -> str:
    """The file and the function of a reaction, without its packages."""
    return ".".join(name.split(".")[-2:])
