"""The first page of a report beside what is typed into it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tongcds.i18n import _
from ui import theme
from ui.theme import Length, space


class ReportSheet(QWidget):
    """The first page on the grey of a desk; `wanted` says that there is room for another width."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(_("The report on paper"))

    @property
    def is_empty(self) -> bool:
        """Whether no page is shown."""
        return self._image.isNull()

    def show_image(self, image: QImage) -> None:
        """Show a page."""
        self._image = image
        self.setMinimumHeight(image.deviceIndependentSize().toSize().height() + 2 * space(4))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.current().scaled(Length.SIDE), theme.current().scaled(Length.SIDE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.wanted.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().colour("sunken"))
        size = self._image.deviceIndependentSize().toSize()
        painter.drawImage(max(0, (self.width() - size.width()) // 2), space(4), self._image)
