"""Tags and filters of the pieces: `{% load pieces %}`."""

from __future__ import annotations

import datetime as dt
from typing import Any

import segno
from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pharmacy.core import clock
from pharmacy.core.errors import Broken
from pharmacy.pieces import steps, words
from pharmacy.pieces.icons import ICONS

register = template.Library()
DAYS_SOON = 90


class IconMissing(Broken):
    """A template names an icon that `pieces/icons.py` does not list."""

    code = "pieces.icon-missing"


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """A line icon of the sprite; silent to readers unless it carries a label."""
    if name not in ICONS:
        raise IconMissing(icon=name)
    css = f"icon icon-{size}" if size else "icon"
    href = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, href
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, href)


@register.filter
def money(value: Any, currency: str = "CNY") -> str:
    """`{{ total|money }}`: a Money, or minor units with the currency as argument."""
    return words.money(value, currency)


@register.filter
def quantity(value: Any, unit: str = "tablet") -> str:
    """`{{ 28|quantity:"tablet" }}` is `28 tablets`."""
    return words.quantity(value, unit)


@register.filter
def when(instant: dt.datetime | None, place: Any = None) -> str:
    """`{{ ready_at|when:store }}` is `today 17:30` in the store's time zone."""
    return words.when(instant, place)


@register.filter
def day(date: dt.date | None, place: Any = None) -> str:
    """`{{ expiry_date|day }}` is `tomorrow` or `3 Nov 2027`."""
    return words.day(date, place)


@register.simple_tag
def moment(instant: dt.datetime, place: Any = None) -> SafeString:
    """The same as `when`, as a time element."""
    return format_html(
        '<time datetime="{}">{}</time>', instant.isoformat(), words.when(instant, place)
    )


@register.filter
def dose(item: Any) -> str:
    """How to take it, in one sentence; reads the fields of a prescription item."""
    return words.dose(
        amount=getattr(item, "dose_quantity", None),
        unit=getattr(item, "dose_unit", ""),
        per_day=getattr(item, "doses_per_day", None),
        text=getattr(item, "dose_text", ""),
    )


@register.filter
def localized(row: Any, field: str = "name") -> str:
    """`{{ medicine|localized }}`: the name in the reader's language."""
    return words.localized(row, field)


@register.simple_tag
def store_name(store: Any) -> str:
    """The store's name in the reader's language."""
    return words.localized(store)


@register.simple_tag
def qr(text: str) -> str:
    """A QR code as the `src` of an image: an SVG in a data address."""
    return segno.make(text, error="m", micro=False).svg_data_uri(
        border=0, svgclass=None, lineclass=None
    )


@register.filter
def spaced(digits: str, size: int = 3) -> str:
    """`{{ "482915"|spaced }}` is `482 915`: groups that people can read out."""
    return " ".join(digits[at : at + size] for at in range(0, len(digits), size))


@register.filter
def days_left(expiry: dt.date) -> int:
    """Days until a date in the chain's calendar; negative when it is past."""
    return (expiry - clock.now().astimezone(words.zone(None)).date()).days


@register.filter
def lot_tone(expiry: dt.date) -> str:
    """The tone of a lot by the days it has left: danger, warning or success."""
    left = days_left(expiry)
    if left < 0:
        return "danger"
    return "warning" if left <= DAYS_SOON else "success"


@register.simple_tag
def seven_steps(at: str, problem: str = "") -> list[steps.Step]:
    """The seven human steps with what is done, where we are, what is still to come."""
    return steps.seven(at, problem=problem)


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """The present address with some query values changed; an empty value removes one."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in {None, ""}:
            query[name] = str(value)
    return "?" + query.urlencode()
