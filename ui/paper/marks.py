"""What stands in the text of a paper and is no letter: boxes to tick, rules, dotted lines, QR codes."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Final

import segno
from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QPainter,
    QPen,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from tongcds.papers.paper import Mark
from ui import theme

DPI: Final = 600
"""Papers are laid out in units of this resolution, whatever they are painted on."""

_POINTS: Final = 72
_MM: Final = 25.4
_TYPE: Final = QTextFormat.ObjectTypes.UserObject
_WHAT: Final = QTextFormat.Property.UserProperty
_WIDTH, _HEIGHT, _WORDS = _WHAT + 1, _WHAT + 2, _WHAT + 3
_QUIET: Final = 2
_OBJECT: Final = "\ufffc"


class _What(StrEnum):
    BOX = "box"
    RULE = "rule"
    DOTS = "dots"
    STRUT = "strut"
    QR = "qr"


def points(length: float) -> float:
    """Points in units of the layout."""
    return length * DPI / _POINTS


def millimetres(length: float) -> float:
    """Millimetres in units of the layout."""
    return length * DPI / _MM


def register(document: QTextDocument) -> None:
    """Have a document draw the marks of this module."""
    # The document keeps the drawing object alive, not we.
    document.documentLayout().registerHandler(_TYPE, _Drawing(document))


def box(cursor: QTextCursor, mark: Mark, size: float) -> None:
    """A box as high as capitals of so many points, with what is in it."""
    _insert(cursor, _What.BOX, points(size), points(size), mark.value)


def rule(cursor: QTextCursor, width: float) -> None:
    """A solid line of this width (units of the layout)."""
    _insert(cursor, _What.RULE, width, points(2))


def dots(cursor: QTextCursor, width: float) -> None:
    """A dotted line to write on, of this width (units of the layout)."""
    _insert(cursor, _What.DOTS, width, points(2))


def strut(cursor: QTextCursor, height: float) -> None:
    """Nothing, of this height (units of the layout): makes room for a hand."""
    _insert(cursor, _What.STRUT, 1, height)


def qr(cursor: QTextCursor, payload: str, size: float) -> None:
    """A QR code with edges of this length (units of the layout)."""
    _insert(cursor, _What.QR, size, size, payload)


def _insert(cursor: QTextCursor, what: _What, width: float, height: float, words: str = "") -> None:
    form = QTextCharFormat()
    form.setObjectType(_TYPE)
    form.setProperty(_WHAT, what.value)
    form.setProperty(_WIDTH, width)
    form.setProperty(_HEIGHT, height)
    form.setProperty(_WORDS, words)
    form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
    cursor.insertText(_OBJECT, form)


class _Drawing(QPyTextObject):
    """Draws the marks where the layout leaves room for them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)

    def intrinsicSize(self, _document: QTextDocument, _at: int, form: QTextFormat) -> QSizeF:
        return QSizeF(form.doubleProperty(_WIDTH), form.doubleProperty(_HEIGHT))

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, _document: QTextDocument, _at: int, form: QTextFormat
    ) -> None:
        rect = QRectF(rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.PAPER_INK, points(0.7)))
        match _What(form.stringProperty(_WHAT)):
            case _What.BOX:
                _draw_box(painter, rect, Mark(form.stringProperty(_WORDS)))
            case _What.RULE:
                painter.drawLine(rect.topLeft(), rect.topRight())
            case _What.DOTS:
                pen = QPen(theme.PAPER_INK, points(0.8), Qt.PenStyle.DotLine)
                painter.setPen(pen)
                painter.drawLine(rect.bottomLeft(), rect.bottomRight())
            case _What.STRUT:
                pass
            case _What.QR:
                _draw_qr(painter, rect, form.stringProperty(_WORDS))
        painter.restore()


def _draw_box(painter: QPainter, rect: QRectF, mark: Mark) -> None:
    inset = points(0.5)
    square = rect.adjusted(inset, inset, -inset, -inset)
    painter.drawRect(square)
    painter.setPen(QPen(theme.PAPER_INK, points(1.4)))
    part = square.width() / 10
    if mark is Mark.YES:
        low = QPointF(square.left() + 4 * part, square.bottom() - 2 * part)
        painter.drawPolyline(
            [
                square.topLeft() + QPointF(2 * part, 5 * part),
                low,
                square.topRight() + QPointF(-2 * part, 2 * part),
            ]
        )
    elif mark is Mark.NO:
        middle = square.center().y()
        painter.drawLine(
            QPointF(square.left() + 2 * part, middle), QPointF(square.right() - 2 * part, middle)
        )


@cache
def _modules(payload: str) -> tuple[bytes, ...]:
    """The code's rows, dark as 1; Q: a quarter of it may be dirty or creased."""
    return tuple(bytes(row) for row in segno.make(payload, error="q", micro=False).matrix)


def _draw_qr(painter: QPainter, rect: QRectF, payload: str) -> None:
    rows = _modules(payload)
    side = rect.width() / (len(rows) + 2 * _QUIET)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.PAPER_INK)
    for down, row in enumerate(rows):
        across = 0
        while across < len(row):
            run = across
            while run < len(row) and row[run]:
                run += 1
            if run > across:
                # One bar for each run: hairlines between modules would show on paper.
                left, top = rect.left() + (across + _QUIET) * side, rect.top() + (down + _QUIET) * side
                painter.drawRect(QRectF(left, top, (run - across) * side, side))
            across = run + 1
