"""Drawing that several widgets and table cells share: text, figures, rounded shapes, the focus ring."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from ui import theme
from ui.theme import Length, Style

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight
HALF_LINE = Length.LINE / 2


def begin(painter: QPainter) -> None:
    """Smooth edges and text, as every widget here is drawn."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)


def rounded(
    painter: QPainter,
    area: QRectF,
    radius: float,
    *,
    fill: QColor | None = None,
    line: QColor | None = None,
    width: float = Length.LINE,
) -> None:
    """A rounded rectangle whose line lies wholly inside the area, on whole pixels."""
    inset = width / 2 if line is not None else 0
    painter.setPen(QPen(line, width) if line is not None else Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), radius - inset, radius - inset)


def focus_ring(painter: QPainter, area: QRectF, radius: float, colour: QColor | None = None) -> None:
    """The ring that shows where the keyboard is."""
    ring = colour if colour is not None else theme.current().colour("brand")
    rounded(painter, area, radius, line=ring, width=Length.FOCUS)


def text(
    painter: QPainter,
    area: QRectF,
    words: str,
    style: Style,
    *,
    colour: QColor | None = None,
    align: Qt.AlignmentFlag = _LEFT,
) -> None:
    """One line of plain text, shortened with … where it does not fit."""
    look = theme.current()
    painter.setFont(look.font(style))
    painter.setPen(colour if colour is not None else look.text_colour(style))
    shown = look.metrics(style).elidedText(words, Qt.TextElideMode.ElideRight, area.width() + Length.LINE)
    painter.drawText(area, int(align | Qt.TextFlag.TextSingleLine), shown)


def _cells(words: str, metrics: QFontMetricsF) -> list[tuple[str, float]]:
    wide = metrics.horizontalAdvance("8")  # neither the narrowest nor the widest: gaps stay even
    return [(char, wide if char.isdigit() else metrics.horizontalAdvance(char)) for char in words]


def figures_width(words: str, style: Style) -> float:
    """Width of `figures`."""
    return sum(width for _char, width in _cells(words, theme.current().metrics(style)))


def figures(
    painter: QPainter,
    area: QRectF,
    words: str,
    style: Style,
    *,
    colour: QColor | None = None,
    align: Qt.AlignmentFlag = _RIGHT,
) -> None:
    """A number whose digits all take the same width, so that columns of numbers line up.

    The bundled font has no tabular figures of its own, so the digits are set one by one.
    """
    look = theme.current()
    metrics = look.metrics(style)
    cells = _cells(words, metrics)
    painter.setFont(look.font(style))
    painter.setPen(colour if colour is not None else look.text_colour(style))
    x = area.right() - sum(width for _char, width in cells) if align & _RIGHT else area.left()
    baseline = area.center().y() + (metrics.ascent() - metrics.descent()) / 2
    for char, width in cells:
        painter.drawText(QPointF(x + (width - metrics.horizontalAdvance(char)) / 2, baseline), char)
        x += width
