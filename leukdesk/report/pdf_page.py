"""The page of a report: fonts, styles, and what stands on every page whatever is on it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Table, TableStyle

from leukdesk.domain.vocabulary import RESEARCH_USE

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

PLAIN, BOLD = "DejaVuSans", "DejaVuSans-Bold"
INK, MUTED, RULE, SHADE = HexColor("#1A1A1A"), HexColor("#5A5A5A"), HexColor("#C8C8C8"), HexColor("#F0F0F0")
_MARK = HexColor("#B00020")
MARGIN, TOP, FOOT = 18 * mm, 24 * mm, 22 * mm
WIDTH = A4[0] - 2 * MARGIN  # of what is between the margins, pt

TEXT = ParagraphStyle("text", fontName=PLAIN, fontSize=9, leading=12.5, textColor=INK)
SMALL = ParagraphStyle("small", TEXT, fontSize=7.5, leading=10)
NOTE = ParagraphStyle("note", SMALL, textColor=MUTED, spaceBefore=2 * mm)
HEAD = ParagraphStyle("head", SMALL, fontName=BOLD)
TITLE = ParagraphStyle("title", TEXT, fontName=BOLD, fontSize=16, leading=20, spaceAfter=1 * mm)
SECTION = ParagraphStyle(
    "section", TEXT, fontName=BOLD, fontSize=11, leading=14, spaceBefore=6 * mm, spaceAfter=2 * mm, keepWithNext=True
)


def load_fonts(folder: Path) -> None:
    """Make the report's fonts known; they are embedded, as far as their letters are used."""
    for name in (PLAIN, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)


def readable(text: object) -> str:
    """Text as the fonts can show it; a letter that they do not have is written as its number, never left out."""
    known = pdfmetrics.getFont(PLAIN).face.charToGlyph
    composed = unicodedata.normalize("NFC", str(text))
    return "".join(one if ord(one) in known or one in "\n\t" else f"[U+{ord(one):04X}]" for one in composed)


def paragraph(text: object, style: ParagraphStyle = TEXT) -> Paragraph:
    """Text as it is, whatever signs are in it; line breaks stay."""
    return Paragraph(escape(readable(text)).replace("\n", "<br/>"), style)


def grid(
    header: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[float], *, right: Sequence[int] = ()
) -> Table:
    """A table that repeats its header on each page; `widths` in parts of the page, `right` names columns of numbers."""
    whole = sum(widths)
    shown = [[paragraph(one, HEAD) for one in header]]
    aligned = ParagraphStyle("number", SMALL, alignment=2)
    for row in rows:
        shown.append([paragraph(one, aligned if at in right else SMALL) for at, one in enumerate(row)])
    for at in right:
        shown[0][at] = paragraph(header[at], ParagraphStyle("number head", HEAD, alignment=2))
    return Table(shown, [WIDTH * one / whole for one in widths], repeatRows=1, style=_GRID, hAlign="LEFT")


def facts(pairs: Sequence[tuple[str, object]]) -> Table:
    """Names and values below each other."""
    rows = [[paragraph(name, HEAD), paragraph(value, SMALL)] for name, value in pairs]
    return Table(rows, [WIDTH * 0.26, WIDTH * 0.74], style=_FACTS, hAlign="LEFT")


_TIGHT = (
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 6),
    ("LINEBELOW", (0, 0), (-1, -1), 0.3, RULE),
)
_GRID = TableStyle([*_TIGHT, ("BACKGROUND", (0, 0), (-1, 0), SHADE)])
_FACTS = TableStyle(_TIGHT)


class Furniture:
    """What stands on every page: the header, the footer, and the mark of a case that is not signed."""

    def __init__(self, *, left: str, below: Sequence[str], mark: str) -> None:
        """`left` beside the words on research use, `below` the lines at the foot, `mark` across the page."""
        self._left, self._below, self._mark = left, below, mark

    def draw(self, canvas: Canvas, page: int, pages: int) -> None:
        """Draw it, once it is known how many pages there are."""
        width, height = A4
        if self._mark:
            self._draw_mark(canvas)
        canvas.setStrokeColor(RULE)
        canvas.line(MARGIN, height - TOP + 4 * mm, width - MARGIN, height - TOP + 4 * mm)
        canvas.line(MARGIN, FOOT - 3 * mm, width - MARGIN, FOOT - 3 * mm)
        canvas.setFillColor(INK)
        canvas.setFont(BOLD, 8)
        canvas.drawString(MARGIN, height - TOP + 10.5 * mm, RESEARCH_USE)
        canvas.setFont(PLAIN, 8)
        canvas.drawString(MARGIN, height - TOP + 6 * mm, _cut(readable(self._left), PLAIN, 8, WIDTH))
        canvas.setFillColor(MUTED)
        canvas.setFont(PLAIN, 6.5)
        for at, line in enumerate(self._below):
            canvas.drawString(MARGIN, FOOT - (6.5 + 3.2 * at) * mm, readable(line))
        canvas.setFont(PLAIN, 8)
        canvas.drawRightString(width - MARGIN, FOOT - 6.5 * mm, f"Page {page} of {pages}")

    def _draw_mark(self, canvas: Canvas) -> None:
        canvas.saveState()
        canvas.setFillColor(_MARK, alpha=0.10)
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(52)
        size = min(86.0, 640 / pdfmetrics.stringWidth(self._mark, BOLD, 1))
        canvas.setFont(BOLD, size)
        canvas.drawCentredString(0, -size / 3, self._mark)
        canvas.restoreState()


def build(stream: BinaryIO, story: Sequence[Flowable], furniture: Furniture, at: datetime, version: str) -> None:
    """Write the pages. The file names no patient, case or user outside its pages, and depends on nothing else."""

    class _Counted(Canvas):  # type: ignore[misc]  # the library has no types
        """A canvas that draws the furniture of all pages at the end."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **{**named, "invariant": 1})
            self._doc._timeStamp = _Stamp(at)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, 1):
                self.__dict__.update(page)
                furniture.draw(self, number, len(self._pages))
                super().showPage()
            super().save()

    document = BaseDocTemplate(
        stream,
        pagesize=A4,
        title="leukdesk case report",
        author="leukdesk",
        subject=RESEARCH_USE,
        creator=f"leukdesk {version}",
        lang="en",
    )
    frame = Frame(MARGIN, FOOT, WIDTH, A4[1] - TOP - FOOT, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates(PageTemplate("page", [frame]))
    document.build(list(story), canvasmaker=_Counted)


class _Stamp:
    """The time of a report, as the library writes it into the file."""

    def __init__(self, at: datetime) -> None:
        utc = at.astimezone(UTC)
        self.t, self.tzname, self.dhh, self.dmm = utc.timestamp(), "UTC", 0, 0
        self.YMDhms = (utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second)


def _cut(text: str, font: str, size: float, width: float) -> str:
    """Text that fits, with dots where something is missing; its full length stands on the first page."""
    if pdfmetrics.stringWidth(text, font, size) <= width:
        return text
    while text and pdfmetrics.stringWidth(f"{text}…", font, size) > width:
        text = text[:-1]
    return f"{text}…"
