"""Charts of figures: a line over months, bars, many small lines; on the screen and as pictures.

Whoever cannot see them hears the same figures: the accessible description lists them, and the arrow keys go
from one to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tongcds.i18n import _, format_number, ngettext
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets import paint

_SHARP: Final = 2
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ChartKind(StrEnum):
    """How figures are drawn."""

    LINE = "line"
    BARS = "bars"
    MULTIPLES = "multiples"


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A figure: what it is of, its value (None: not known, drawn as nothing and not as 0), its words."""

    label: str
    value: float | None
    words: str


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """Points that belong together: one line, one small chart, or the bars of one group."""

    name: str
    points: tuple[ChartPoint, ...]


@dataclass(frozen=True, slots=True)
class ChartData:
    """What a chart shows. `foot` is a line under it: the unit, the period, where the figures come from.

    `missing` is said where no figure is known; "" says that there are none.
    """

    title: str
    series: tuple[ChartSeries, ...]
    target: float | None = None
    target_words: str = ""
    foot: str = ""
    missing: str = ""

    def described(self) -> str:
        """All figures as text, in reading order."""
        told = [
            f"{series.name}: " + "; ".join(f"{point.label}: {point.words}" for point in series.points)
            if len(self.series) > 1
            else "; ".join(f"{point.label}: {point.words}" for point in series.points)
            for series in self.series
        ]
        return ". ".join(filter(None, (*(told or [self.missing]), self.target_words, self.foot)))

    def highest(self) -> float:
        """The largest value to make room for, never 0."""
        values = [p.value for series in self.series for p in series.points if p.value is not None]
        return max([*values, self.target or 0.0, 0.0]) or 1.0


EMPTY: Final = ChartData("", ())


class Chart(QWidget):
    """Shows `ChartData`. Left and Right go from figure to figure; `told` carries the words of the chosen."""

    told = Signal(str)

    def __init__(self, kind: ChartKind = ChartKind.LINE, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self._data = EMPTY
        self._at = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_data(self, data: ChartData, kind: ChartKind) -> None:
        """Draw other figures, or the same ones in another way."""
        self._data, self._kind, self._at = data, kind, -1
        self.setAccessibleName(data.title)
        self.setAccessibleDescription(data.described())
        self.update()

    def data(self) -> ChartData:
        """The figures shown."""
        return self._data

    def kind(self) -> ChartKind:
        """How they are drawn."""
        return self._kind

    def picture(self) -> QImage:
        """The chart with its title and foot on white, sharp enough for a report."""
        size = QSize(*Length.PICTURE)
        image = QImage(size * _SHARP, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(_SHARP)
        look = theme.current()
        image.fill(look.colour("surface"))
        painter = QPainter(image)
        paint.begin(painter)
        whole = QRectF(0, 0, size.width(), size.height()).adjusted(space(6), space(5), -space(6), -space(5))
        title, note = look.metrics(Style.HEADING).height(), look.metrics(Style.NOTE).height()
        paint.text(
            painter, QRectF(whole.left(), whole.top(), whole.width(), title), self._data.title, Style.HEADING
        )
        paint.text(
            painter,
            QRectF(whole.left(), whole.bottom() - note, whole.width(), note),
            self._data.foot,
            Style.NOTE,
        )
        draw_chart(painter, whole.adjusted(0, title + space(3), 0, -note - space(2)), self._data, self._kind)
        painter.end()
        return image

    def points(self) -> list[tuple[str, ChartPoint]]:
        """Every figure with the name of its series, in reading order."""
        return [(series.name, point) for series in self._data.series for point in series.points]

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.scaled(Length.SIDE), look.scaled(Length.TREND))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        points = self.points()
        if not step or not points:
            super().keyPressEvent(event)
            return
        self._at = min(max(self._at + step, 0), len(points) - 1)
        name, point = points[self._at]
        words = (
            f"{point.label}: {point.words}"
            if len(self._data.series) == 1
            else f"{name}, {point.label}: {point.words}"
        )
        self.setAccessibleDescription(words)
        self.told.emit(words)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._at = -1
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect())
        draw_chart(
            painter, area.adjusted(space(2), space(2), -space(2), -space(2)), self._data, self._kind, self._at
        )
        if self.hasFocus():
            paint.focus_ring(painter, area, Length.RADIUS)


def draw_chart(painter: QPainter, area: QRectF, data: ChartData, kind: ChartKind, chosen: int = -1) -> None:
    """Draw a chart into an area; `chosen` is the figure that stands out."""
    known = any(point.value is not None for series in data.series for point in series.points)
    if not known:
        middle = Qt.AlignmentFlag.AlignCenter
        paint.text(painter, area, data.missing or _("No data yet"), Style.NOTE, align=middle)
        return
    if kind is ChartKind.BARS:
        _bars(painter, area, data, chosen)
    elif kind is ChartKind.MULTIPLES:
        _multiples(painter, area, data, chosen)
    else:
        _line(painter, area, data, data.series[0], data.highest(), chosen)


def _line(  # noqa: PLR0917 - what is drawn and where
    painter: QPainter, area: QRectF, data: ChartData, series: ChartSeries, highest: float, chosen: int,
    *, small: bool = False,
) -> None:  # fmt: skip
    look = theme.current()
    fine = look.metrics(Style.FINE).height()
    # Above the highest point its words have room, so that the line does not run through them.
    words = look.metrics(Style.CAPTION).height() + space(1.5)
    plot = area.adjusted(space(1), max(fine + space(1), words), -space(2), -fine - space(1))
    steps = max(1, len(series.points) - 1)

    def spot(at: int, value: float) -> QPointF:
        return QPointF(
            plot.left() + plot.width() * at / steps, plot.bottom() - plot.height() * value / highest
        )

    painter.setPen(QPen(look.colour("line"), Length.LINE))
    painter.drawLine(plot.bottomLeft(), plot.bottomRight())
    if data.target is not None:
        y = spot(0, data.target).y()
        _dashed(painter, QPointF(plot.left(), y), QPointF(plot.right(), y))
        if not small:
            above = QRectF(plot.left(), y - fine - 1, plot.width(), fine)
            paint.text(painter, above, data.target_words, Style.FINE, align=_LEFT)
    path, started = QPainterPath(), False
    spots = []
    for at, point in enumerate(series.points):
        if point.value is None:
            started = False
            continue
        place = spot(at, point.value)
        spots.append((at, place, point))
        path.lineTo(place) if started else path.moveTo(place)
        started = True
    pen = QPen(look.colour("brand"), Length.FOCUS, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    for at, place, point in spots:
        last = place is spots[-1][1]
        if at == chosen or last or (len(spots) == 1):
            painter.setPen(QPen(look.colour("surface"), Length.FOCUS))
            painter.setBrush(look.colour("brand"))
            painter.drawEllipse(place, space(1), space(1))
        if at == chosen or (last and chosen < 0):
            high = look.metrics(Style.CAPTION).height()
            wide = look.metrics(Style.CAPTION).horizontalAdvance(point.words) + space(2)
            left = min(max(area.left(), place.x() - wide / 2), area.right() - wide)
            top = place.y() - high - space(1.5)
            # Where the target's line runs just above, the words stand below.
            crossed = data.target is not None and top < spot(at, data.target).y() < place.y()
            top = place.y() + space(1.5) if crossed or top < area.top() else top
            paint.text(painter, QRectF(left, top, wide, high), point.words, Style.CAPTION,
                       colour=look.colour("brand"), align=Qt.AlignmentFlag.AlignCenter)  # fmt: skip
    below = QRectF(plot.left(), plot.bottom() + space(0.5), plot.width(), fine)
    if series.points and not small:
        paint.text(painter, below, series.points[0].label, Style.FINE, align=_LEFT)
        paint.text(painter, below, series.points[-1].label, Style.FINE, align=_RIGHT)


def _bars(painter: QPainter, area: QRectF, data: ChartData, chosen: int) -> None:
    """Lying bars with their names before and their words behind, so that long names can be read."""
    look = theme.current()
    points = [point for series in data.series for point in series.points]
    lines = _bar_lines(data)
    least = look.metrics(Style.NOTE).height()
    high = min(max(least, area.height() / len(lines)), least + space(4))
    shown, left_out = _fitting(lines, int(area.height() // high), chosen)
    names = max(look.metrics(Style.NOTE).horizontalAdvance(point.label) for point in points)
    names = min(names + space(2), area.width() * 0.5)
    words = max(look.metrics(Style.CAPTION).horizontalAdvance(point.words) for point in points) + space(2)
    left, room = area.left() + names, max(space(4), area.width() - names - words)
    highest, top = data.highest(), area.top()
    mark = None if data.target is None else left + room * data.target / highest
    for at, point, head in shown:
        line = QRectF(area.left(), top, area.width(), high)
        top += high
        if point is None:
            paint.text(painter, line, head, Style.CAPTION)
            continue
        if at == chosen:
            paint.rounded(painter, line, Length.RADIUS_SMALL, fill=look.colour("hover"))
        paint.text(painter, QRectF(line.left(), line.top(), names - space(1), high), point.label, Style.NOTE)
        thick = min(high - space(1), look.scaled(Length.METER) * 2)
        bar = QRectF(left, line.top() + (high - thick) / 2, 0, thick)
        if point.value:
            bar.setWidth(max(Length.FOCUS, room * point.value / highest))
            paint.rounded(painter, bar, Length.RADIUS_SMALL, fill=look.colour("brand_fill"))
        begin = bar.right() + space(1)
        if mark is not None and begin - space(1) < mark < begin + words:
            # Else the target's line would run through the words.
            begin = mark + space(1)
        paint.text(painter, QRectF(begin, line.top(), words, high), point.words, Style.CAPTION)
    if mark is not None:
        _dashed(painter, QPointF(mark, area.top()), QPointF(mark, top))
    if left_out:
        more = ngettext("and {n} more", "and {n} more", left_out).format(n=format_number(left_out))
        paint.text(painter, QRectF(area.left(), top, area.width(), high), more, Style.NOTE)


_BarLine = tuple[int, ChartPoint | None, str]


def _bar_lines(data: ChartData) -> list[_BarLine]:
    """The lines of bars: the place of a figure and the figure, or the heading of a group."""
    lines: list[_BarLine] = []
    at = 0
    for series in data.series:
        if len(data.series) > 1:
            lines.append((-1, None, series.name))
        for point in series.points:
            lines.append((at, point, ""))
            at += 1
    return lines


def _fitting(lines: list[_BarLine], fits: int, chosen: int) -> tuple[list[_BarLine], int]:
    """The lines that have room, the chosen one among them, and how many figures have none."""
    if len(lines) <= fits:
        return lines, 0
    many = max(1, fits - 1)
    place = next((number for number, (at, _p, _h) in enumerate(lines) if at == chosen and chosen >= 0), 0)
    first = max(0, min(place - many + 1, len(lines) - many))
    shown = lines[first : first + many]
    return shown, sum(point is not None for _at, point, _head in lines) - sum(
        point is not None for _at, point, _head in shown
    )


def _multiples(painter: QPainter, area: QRectF, data: ChartData, chosen: int) -> None:
    """One small line for each series, all with the same height for the same value."""
    look = theme.current()
    count = len(data.series)
    columns = max(1, min(count, int(area.width() // look.scaled(Length.COLUMN_LEAST))))
    rows = ceil(count / columns)
    wide, high = area.width() / columns, area.height() / rows
    name, highest, at = look.metrics(Style.CAPTION).height(), data.highest(), 0
    for number, series in enumerate(data.series):
        left, top = area.left() + number % columns * wide, area.top() + number // columns * high
        cell = QRectF(left, top, wide - space(3), high - space(2))
        paint.text(painter, QRectF(cell.left(), cell.top(), cell.width(), name), series.name, Style.CAPTION)
        inside = chosen - at if at <= chosen < at + len(series.points) else -1
        _line(painter, cell.adjusted(0, name, 0, 0), data, series, highest, inside, small=True)
        at += len(series.points)


def _dashed(painter: QPainter, begin: QPointF, end: QPointF) -> None:
    pen = QPen(theme.current().colour("ink_soft"), Length.FOCUS * 0.75)
    pen.setDashPattern([2, 2.5])
    painter.setPen(pen)
    painter.drawLine(begin, end)
