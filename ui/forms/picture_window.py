"""A photo in a window of our own: its bytes come from memory and leave no trace on the disk."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QDialog, QScrollArea, QSizePolicy, QWidget

from tongcds.errors import UnavailableError
from tongcds.i18n import _
from ui import theme
from ui.theme import Length, space
from ui.widgets.button import Button
from ui.widgets.surface import column, line

MOST_SIDE: Final = 4000
"""A picture is drawn no larger than this: enough to read a paper, little enough for a cheap laptop."""

_SHARE_OF_SCREEN: Final = 0.85


def decoded(content: bytes) -> QImage:
    """A picture as it is to be seen, upright. May be called on any thread.

    Raises:
        UnavailableError: attachment_damaged.
    """
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if max(size.width(), size.height()) > MOST_SIDE:
        reader.setScaledSize(size.scaled(MOST_SIDE, MOST_SIDE, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        raise UnavailableError("attachment_damaged")
    return image


class _Picture(QWidget):
    """Draws an image to fit, or as large as it is."""

    def __init__(self, image: QImage) -> None:
        super().__init__()
        self._image = image
        self.whole = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize() if self.whole else self._image.size()

    def sizeHint(self) -> QSize:
        return self._image.size()

    def paintEvent(self, _event: QPaintEvent) -> None:
        size = self._image.size()
        if self.whole and (size.width() > self.width() or size.height() > self.height()):
            size = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(self.rect().center())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, self._image)


class PictureWindow(QDialog):
    """Shows a picture; Z changes between the whole of it and its real size, arrows move, Esc closes."""

    help_topic = "attachments"

    def __init__(self, name: str, image: QImage, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(name or _("Photo or paper"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._picture = _Picture(image)
        self._picture.setAccessibleName(name)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(self._picture)
        self.area.setAccessibleName(name)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.zoom = Button(_("Real size"), icon="search", hint="Z")
        self.zoom.clicked.connect(self.change_size)
        QShortcut(QKeySequence("Z"), self).activated.connect(self.change_size)
        done = Button(_("Close"), hint="Escape")
        done.clicked.connect(self.reject)
        buttons = line(gap=2)
        buttons.addWidget(self.zoom)
        buttons.addStretch(1)
        buttons.addWidget(done)
        box = column(self, gap=2)
        box.setContentsMargins(space(3), space(3), space(3), space(3))
        box.addWidget(self.area, 1)
        box.addLayout(buttons)
        self.setMinimumSize(theme.current().scaled(Length.LIST_LEAST), theme.current().scaled(Length.SIDE))
        room = self.screen().availableGeometry().size() * _SHARE_OF_SCREEN
        chrome = QSize(2 * space(3), 2 * space(3) + theme.current().control + space(2))
        self.resize((image.size() + chrome).boundedTo(room).expandedTo(self.minimumSize()))
        self.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def shows_whole(self) -> bool:
        """Whether the whole picture is seen."""
        return self._picture.whole

    def change_size(self) -> None:
        """Between the whole picture and its real size."""
        self._picture.whole = not self._picture.whole
        self.zoom.set_words(_("Real size") if self._picture.whole else _("Whole picture"))
        self._picture.setMinimumSize(self._picture.minimumSizeHint().expandedTo(QSize(0, 0)))
        self._picture.update()
