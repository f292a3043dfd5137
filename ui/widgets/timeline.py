"""A time line: what happened on which day, newest first, along a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import Tone
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets import paint
from ui.widgets.pill import Pill
from ui.widgets.surface import clear, column, line
from ui.widgets.text import Text


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry: "20/11/2026 · Lò Thị Ngân", its lines, and the state of the record."""

    title: str
    lines: tuple[str, ...]
    state: str = ""
    tone: Tone | None = Tone.QUIET
    icon: str = ""


class _Entry(QWidget):
    def __init__(self, moment: Moment) -> None:
        super().__init__()
        head = line(gap=2)
        self._title = Text(moment.title, Style.STRONG)
        head.addWidget(self._title)
        if moment.state:
            head.addWidget(Pill(moment.state, moment.tone, icon=moment.icon))
        head.addStretch(1)
        box = column(self, gap=0.5)
        box.setContentsMargins(space(6), 0, 0, space(3))
        box.addLayout(head)
        for words in moment.lines:
            box.addWidget(Text(words, Style.MUTED, wrap=True))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        x = space(2)
        painter.fillRect(QRectF(x, 0, Length.FOCUS, self.height()), look.colour("line"))
        middle = QPointF(x + Length.LINE, self._title.geometry().center().y() + 1)
        painter.setPen(look.colour("surface"))
        painter.setBrush(look.colour("outline"))
        painter.drawEllipse(middle, space(1), space(1))


class Timeline(QWidget):
    """Shows moments in the order given."""

    def __init__(self, moments: Sequence[Moment] = (), *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = column(self)
        self.show_moments(moments)

    def show_moments(self, moments: Sequence[Moment]) -> None:
        """Replace what is shown."""
        clear(self._box)
        for moment in moments:
            self._box.addWidget(_Entry(moment))
