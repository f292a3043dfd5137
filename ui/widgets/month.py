"""A month as a sheet of days with what is planned on them, gone through with the arrow keys."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tongcds.domain.views import Tone
from tongcds.i18n import _, format_day, format_month, format_number, ngettext, weekday_names
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets import paint

DAYS, WEEKS = 7, 6
_STEPS: Final = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -DAYS,
    Qt.Key.Key_Down: DAYS,
}
_ENTERS: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_MOST_MONTHS: Final = 12 * 8_000


@dataclass(frozen=True, slots=True)
class Entry:
    """Something on a day: what it is known by, its words, and `warns` where it gets in the way of another."""

    key: Hashable
    on: date
    words: str
    tone: Tone | None = None
    warns: bool = False


class MonthView(QWidget):
    """`picked` says that another entry or none is chosen, `opened` carries the key of the one to open.

    Arrows go through the days, PageUp and PageDown through the months, Home goes to today; where several are
    planned on a day, + and - go through them. Enter opens.
    """

    picked = Signal()
    opened = Signal(object)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today = self._day = date(2000, 1, 1)
        self._entries: dict[date, list[Entry]] = {}
        self._at = 0
        self._begun = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_entries(self, entries: Sequence[Entry], today: date) -> None:
        """Show other entries; the day that is chosen stays, and is today at first."""
        chosen = self.chosen()
        self._entries = {}
        for one in entries:
            self._entries.setdefault(one.on, []).append(one)
        self._today = today
        if not self._begun:
            self._begun, self._day = True, today
        keys = [one.key for one in self._of_day()]
        self._at = keys.index(chosen) if chosen in keys else 0
        self._describe()

    def go_to(self, day: date, key: Hashable | None = None) -> None:
        """Choose a day, and what is planned on it."""
        self._begun, self._day = True, day
        keys = [one.key for one in self._of_day()]
        self._at = keys.index(key) if key in keys else 0
        self._describe()

    def day(self) -> date:
        """The day that is chosen."""
        return self._day

    def chosen(self) -> Hashable | None:
        """The key of the entry that is chosen; None on an empty day."""
        there = self._of_day()
        return there[self._at].key if there else None

    def _of_day(self) -> list[Entry]:
        return self._entries.get(self._day, [])

    def _describe(self) -> None:
        there = self._of_day()
        count = ngettext("{n} session", "{n} sessions", len(there)).format(n=format_number(len(there)))
        said = [f"{one.words} ({_('clash')})" if one.warns else one.words for one in there]
        self.setAccessibleName(f"{self._title()}: {format_day(self._day)}")
        self.setAccessibleDescription("; ".join((count, *said[self._at :], *said[: self._at])))
        self.update()
        self.picked.emit()

    def _title(self) -> str:
        return _("Month {month}").format(month=format_month(self._day))

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not plain and key not in {Qt.Key.Key_Plus, Qt.Key.Key_Minus}:
            super().keyPressEvent(event)
        elif key in _STEPS:
            self._move_to(self._day + timedelta(days=_STEPS[key]))
        elif key in {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}:
            self.turn(-1 if key == Qt.Key.Key_PageUp else 1)
        elif key == Qt.Key.Key_Home:
            self._move_to(self._today)
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Minus} and self._of_day():
            self._at = (self._at + (1 if key == Qt.Key.Key_Plus else -1)) % len(self._of_day())
            self._describe()
        elif key in _ENTERS:
            if self._of_day():
                self.opened.emit(self.chosen())
        else:
            super().keyPressEvent(event)

    def turn(self, months: int) -> None:
        """Go so many months on or back; the 31st becomes the last day of a shorter one."""
        whole = self._day.year * 12 + self._day.month - 1 + months
        year, month = divmod(min(max(whole, 12), _MOST_MONTHS), 12)
        self._move_to(date(year, month + 1, min(self._day.day, monthrange(year, month + 1)[1])))

    def _move_to(self, day: date) -> None:
        self._day, self._at = day, 0
        self._describe()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for day, cell in self._cells():
            if cell.contains(event.position()):
                self._move_to(day)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        if self._of_day():
            self.opened.emit(self.chosen())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # Drawing

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        look = theme.current()
        line = look.metrics(Style.FINE).height()
        least = int(2 * line + space(3))
        return QSize(look.scaled(Length.LIST_LEAST), int(self._top() + WEEKS * least))

    def _top(self) -> float:
        look = theme.current()
        return look.metrics(Style.HEADING).height() + look.metrics(Style.CAPTION).height() + space(5)

    def _cells(self) -> list[tuple[date, QRectF]]:
        """The days of six weeks from the Monday on or before the first, each with its place."""
        first = self._day.replace(day=1)
        monday = first - timedelta(days=first.weekday())
        wide, top = self.width() / DAYS, self._top()
        high = (self.height() - top) / WEEKS
        return [
            (
                monday + timedelta(days=at),
                QRectF(at % DAYS * wide, top + at // DAYS * high, wide, high),
            )
            for at in range(DAYS * WEEKS)
        ]

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        head = look.metrics(Style.HEADING).height()
        title = QRectF(space(3), space(2), self.width() - space(6), head)
        paint.text(painter, title, self._title(), Style.HEADING)
        caption = look.metrics(Style.CAPTION).height()
        wide = self.width() / DAYS
        for at, name in enumerate(weekday_names()):
            place = QRectF(at * wide + space(2), title.bottom() + space(2), wide - space(3), caption)
            paint.text(painter, place, name, Style.CAPTION)
        for day, cell in self._cells():
            self._draw_day(painter, day, cell)

    def _draw_day(self, painter: QPainter, day: date, cell: QRectF) -> None:
        look = theme.current()
        chosen, inside = day == self._day, day.month == self._day.month
        if chosen:
            painter.fillRect(cell, look.colour("brand_soft"))
        painter.setPen(QPen(look.colour("line"), Length.LINE))
        painter.drawLine(cell.topLeft(), cell.topRight())
        if day.weekday():
            painter.drawLine(cell.topLeft(), cell.bottomLeft())
        line = look.metrics(Style.FINE).height()
        place = QRectF(cell.left() + space(2), cell.top() + space(1), cell.width() - space(3), line)
        if day == self._today:
            around = QRectF(place.left() - space(1), place.top(), 2.2 * line, line)
            paint.rounded(painter, around, Length.RADIUS_SMALL, fill=look.colour("brand_fill"))
        colour = look.colour("on_brand" if day == self._today else "ink" if inside else "ink_soft")
        paint.text(painter, place, str(day.day), Style.CAPTION if inside else Style.FINE, colour=colour)
        self._draw_entries(painter, day, cell, line)
        if chosen and self.hasFocus():
            paint.focus_ring(painter, cell.adjusted(1, 1, -1, -1), Length.RADIUS_SMALL)

    def _draw_entries(self, painter: QPainter, day: date, cell: QRectF, line: float) -> None:
        look, there = theme.current(), self._entries.get(day, [])
        room = max(int((cell.height() - line - space(2)) // (line + space(0.5))), 1)
        shown = there[:room]
        at = QPointF(cell.left() + space(1), cell.top() + line + space(1.5))
        for one in shown:
            area = QRectF(at.x(), at.y(), cell.width() - space(2), line)
            tone = look.tone(Tone.WARN if one.warns else one.tone)
            paint.rounded(painter, area, Length.RADIUS_SMALL, fill=tone.soft)
            if day == self._day and one.key == self.chosen():
                paint.rounded(painter, area, Length.RADIUS_SMALL, line=tone.text)
            words = f"! {one.words}" if one.warns else one.words
            inside = area.adjusted(space(1), 0, -space(1), 0)
            paint.text(painter, inside, words, Style.FINE, colour=tone.text)
            at.setY(at.y() + line + space(0.5))
        if len(shown) < len(there):
            more = QRectF(cell.left() + space(1), cell.top() + space(1), cell.width() - space(3), line)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            paint.text(painter, more, f"+{len(there) - len(shown)}", Style.FINE, align=side)
