"""A small line chart of a share over months, with its target as a dashed line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.theme import Length, Style, space
from ui.widgets import paint


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the line: a short label for the axis, the share (None: a gap), its words."""

    label: str
    share: float | None
    words: str


class SmallTrend(QWidget):
    """Draws points from left to right. The last point carries its value; gaps stay gaps."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: list[Point] = []
        self._target: float | None = None
        self._target_words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_points(
        self, name: str, points: Sequence[Point], *, target: float | None = None, target_words: str = ""
    ) -> None:
        """Replace the line; the name is the accessible one."""
        self._points = list(points)
        self._target = target
        self._target_words = target_words
        told = "; ".join(f"{point.label}: {point.words}" for point in points)
        self.setAccessibleName(name)
        self.setAccessibleDescription(f"{told}. {target_words}" if target_words else told)
        self.update()

    def points(self) -> list[Point]:
        """The points shown."""
        return list(self._points)

    def sizeHint(self) -> QSize:
        return QSize(theme.current().scaled(Length.TILE), theme.current().scaled(Length.TREND))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _range(self) -> tuple[float, float]:
        shares = [point.share for point in self._points if point.share is not None]
        if self._target is not None:
            shares.append(self._target)
        low, high = min(shares, default=0.0), max(shares, default=1.0)
        room = max(0.05, (high - low) * 0.15)
        # An axis that starts at 0 unless the line would be flat: the words say the value in any case.
        return (0.0 if low < 0.5 else max(0.0, low - 3 * room)), min(1.0, high + room)  # noqa: PLR2004

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        low, high = self._range()
        fine = look.metrics(Style.FINE).height()
        area = QRectF(self.rect()).adjusted(space(1), fine + space(1), -space(2), -fine - space(2))
        steps = max(1, len(self._points) - 1)

        def place(at: int, share: float) -> QPointF:
            up = (share - low) / (high - low) if high > low else 0
            return QPointF(area.left() + area.width() * at / steps, area.bottom() - area.height() * up)

        painter.setPen(QPen(look.colour("line"), Length.LINE))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if self._target is not None:
            self._draw_target(painter, area, place(0, self._target).y(), fine)
        self._draw_line(painter, area, [(at, point, place) for at, point in enumerate(self._points)])
        self._draw_axis(painter, area, fine)

    def _draw_target(self, painter: QPainter, area: QRectF, y: float, fine: float) -> None:
        look = theme.current()
        pen = QPen(look.colour("ink_soft"), Length.FOCUS * 0.75)
        pen.setDashPattern([2, 2.5])
        painter.setPen(pen)
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        words = QRectF(area.left(), y - fine - 1, area.width(), fine)
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        paint.text(painter, words, self._target_words, Style.FINE, align=side)

    def _draw_line(self, painter: QPainter, area: QRectF, points: list[tuple[int, Point, object]]) -> None:
        look = theme.current()
        path = QPainterPath()
        fill = QPainterPath()
        last: tuple[QPointF, Point] | None = None
        started = False
        for at, point, place in points:
            if point.share is None:
                started = False
                continue
            spot: QPointF = place(at, point.share)  # type: ignore[operator]
            if started:
                path.lineTo(spot)
                fill.lineTo(spot)
            else:
                path.moveTo(spot)
                if last is not None:
                    fill.lineTo(last[0].x(), area.bottom())
                fill.moveTo(spot.x(), area.bottom())
                fill.lineTo(spot)
            started = True
            last = (spot, point)
        if last is None:
            return
        fill.lineTo(last[0].x(), area.bottom())
        soft = look.colour("brand_soft")
        soft.setAlphaF(0.6)
        painter.fillPath(fill, soft)
        pen = QPen(look.colour("brand"), Length.FOCUS, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        painter.setPen(QPen(look.colour("surface"), Length.FOCUS))
        painter.setBrush(look.colour("brand"))
        painter.drawEllipse(last[0], space(1), space(1))
        high = look.metrics(Style.CAPTION).height()
        words = QRectF(area.left(), last[0].y() + space(1.5), area.width() + space(1), high)
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        paint.text(painter, words, last[1].words, Style.CAPTION, colour=look.colour("brand"), align=side)

    def _draw_axis(self, painter: QPainter, area: QRectF, fine: float) -> None:
        if not self._points:
            return
        below = QRectF(area.left(), area.bottom() + space(1), area.width(), fine)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        paint.text(painter, below, self._points[0].label, Style.FINE, align=left)
        paint.text(painter, below, self._points[-1].label, Style.FINE, align=right)
