"""Fonts of papers, and lines of words in one place of a document.

Every text goes in through `plain`, as plain text and never as markup: names come from anywhere.
"""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QImage,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)

from tongcds import paths
from tongcds.domain.text import clean
from tongcds.errors import UserError, sentence
from tongcds.papers.paper import Behind
from ui.paper import links, marks
from ui.paper.marks import DPI, points

log = logging.getLogger(__name__)

FAMILIES: Final = ("Tinos", "Noto Sans Khmer")
"""Tinos has the metrics of Times New Roman, which the decree asks for, and every Vietnamese letter."""

_METRES: Final = 39.3701
_UNDER: Final = 2.0
# Qt gives these a meaning inside of a document: objects, and beginnings and ends of frames.
_MEANT: Final = re.compile("[\ufffc\ufdd0-\ufdef]")


@cache
def load_fonts() -> None:
    """Make the fonts of papers known to Qt, once; the window's own are `ui.theme`'s."""
    for file in sorted((paths.resources_folder() / "fonts" / "paper").glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(file)) < 0:
            log.warning("a bundled font was refused", extra={"code": file.stem})


def missing_fonts() -> list[str]:
    """Families of papers that Qt does not know."""
    load_fonts()
    return [family for family in FAMILIES if family not in QFontDatabase.families()]


def font_notes() -> tuple[str, ...]:
    """A sentence for each of them: papers are set in another one then."""
    return tuple(sentence(UserError("font_missing", font=family)) for family in missing_fonts())


def font(size: float, *, bold: bool = False, italic: bool = False) -> QFont:
    """The font of papers at a size in points."""
    made = QFont(list(FAMILIES))
    made.setPointSizeF(size)
    made.setBold(bold)
    made.setItalic(italic)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


def ruler() -> QImage:
    """A paint device of the layout's resolution, for measuring."""
    device = QImage(1, 1, QImage.Format.Format_Grayscale8)
    device.setDotsPerMeterX(round(DPI * _METRES))
    device.setDotsPerMeterY(round(DPI * _METRES))
    return device


def plain(words: str) -> str:
    """Words as a document takes them: letters alone."""
    return _MEANT.sub("\ufffd", clean(words))


class Place:
    """Writes lines into one place of a document.

    `scale` makes units of the layout a length of a format; `started`: there is a line before it already.
    """

    def __init__(self, scale: float, cursor: QTextCursor, *, started: bool = False) -> None:
        self._scale = scale
        self.cursor = cursor
        self._started = started

    def line(self, words: str, look: QFont, aligned: Qt.AlignmentFlag, *, before: float = 0) -> None:
        """A paragraph."""
        form = QTextBlockFormat()
        form.setAlignment(aligned)
        form.setTopMargin(points(before) * self._scale)
        letters = QTextCharFormat()
        letters.setFont(look)
        if self._started:
            self.cursor.insertBlock(form, letters)
        else:
            self.cursor.setBlockFormat(form)
            # Merged: the format of a cell stands in the same place.
            self.cursor.mergeBlockCharFormat(letters)
        self._started = True
        if words:
            self.add(words, look)

    def add(self, words: str, look: QFont, *, keep: bool = False, behind: Behind | None = None) -> None:
        """More words in the same paragraph; `behind` is what they count."""
        lead = "\u00a0" if keep else words[: len(words) - len(words.lstrip())]
        tail = words[len(words.rstrip()) :] if words.strip() else ""
        letters = QTextCharFormat()
        letters.setFont(look)
        if behind is not None:
            links.mark(letters, behind)
        self.cursor.insertText(f"{lead}{plain(words)}{tail}", letters)

    def rule(self, width: float, *, most: float = float("inf")) -> None:
        """A solid line under what was written."""
        self.line("", font(4), Qt.AlignmentFlag.AlignHCenter, before=_UNDER)
        marks.rule(self.cursor, min(width, most))
