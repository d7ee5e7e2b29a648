"""The two faces of every document, embedded, with Chinese and Latin letters."""

from __future__ import annotations

import functools
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from pharmacy.core.errors import Unavailable

REGULAR, BOLD = "NotoSansSC", "NotoSansSC-Bold"
FILES = {REGULAR: "NotoSansSC_400Regular.ttf", BOLD: "NotoSansSC_700Bold.ttf"}


class FontMissing(Unavailable):
    """The fonts are not installed: run `make assets`."""

    code = "documents.font-missing"
    sentence = _("Documents cannot be printed yet: run `make assets` to install the fonts.")


def ready() -> None:
    """Register both faces, once for each folder.

    Raises:
        FontMissing: a file is not in `settings.DOCUMENT_FONT_DIR`.
    """
    _register(Path(settings.DOCUMENT_FONT_DIR))


def width(text: str, *, size: float, bold: bool = False) -> float:
    """Width of a text in points."""
    return pdfmetrics.stringWidth(text, BOLD if bold else REGULAR, size)


@functools.cache
def _register(folder: Path) -> None:
    for name, file in FILES.items():
        path = folder / file
        if not path.is_file():
            raise FontMissing(file=file, command="make assets")
        pdfmetrics.registerFont(TTFont(name, str(path)))
