"""Numbers of a paper that something stands behind: marked in its document, and found again on its pages.

No anchors: a PDF would make links of them that lead nowhere outside of the program.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextDocument, QTextFormat, QTextLine

from tongcds.domain.periods import Period, PeriodKind
from tongcds.papers.paper import Behind
from ui.paper.marks import millimetres

_BEHIND: Final = QTextFormat.Property.UserProperty + 10


class Link(NamedTuple):
    """Where a number stands, in millimetres, what it reads and what it counts."""

    left: float
    top: float
    width: float
    height: float
    words: str
    behind: Behind

    def moved(self, right: float, down: float) -> Link:
        """The same for another corner of the page."""
        return self._replace(left=self.left + right, top=self.top + down)


def mark(letters: QTextCharFormat, behind: Behind) -> None:
    """Write into a format what its letters count."""
    when = behind.period
    words = (behind.indicator, behind.unit_id.hex(), f"{when.first}", f"{when.last}", when.kind.value)
    letters.setProperty(_BEHIND, "|".join(words))


def links_of(document: QTextDocument, top: float, height: float) -> list[Link]:
    """The marked numbers between `top` and `top + height` (units of the layout), in reading order."""
    found: list[Link] = []
    layout = document.documentLayout()
    block = document.begin()
    while block.isValid():
        place = layout.blockBoundingRect(block)
        if top <= place.top() < top + height:
            found += [
                Link(
                    rect.left() / millimetres(1), (rect.top() - top) / millimetres(1),
                    rect.width() / millimetres(1), rect.height() / millimetres(1), words, behind,
                )
                for rect, words, behind in _in_block(block, place)
            ]  # fmt: skip
        block = block.next()
    return found


def _in_block(block: QTextBlock, place: QRectF) -> list[tuple[QRectF, str, Behind]]:
    found = []
    text, layout = block.text(), block.layout()
    for run in block.textFormats():
        said = run.format.stringProperty(_BEHIND)
        line = layout.lineForTextPosition(run.start) if said else None
        if line is None or not line.isValid():
            continue
        end = min(run.start + run.length, line.textStart() + line.textLength())
        left, right = (_across(line, at) for at in (run.start, end))
        rect = line.rect()
        rect = QRectF(left, rect.top(), right - left, rect.height()).translated(place.topLeft())
        words = text[run.start : run.start + run.length]
        found.append((rect, words, _read(said)))
    return found


def _read(said: str) -> Behind:
    indicator, unit, first, last, kind = said.split("|")
    when = Period(date.fromisoformat(first), date.fromisoformat(last), PeriodKind(kind))
    return Behind(indicator, bytes.fromhex(unit), when)


def _across(line: QTextLine, at: int) -> float:
    # The stubs know only the first half of what Qt answers: where the letter stands, and which one it is.
    answer: Any = line.cursorToX(at)
    return float(answer[0])
