"""The rail: whose program this is, and the places of the role."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from tongcds.domain.views import Tone
from tongcds.i18n import _, ngettext
from ui import icons, theme
from ui.shell.places import Place
from ui.theme import IconSize, Length, Style, space
from ui.widgets import paint
from ui.widgets.surface import column, line
from ui.widgets.text import Text


class PlaceButton(QAbstractButton):
    """A place in the rail, with the number of things that wait there."""

    def __init__(self, place: Place, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = place.key
        self._icon = place.icon
        self._count = 0
        self.setText(_(place.words))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_count(0)

    def set_count(self, count: int) -> None:
        """Show how many things wait there; nothing at 0."""
        self._count = count
        words = self.text()
        if count:
            waiting = ngettext("{place}, {n} waiting", "{place}, {n} waiting", count)
            words = waiting.format(place=words, n=count)
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.current().scaled(Length.FIELD), theme.current().control)

    def nextCheckState(self) -> None:
        """Stays as it is: the window decides which place is shown."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect())
        here = self.isChecked()
        if here or self.underMouse():
            fill = look.colour("brand_soft" if here else "hover")
            paint.rounded(painter, area, Length.RADIUS, fill=fill)
        if self.hasFocus():
            paint.focus_ring(painter, area, Length.RADIUS)
        ink = look.colour("brand_strong" if here else "ink_soft")
        edge = look.scaled(IconSize.LARGE)
        icons.draw(painter, QRectF(space(2.5), 0, edge, area.height()), self._icon, ink, edge)
        left = space(2.5) + edge + space(2.5)
        right = area.width() - space(2.5)
        if self._count:
            right -= self._paint_count(painter, right, area.height()) + space(1)
        words = QRectF(left, 0, right - left, area.height())
        paint.text(painter, words, self.text(), Style.STRONG if here else Style.PLACE, colour=ink)

    def _paint_count(self, painter: QPainter, right: float, height: float) -> float:
        look = theme.current()
        colours = look.tone(Tone.WARN)
        words = str(self._count)
        high = look.scaled(space(4.5))
        width = max(
            float(look.scaled(Length.PILL)), look.metrics(Style.FINE).horizontalAdvance(words) + space(3.5)
        )
        box = QRectF(right - width, round((height - high) / 2), width, high)
        paint.rounded(painter, box, high / 2, fill=colours.soft)
        middle = Qt.AlignmentFlag.AlignCenter
        paint.text(painter, box, words, Style.CAPTION, colour=colours.text, align=middle)
        return width


class _Logo(QWidget):
    def sizeHint(self) -> QSize:
        edge = theme.current().scaled(Length.LOGO)
        return QSize(edge, edge)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect())
        paint.rounded(painter, area, Length.RADIUS, fill=look.colour("brand_fill"))
        icons.draw(painter, area, "radio-tower", look.colour("on_brand"), look.scaled(space(5)))


class Rail(QWidget):
    """The places down the left edge; `chosen` carries the key of a place."""

    chosen = Signal(str)

    def __init__(self, owner: str, places: Sequence[Place], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, PlaceButton] = {}
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        logo = _Logo()
        logo.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        names = column()
        names.addWidget(Text("TongCDS", Style.HEADING))  # translators never see it: it is a name
        names.addWidget(Text(owner, Style.FINE))
        head = line(gap=2.5)
        head.setContentsMargins(space(2), space(2.5), 0, space(4.5))
        head.addWidget(logo)
        head.addLayout(names, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(space(2.5), space(2.5), space(2.5) + Length.LINE, space(3.5))
        box.setSpacing(space(0.5))
        box.addLayout(head)
        for place in (place for place in places if not place.below):
            box.addWidget(self._button(place))
        box.addStretch(1)
        for place in (place for place in places if place.below):
            box.addWidget(self._button(place))

    def _button(self, place: Place) -> PlaceButton:
        button = PlaceButton(place)
        button.clicked.connect(self._choose)
        self._buttons[place.key] = button
        return button

    def _choose(self) -> None:
        button = self.sender()
        if isinstance(button, PlaceButton):
            self.chosen.emit(button.key)

    def show_place(self, key: str) -> None:
        """Draw that place as the one the window shows."""
        for other, button in self._buttons.items():
            button.setChecked(other == key)

    def set_count(self, key: str, count: int) -> None:
        """Say how many things wait in a place; a place that this role does not have is passed over."""
        if key in self._buttons:
            self._buttons[key].set_count(count)

    def sizeHint(self) -> QSize:
        look = theme.current()
        # Half of the text's growth: places are short words, and the screens need the room.
        return QSize((Length.RAIL + look.scaled(Length.RAIL)) // 2, super().sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.colour("surface"))
        edge = QRectF(self.width() - Length.LINE, 0, Length.LINE, self.height())
        painter.fillRect(edge, look.colour("line"))
