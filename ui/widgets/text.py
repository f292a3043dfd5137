"""Words and icons: labels in the styles of the theme, always plain text."""

from __future__ import annotations

from html import escape
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from tongcds.domain.words import Tone
from ui import icons, theme
from ui.theme import IconSize, Length, Style, space
from ui.widgets import paint

_RESTYLED: Final = frozenset({QEvent.Type.FontChange, QEvent.Type.StyleChange})


_LONGEST_TIP: Final = 500


def tip(words: str) -> str:
    """Words for a tool tip. Qt guesses whether a tip is markup, and would load what a name tells it to."""
    if not words:
        return ""
    cut = words if len(words) <= _LONGEST_TIP else f"{words[:_LONGEST_TIP]}…"
    return f"<qt>{escape(cut)}</qt>"


class Text(QLabel):
    """A label in one of the theme's styles. Data can never turn into markup here.

    Args:
        wrap: break long text into lines. Without it the text is kept on one line, and shortened with … (the
            whole of it becomes the tool tip) where there is no room.
    """

    def __init__(
        self, words: str = "", style: Style = Style.BODY, *, wrap: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._wrap = wrap
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("text_style", style.value)
        self.style_name = style
        self.setWordWrap(wrap)
        if not wrap:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        super().setText(words)

    def setText(self, words: str) -> None:
        self._words = words
        super().setText(words)
        self._shorten()

    def words(self) -> str:
        """The whole text, also while a shortened form is shown."""
        return self._words

    def restyle(self, style: Style) -> None:
        """Change the style of a label that is already shown."""
        self.style_name = style
        self.setProperty("text_style", style.value)
        self.style().unpolish(self)
        self.style().polish(self)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self._wrap:
            return hint
        return QSize(int(self.fontMetrics().horizontalAdvance(self._words)) + Length.FOCUS, hint.height())

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        if self._wrap:
            return hint
        few = self.fontMetrics().horizontalAdvance(self._words[:4] + "…")
        return QSize(min(few, self.sizeHint().width()), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Each parent that a part of a screen is put into tells all of it of a style. What was not seen has
        # neither its font nor its room, and is told again when it has.
        if event.type() in _RESTYLED and self.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
            self.updateGeometry()
            self._shorten()

    def _shorten(self) -> None:
        if self._wrap:
            return
        room = self.contentsRect().width()
        shown = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room)
        whole = self._words if shown != self._words else ""
        self.setToolTip(tip(whole))
        # A screen reader would read the shortened form otherwise.
        self.setAccessibleName(whole)
        if shown != self.text():
            super().setText(shown)


class Icon(QWidget):
    """A small drawing beside words; says nothing to a screen reader, since the words do."""

    def __init__(
        self,
        name: str,
        *,
        size: int = IconSize.LARGE,
        colour: str = "ink_soft",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._size = size
        self._colour = colour
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, name: str, colour: str | None = None) -> None:
        """Draw another icon, and in another colour of the theme if one is given."""
        self._name = name
        self._colour = colour if colour is not None else self._colour
        self.update()

    def sizeHint(self) -> QSize:
        edge = theme.current().scaled(self._size)
        return QSize(edge, edge)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        icons.draw(
            painter, QRectF(self.rect()), self._name, look.colour(self._colour), look.scaled(self._size)
        )


class IconTile(QWidget):
    """An icon on a tinted square, at the head of a row; its edge is in steps of the grid."""

    def __init__(
        self, name: str, tone: Tone | None = None, *, steps: int = 9, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._steps = steps
        self._name = name
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, name: str, tone: Tone | None) -> None:
        """Draw another icon in another tone."""
        self._name, self._tone = name, tone
        self.update()

    def sizeHint(self) -> QSize:
        edge = theme.current().scaled(space(self._steps))
        return QSize(edge, edge)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        colours = look.tone(self._tone)
        painter = QPainter(self)
        paint.begin(painter)
        paint.rounded(painter, QRectF(self.rect()), Length.RADIUS, fill=colours.soft)
        icons.draw(
            painter, QRectF(self.rect()), self._name, colours.text, look.scaled(space(self._steps / 2))
        )
