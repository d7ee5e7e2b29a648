"""Strict loaders for what comes from outside: JSON and XML, with limits and no surprises.

What the standard parsers forgive is refused here: duplicate keys, NaN, endless digits, lone
surrogates, byte order marks, deep nesting, a DOCTYPE. Numbers with a fraction become `Decimal`.
Nothing here opens a file or a connection.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _
from lxml import etree

from pharmacy.core.errors import Invalid

MAX_BYTES = 1_048_576
MAX_DEPTH = 64
MAX_NUMBER = 40  # characters of a fraction; no quantity of ours needs more
MAX_EXPONENT = 30


class TooLarge(Invalid):
    """More bytes than the limit."""

    code = "rx.too-large"
    sentence = _("The document is larger than 1 MB.")


class Empty(Invalid):
    """No bytes at all."""

    code = "rx.empty"
    sentence = _("The document is empty.")


class MalformedJson(Invalid):
    """The bytes are not one JSON value in UTF-8."""

    code = "json.malformed"
    sentence = _("The document is not well-formed JSON.")


class DuplicateKey(Invalid):
    """An object names a key twice: readers would disagree about its value."""

    code = "json.duplicate-key"
    sentence = _("The document names the same key twice.")


class NotANumber(Invalid):
    """NaN, Infinity, or a number with absurdly many digits."""

    code = "json.number"
    sentence = _("The document holds a number that is not an exact, ordinary number.")


class JsonTooDeep(Invalid):
    """Nested deeper than any document of ours."""

    code = "json.too-deep"
    sentence = _("The document is nested too deeply.")


class MalformedXml(Invalid):
    """The bytes are not one well-formed XML document."""

    code = "xml.malformed"
    sentence = _("The document is not well-formed XML.")


class DoctypeRefused(Invalid):
    """A DOCTYPE: the door of entity bombs and external entities."""

    code = "xml.doctype"
    sentence = _("The document declares a document type, which is not allowed.")


class XmlTooDeep(Invalid):
    """Elements nested deeper than any document of ours."""

    code = "xml.too-deep"
    sentence = _("The document is nested too deeply.")


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)


def load_json(raw: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Read one JSON value; fractions come as `Decimal`.

    Raises:
        Empty, TooLarge, MalformedJson, DuplicateKey, NotANumber, JsonTooDeep.
    """
    _check_size(raw, max_bytes)
    try:
        text = raw.decode("utf-8")
        value = _DECODER.decode(text)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except RecursionError:
        raise JsonTooDeep(limit=max_depth) from None
    except (UnicodeError, json.JSONDecodeError):
        raise MalformedJson from None
    except ValueError:  # more digits than an integer may have
        raise NotANumber from None
    if "\\u0000" in text:
        raise MalformedJson
    _check_nesting(value, max_depth)
    return value


def load_xml(
    raw: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH
) -> etree._Element:
    """Read one XML document and give its root; comments and instructions are dropped.

    Raises:
        Empty, TooLarge, MalformedXml, DoctypeRefused, XmlTooDeep.
    """
    _check_size(raw, max_bytes)
    if _DOCTYPE.search(raw):
        raise DoctypeRefused
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise MalformedXml from None
    if root.getroottree().docinfo.doctype:  # in an encoding that hid it from the first look
        raise DoctypeRefused
    _check_depth(root, max_depth)
    return root


def _check_size(raw: bytes, max_bytes: int) -> None:
    if not raw:
        raise Empty
    if len(raw) > max_bytes:
        raise TooLarge(size=len(raw), limit=max_bytes)


def _check_nesting(value: Any, limit: int) -> None:
    """Level by level, so that no depth can exhaust the stack."""
    level: list[Any] = [[value]]
    for _depth_seen in range(limit + 1):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return
    raise JsonTooDeep(limit=limit)


def _check_depth(root: etree._Element, limit: int) -> None:
    level = [root]
    for _depth_seen in range(limit):
        level = [child for element in level for child in element]
        if not level:
            return
    raise XmlTooDeep(limit=limit)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise DuplicateKey
    return value


def _fraction(text: str) -> Decimal:
    exponent = text.lower().partition("e")[2]
    if len(text) > MAX_NUMBER or (exponent and abs(int(exponent)) > MAX_EXPONENT):
        raise NotANumber
    return Decimal(text)


def _no_constant(_name: str) -> NoReturn:
    raise NotANumber


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_float=_fraction,
    parse_constant=_no_constant,
    strict=True,
)
