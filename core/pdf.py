"""One-page documents as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

#: Every reader has both, so there is nothing to embed. Chinese text may hold Latin letters.
FONT: Final = "STSong-Light"

_LATIN: Final = "Helvetica"

_TEXT: Final = ParagraphStyle("text", fontName=FONT, fontSize=11, leading=18, wordWrap="CJK")
_SMALL: Final = ParagraphStyle("small", parent=_TEXT, fontSize=9, leading=14, textColor="#56645d")
_TITLE: Final = ParagraphStyle("title", parent=_TEXT, fontSize=20, leading=28, alignment=TA_CENTER)

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    latin = all(ord(letter) < 256 for letter in text)
    font = _LATIN if latin else FONT
    return Paragraph(f'<font name="{font}">{escape(text)}</font>', style)


def render_sheet(
    *, title: str, text: str, facts: Sequence[tuple[str, str]], small: Sequence[str]
) -> bytes:
    """A page with a title, one paragraph, a table of facts, and small print below."""
    target = BytesIO()
    page = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=25 * mm, rightMargin=25 * mm, topMargin=30 * mm, title=title
    )
    table = Table(
        [[_paragraph(part, _TEXT) for part in fact] for fact in facts],
        colWidths=[50 * mm, 110 * mm],
        hAlign="LEFT",
        style=TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.HexColor("#dce4df")),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
            ]
        ),
    )
    page.build(
        [
            _paragraph(title, _TITLE),
            Spacer(1, 10 * mm),
            _paragraph(text, _TEXT),
            Spacer(1, 6 * mm),
            table,
            Spacer(1, 8 * mm),
            *(_paragraph(line, _SMALL) for line in small),
        ]
    )
    return target.getvalue()
