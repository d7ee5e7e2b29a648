"""A sheet of paper with a pen: text that wraps, rules, tables, page breaks, a QR code.

Everything is drawn twice: first dry, to measure and to count the pages, then on the canvas.
Lengths are in points, from the top left corner down.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from pharmacy.documents import fonts
from pharmacy.documents.breaking import wrap

INK, SOFT, LINE, TINT = (
    HexColor("#0f172a"),
    HexColor("#475569"),
    HexColor("#94a3b8"),
    HexColor("#f1f5f9"),
)
LEADING = 1.32
QUIET = 4  # modules of white that a QR code needs around it


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a text looks; `align` is left, right or center."""

    size: float = 9
    bold: bool = False
    color: Color = INK
    align: str = "left"

    @property
    def line_height(self) -> float:
        """From one baseline to the next."""
        return self.size * LEADING


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a table row; `note` is a second, quieter text under the first."""

    text: str
    note: str = ""
    bold: bool = False
    align: str = "left"


class Sheet:
    """The pen: `y` is how far down it is; `page` counts from 1. Without a canvas it measures."""

    def __init__(
        self, canvas: Canvas | None, *, width: float, height: float, margin: float, scale: float = 1
    ) -> None:
        self.canvas, self.width, self.height = canvas, width, height
        self.margin, self.scale = margin, scale
        self.left, self.right = margin, width - margin
        self.y, self.page = margin, 1
        self.bottom = height - margin
        self.on_break: Callable[[Sheet], None] | None = None

    def gap(self, points: float) -> None:
        """Leave white."""
        self.y += points * self.scale

    def lines(self, text: str, style: Style, *, width: float) -> list[str]:
        """Break a text to a width at the present scale."""
        size = style.size * self.scale
        return wrap(text, limit=width, measure=lambda t: fonts.width(t, size=size, bold=style.bold))

    def height_of(self, text: str, style: Style, *, width: float) -> float:
        """Height of a wrapped text; an empty text has none."""
        count = len(self.lines(text, style, width=width)) if text else 0
        return count * style.line_height * self.scale

    def text(
        self, text: str, style: Style, *, left: float | None = None, right: float | None = None
    ) -> None:
        """Write a wrapped text between two edges and move the pen below it."""
        start, end = self.left if left is None else left, self.right if right is None else right
        if text:
            for line in self.lines(text, style, width=end - start):
                self._line(line, style, start, end)

    def side_by_side(self, *columns: tuple[float, float, Callable[[], None]]) -> None:
        """Draw columns (left, right, draw) from the same height; go on below the tallest."""
        top, lowest = self.y, self.y
        kept = self.left, self.right
        for left, right, draw in columns:
            self.y, self.left, self.right = top, left, right
            draw()
            lowest = max(lowest, self.y)
        self.left, self.right = kept
        self.y = lowest

    def rule(self, *, weight: float = 0.5, color: Color = LINE) -> None:
        """Draw a line across."""
        if self.canvas:
            self.canvas.setStrokeColor(color)
            self.canvas.setLineWidth(weight)
            at = self.height - self.y
            self.canvas.line(self.left, at, self.right, at)

    def box(self, top: float, *, fill: Color | None = None, stroke: Color | None = INK) -> None:
        """Frame what was drawn since `top`; for a tint call it with the known height first."""
        self.box_at(self.left, top, self.right - self.left, self.y - top, fill=fill, stroke=stroke)

    def box_at(
        self, left: float, top: float, width: float, height: float,
        *, fill: Color | None = None, stroke: Color | None = INK, weight: float = 0.8,
    ) -> None:  # fmt: skip
        """A rounded frame."""
        if not self.canvas:
            return
        if fill is not None:
            self.canvas.setFillColor(fill)
        if stroke is not None:
            self.canvas.setStrokeColor(stroke)
            self.canvas.setLineWidth(weight)
        self.canvas.roundRect(
            left, self.height - top - height, width, height, 1.2 * mm,
            fill=int(fill is not None), stroke=int(stroke is not None),
        )  # fmt: skip

    def qr(self, content: str, *, left: float, top: float, side: float) -> None:
        """Draw a QR code with its quiet zone as vectors inside a square."""
        if not self.canvas:
            return
        rows = [list(row) for row in segno.make(content, micro=False, error="m").matrix]
        module = side / (len(rows) + 2 * QUIET)
        path = self.canvas.beginPath()
        for line, row in enumerate(rows):
            for start, length in _dark_runs(row):
                x = left + (QUIET + start) * module
                y = self.height - top - (QUIET + line + 1) * module
                path.rect(x, y, length * module, module)
        self.canvas.setFillColor(INK)
        self.canvas.drawPath(path, stroke=0, fill=1)

    def need(self, height: float) -> None:
        """Start a new page when less than `height` is left on this one."""
        if self.y + height <= self.bottom or self.on_break is None:
            return
        if self.canvas:
            self.canvas.showPage()
        self.page += 1
        self.y = self.margin
        self.on_break(self)

    def row(
        self, cells: Sequence[Cell], widths: Sequence[float], style: Style, *, pad: float = 2.2
    ) -> None:
        """One table row: cells wrap, the row is as tall as its tallest cell."""
        top, left = self.y, self.left
        height = max(
            self._cell_height(cell, width, style) for cell, width in zip(cells, widths, strict=True)
        )
        for cell, width in zip(cells, widths, strict=True):
            self.y = top + pad
            self._cell(cell, style, left, left + width)
            left += width
        self.y = top + height + 2 * pad

    def row_height(
        self, cells: Sequence[Cell], widths: Sequence[float], style: Style, *, pad: float = 2.2
    ) -> float:
        """How tall a row will be."""
        pairs = zip(cells, widths, strict=True)
        return max(self._cell_height(cell, width, style) for cell, width in pairs) + 2 * pad

    def _cell(self, cell: Cell, style: Style, left: float, right: float) -> None:
        main, note = _cell_styles(cell, style)
        self.text(cell.text, main, left=left + 2, right=right - 2)
        self.text(cell.note, note, left=left + 2, right=right - 2)

    def _cell_height(self, cell: Cell, width: float, style: Style) -> float:
        main, note = _cell_styles(cell, style)
        return self.height_of(cell.text, main, width=width - 4) + self.height_of(
            cell.note, note, width=width - 4
        )

    def _line(self, line: str, style: Style, start: float, end: float) -> None:
        size, height = style.size * self.scale, style.line_height * self.scale
        if self.canvas and line:
            self.canvas.setFillColor(style.color)
            self.canvas.setFont(fonts.BOLD if style.bold else fonts.REGULAR, size)
            baseline = self.height - self.y - height * 0.5 - size * 0.36
            room = end - start - fonts.width(line, size=size, bold=style.bold)
            offset = {"left": 0, "right": room, "center": room / 2}[style.align]
            self.canvas.drawString(start + offset, baseline, line)
        self.y += height


def _cell_styles(cell: Cell, style: Style) -> tuple[Style, Style]:
    main = Style(size=style.size, bold=cell.bold or style.bold, color=style.color, align=cell.align)
    return main, Style(size=style.size * 0.86, color=SOFT, align=cell.align)


def _dark_runs(row: list[int]) -> list[tuple[int, int]]:
    """(start, length) of each dark run, so that the code has few rectangles and no hairlines."""
    runs: list[tuple[int, int]] = []
    for at, is_dark in enumerate(row):
        if not is_dark:
            continue
        if runs and sum(runs[-1]) == at:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((at, 1))
    return runs


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """How one document is drawn: its kind, the size of its pages, and the drawing itself."""

    title: str
    width: float
    height: float
    draw: Callable[[Canvas], None]


class Paper(bytes):
    """The bytes of a PDF that remembers how it was drawn, so that papers can be joined."""

    drawings: tuple[Drawing, ...] = ()


def pdf(title: str, *, width: float, height: float, draw: Callable[[Canvas], None]) -> Paper:
    """Make a PDF with reproducible bytes; its metadata hold the kind of document only."""
    return print_all([Drawing(title=title, width=width, height=height, draw=draw)])


def print_all(drawings: Sequence[Drawing]) -> Paper:
    """Draw 1..n documents into one file, each on pages of its own size."""
    fonts.ready()
    buffer = io.BytesIO()
    canvas = Canvas(
        buffer, invariant=1, pageCompression=1, lang="zh-CN", initialFontName=fonts.REGULAR
    )
    canvas.setTitle(drawings[0].title)
    canvas.setAuthor("Rxflow")
    canvas.setSubject(drawings[0].title)
    for drawing in drawings:
        canvas.setPageSize((drawing.width, drawing.height))
        drawing.draw(canvas)
        canvas.showPage()
    canvas.save()
    paper = Paper(buffer.getvalue())
    paper.drawings = tuple(drawings)
    return paper
