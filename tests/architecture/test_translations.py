"""Everything that people read has a Chinese text in a catalogue of ours."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from django.utils.text import smart_split
from django.utils.translation import trim_whitespace

from tests.architecture.sources import PACKAGES, ROOT, files, label, python, tree

GETTEXT = {
    "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1,
    "ngettext": 1, "ngettext_lazy": 1,
    "pgettext": 2, "pgettext_lazy": 2, "npgettext": 2, "npgettext_lazy": 2,
}  # fmt: skip
TAG = re.compile(r"{%-?\s*(trans|translate|blocktrans|blocktranslate)\b(.*?)%}", re.DOTALL)
END = re.compile(r"{%\s*(?:plural\b.*?|endblocktrans(?:late)?)\s*%}", re.DOTALL)
INLINE = re.compile(r"""_\((?:"([^"]+)"|'([^']+)')\)""")
VARIABLE = re.compile(r"{{\s*([\w.]+)(?:\|[^}]*)?\s*}}")
HAN = re.compile(r"[\u4e00-\u9fff]")


@functools.cache
def translated() -> frozenset[str]:
    """Every message that one of our Chinese catalogues answers."""
    found: set[str] = set()
    for path in files(".po"):
        if "zh_Hans" not in path.parts:
            continue
        with path.open("rb") as stream:
            for message in read_po(stream, locale="zh_Hans"):
                texts = message.string if isinstance(message.string, tuple) else [message.string]
                if message.id and not message.fuzzy and all(texts):
                    ids = message.id if isinstance(message.id, tuple) else [message.id]
                    found.add(ids[0])
    return frozenset(found)


def _aliases(path: Path) -> dict[str, int]:
    """The names under which a file calls gettext, with the place of the message."""
    return {
        alias.asname or alias.name: GETTEXT[alias.name]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in GETTEXT
    }


def in_python(path: Path) -> Iterator[tuple[int, str]]:
    """Line and message of every translatable text of a Python file."""
    names = _aliases(path)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            place = names.get(node.func.id)
            if place and len(node.args) >= place:
                message = node.args[place - 1]
                if isinstance(message, ast.Constant) and isinstance(message.value, str):
                    yield node.lineno, message.value


def in_template(path: Path) -> Iterator[tuple[int, str]]:
    """Line and message of every translatable text of a template."""
    text = path.read_text(encoding="utf-8")
    for match in TAG.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match.group(1) in {"trans", "translate"}:
            first = next(iter(smart_split(match.group(2).strip())), "")
            if first[:1] in {'"', "'"}:
                yield line, first[1:-1].replace("%", "%%")
            continue
        body = text[match.end() : END.search(text, match.end()).start()]  # type: ignore[union-attr]
        body = VARIABLE.sub(r"%(\1)s", body.replace("%", "%%"))
        yield line, trim_whitespace(body) if "trimmed" in match.group(2).split() else body
    for match in INLINE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group(1) or match.group(2)


def missing() -> list[str]:
    """Messages without Chinese, each with the place where it stands."""
    answered = translated()
    found: list[str] = []
    sources = [(path, in_python(path)) for path in python()]
    sources += [
        (path, in_template(path))
        for path in files(".html", ".txt")
        if "templates" in path.parts and path.relative_to(ROOT).parts[0] in PACKAGES
    ]
    for path, messages in sources:
        for line, message in messages:
            if message not in answered and not HAN.search(message):
                found.append(f"{label(path)}:{line}: {message}")
    return found


def test_everything_people_read_is_in_chinese_too() -> None:
    """Given every text in Python and templates, then a catalogue of ours has the Chinese."""
    found = missing()
    assert not found, f"{len(found)} without Chinese:\n" + "\n".join(found)


def test_placeholders_survive_translation() -> None:
    """Given a translation, then it fills in the same names as the original."""
    name = re.compile(r"%\((\w+)\)[sd]|{(\w*)}")
    wrong = []
    for path in files(".po"):
        with path.open("rb") as stream:
            for message in read_po(stream, locale=path.parts[-3]):
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                texts = message.string if isinstance(message.string, tuple) else (message.string,)
                wanted = {found for each in ids for found in name.findall(each)}
                if message.id and any(set(name.findall(t)) - wanted for t in texts if t):
                    wrong.append(f"{label(path)}: {message.id}")
    assert wrong == []
