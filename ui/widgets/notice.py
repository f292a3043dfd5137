"""A sentence across a screen: what happened, what is safe, what to do."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from tongcds.domain.words import Tone
from ui import theme
from ui.theme import IconSize, Length, Style, space
from ui.widgets import paint
from ui.widgets.surface import line
from ui.widgets.text import Icon, Text


class Notice(QFrame):
    """A tinted strip with an icon; hidden until `say`."""

    def __init__(self, icon: str, tone: Tone, words: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self._usual = (icon, tone)
        self._icon = Icon(icon, size=IconSize.LARGE, colour=tone.value)
        self._words = Text(words, Style.BODY, wrap=True)
        row = line(self, gap=3)
        row.setContentsMargins(space(4), space(3), space(4), space(3))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if not words:
            self.hide()

    def say(self, words: str, *, icon: str = "", tone: Tone | None = None) -> None:
        """Show a sentence, in the usual icon and tone or in others; an empty one hides the strip."""
        self._tone = tone if tone is not None else self._usual[1]
        self._icon.show_icon(icon or self._usual[0], self._tone.value)
        self._words.setText(words)
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        self.update()

    def words(self) -> str:
        """What it says."""
        return self._words.words()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.current().tone(self._tone)
        painter = QPainter(self)
        paint.begin(painter)
        paint.rounded(painter, QRectF(self.rect()), Length.RADIUS, fill=colours.soft)
