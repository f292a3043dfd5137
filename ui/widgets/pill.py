"""Pills: a state in a word or two, tinted by its tone; the words carry the meaning, never the tint."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tongcds.domain.words import Tone
from ui import icons, theme
from ui.theme import IconSize, Length, Style, space
from ui.widgets import paint


def pill_size(words: str, icon: str = "") -> QSize:
    """The size `paint_pill` wants."""
    look = theme.current()
    width = look.metrics(Style.CAPTION).horizontalAdvance(words) + 2 * space(2.25) + Length.LINE
    if icon:
        width += look.scaled(IconSize.SMALL) + space(1)
    return QSize(round(width), look.scaled(Length.PILL))


def paint_pill(painter: QPainter, area: QRectF, words: str, tone: Tone | None, icon: str = "") -> None:
    """Draw a pill that fills the area."""
    look = theme.current()
    colours = look.tone(tone)
    paint.rounded(painter, area, area.height() / 2, fill=colours.soft)
    inside = area.adjusted(space(2.25), 0, -space(2.25), 0)
    if icon:
        edge = look.scaled(IconSize.SMALL)
        icons.draw(
            painter, QRectF(inside.left(), inside.top(), edge, inside.height()), icon, colours.text, edge
        )
        inside.setLeft(inside.left() + edge + space(1))
    paint.text(painter, inside, words, Style.CAPTION, colour=colours.text)


class Pill(QWidget):
    """A state beside a row or a title. Tone None is the brand's."""

    def __init__(
        self, words: str, tone: Tone | None = Tone.QUIET, *, icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._tone = tone
        self._icon = icon
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def words(self) -> str:
        """What it says."""
        return self._words

    def show_state(self, words: str, tone: Tone | None, *, icon: str = "") -> None:
        """Change words, tone and icon together."""
        self._words, self._tone, self._icon = words, tone, icon
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return pill_size(self._words, self._icon)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.begin(painter)
        paint_pill(painter, QRectF(self.rect()), self._words, self._tone, self._icon)
