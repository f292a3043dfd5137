"""Buttons: the one primary action of a screen, plain ones, and small ones at the end of a row."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui import icons, theme
from ui.theme import IconSize, Length, Style, space
from ui.widgets import paint


class Kind(Enum):
    """How much a button asks for attention."""

    PRIMARY = auto()
    PLAIN = auto()
    SMALL = auto()
    LINK = auto()


def key_words(keys: str) -> str:
    """A key sequence as the hint shows it: "Ctrl+Return" is "Ctrl ↵"."""
    return keys.replace("Return", "↵").replace("Enter", "↵").replace("Escape", "Esc").replace("+", " ")


class Button(QPushButton):
    """A push button; connect `clicked`. Space and Return press the one that has the focus.

    Args:
        words: what it does, a verb.
        icon: a Lucide name, drawn before the words.
        keys: a key sequence ("Ctrl+N") that presses it; it works while the button is visible and may be
            pressed, and a hint shows it.
        hint: other keys to show, for a sequence that the shell already listens to; "" shows none.
        kind: PRIMARY once a screen.
    """

    def __init__(
        self,
        words: str,
        *,
        icon: str = "",
        keys: str = "",
        hint: str | None = None,
        kind: Kind = Kind.PLAIN,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words, parent)
        self._icon = icon
        self._kind = kind
        self._keys = key_words(keys if hint is None else hint)
        self._hovered = False
        self.keys = keys
        if keys:
            # Not the shortcut of a QPushButton: that waits for a tenth of a second, and fast hands type on.
            QShortcut(QKeySequence(keys), self).activated.connect(self.click)
        self.setAccessibleName(words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def kind(self) -> Kind:
        """How much it asks for attention."""
        return self._kind

    def set_words(self, words: str, *, icon: str | None = None) -> None:
        """Change what it says (and its accessible name), and its icon if one is given."""
        self.setText(words)
        self.setAccessibleName(words)
        self._icon = self._icon if icon is None else icon
        self.updateGeometry()

    def _style(self) -> Style:
        return Style.LABEL if self._kind in {Kind.SMALL, Kind.LINK} else Style.STRONG

    def _pieces(self) -> tuple[int, int, int, int]:
        """Widths of side padding, icon with its gap, words, and hint with its gap."""
        look = theme.current()
        side = {Kind.SMALL: space(2.75), Kind.LINK: space(1)}.get(self._kind, space(3.75))
        edge = look.scaled(IconSize.SMALL if self._kind in {Kind.SMALL, Kind.LINK} else IconSize.LARGE)
        icon = edge + (space(2) if self.text() else 0) if self._icon else 0
        words = round(look.metrics(self._style()).horizontalAdvance(self.text()) + paint.HALF_LINE)
        hint = round(look.metrics(Style.FINE).horizontalAdvance(self._keys)) + space(2.5) + space(2)
        return side, icon, words, hint if self._keys else 0

    def sizeHint(self) -> QSize:
        look = theme.current()
        side, icon, words, hint = self._pieces()
        large = max(Length.CONTROL, look.scaled(Length.CONTROL_LARGE))
        height = look.control if self._kind in {Kind.SMALL, Kind.LINK} else large
        return QSize(2 * side + icon + words + hint, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Qt leaves Return to the default button of a dialog; people press the one that has the focus.
        plain = event.modifiers() in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}
        if plain and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if not event.isAutoRepeat():
                self.click()
            return
        super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        super().leaveEvent(event)

    def _colours(self) -> tuple[QColor, QColor | None, QColor]:
        """Background, line, words."""
        look = theme.current()
        over = self._hovered and self.isEnabled()
        if self._kind is Kind.PRIMARY:
            if not self.isEnabled():
                return look.colour("quiet_soft"), None, look.colour("quiet")
            name = "brand_press" if self.isDown() else "brand_hover" if over else "brand_fill"
            return look.colour(name), None, look.colour("on_brand")
        if self._kind is Kind.LINK:
            fill = look.colour("brand_soft" if over else "surface")
            if not over:
                fill.setAlpha(0)
            return fill, None, look.colour("brand")
        words = look.colour("ink" if self.isEnabled() else "ink_soft")
        fill = look.colour("brand_soft" if self.isDown() else "hover" if over else "surface")
        return fill, look.colour("outline" if over else "line"), words

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect())
        fill, line, ink = self._colours()
        paint.rounded(painter, area, Length.RADIUS, fill=fill, line=line)
        if self.hasFocus():
            paint.focus_ring(painter, area, Length.RADIUS)
            if self._kind is Kind.PRIMARY:
                gap = Length.FOCUS
                inside = area.adjusted(gap, gap, -gap, -gap)
                paint.focus_ring(painter, inside, Length.RADIUS - gap, look.colour("surface"))
        side, icon, words, hint = self._pieces()
        x = area.left() + (area.width() - icon - words - hint) / 2 if icon + words + hint else side
        if self._icon:
            edge = look.scaled(IconSize.SMALL if self._kind in {Kind.SMALL, Kind.LINK} else IconSize.LARGE)
            icons.draw(painter, QRectF(x, 0, edge, area.height()), self._icon, ink, edge)
        paint.text(painter, QRectF(x + icon, 0, words, area.height()), self.text(), self._style(), colour=ink)
        if self._keys:
            width = hint - space(2)
            height = look.scaled(space(4))
            box = QRectF(x + icon + words + space(2), round((area.height() - height) / 2), width, height)
            self._paint_hint(painter, box, ink)

    def _paint_hint(self, painter: QPainter, box: QRectF, ink: QColor) -> None:
        look = theme.current()
        if self._kind is Kind.PRIMARY and self.isEnabled():
            edge = QColor(ink)
            edge.setAlphaF(0.45)
            paint.rounded(painter, box, Length.RADIUS_SMALL, fill=look.colour("brand_hint"), line=edge)
        else:
            paint.rounded(
                painter, box, Length.RADIUS_SMALL, fill=look.colour("surface"), line=look.colour("line")
            )
            ink = look.text_colour(Style.FINE)
        paint.text(painter, box, self._keys, Style.FINE, colour=ink, align=Qt.AlignmentFlag.AlignCenter)
