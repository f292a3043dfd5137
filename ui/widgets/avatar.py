"""The person at the screen, as initials in a circle."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tongcds.domain.text import initials
from ui import theme
from ui.theme import Length, Style
from ui.widgets import paint


class Avatar(QWidget):
    """A circle with a person's initials."""

    def __init__(self, name: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        edge = theme.current().scaled(Length.AVATAR)
        return QSize(edge, edge)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect())
        paint.rounded(painter, area, area.height() / 2, fill=look.colour("avatar"))
        paint.text(
            painter, area, initials(self._name), Style.CAPTION, colour=look.colour("on_brand"),
            align=Qt.AlignmentFlag.AlignCenter,
        )  # fmt: skip
