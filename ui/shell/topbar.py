"""The top bar: search over everything, the sync badge, the person."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from tongcds.domain.views import Tone
from tongcds.i18n import _
from ui import icons, theme
from ui.shell.badge import Badge
from ui.shell.search import SearchEverything
from ui.theme import IconSize, Length, Style, space
from ui.widgets import paint
from ui.widgets.avatar import Avatar
from ui.widgets.surface import line
from ui.widgets.text import Text, tip

_FIRST = 100

LOCK_KEYS = "Ctrl+L"


class BadgeButton(QAbstractButton):
    """Says how the exchange stands; a click goes to Sync."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._badge = Badge("", Tone.QUIET, "cloud-off")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_badge(self, badge: Badge) -> None:
        """Say something else."""
        self._badge = badge
        self.setText(badge.words)
        self.setAccessibleName(badge.words)
        self.setAccessibleDescription(_("Opens Sync"))
        self.setToolTip(tip(badge.words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        look = theme.current()
        words = look.metrics(Style.STRONG).horizontalAdvance(self.text()) + 1
        width = words + look.scaled(IconSize.LARGE) + space(1.75) + 2 * space(3.5)
        return QSize(round(width), look.control)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().scaled(Length.FIELD), self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        colours = look.tone(self._badge.tone)
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect())
        paint.rounded(painter, area, area.height() / 2, fill=colours.soft)
        if self.underMouse():
            paint.rounded(painter, area, area.height() / 2, line=colours.text)
        if self.hasFocus():
            paint.focus_ring(painter, area, area.height() / 2)
        edge = look.scaled(IconSize.LARGE)
        left = space(3.5)
        icons.draw(painter, QRectF(left, 0, edge, area.height()), self._badge.icon, colours.text, edge)
        words = QRectF(left + edge + space(1.75), 0, 0, area.height())
        words.setRight(area.right() - space(3))
        paint.text(painter, words, self.text(), Style.STRONG, colour=colours.text)


class PersonButton(QAbstractButton):
    """Who is here; opens a menu of what they can do about it."""

    def __init__(self, person: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._avatar = Avatar(person)
        self.setText(person)
        self.setAccessibleName(_("{name}: lock, or let somebody else in").format(name=person))
        self.setToolTip(tip(self.accessibleName()))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._row = line(self, gap=2)
        self._row.addWidget(self._avatar)
        self._row.addWidget(Text(person, Style.NAME))
        self._row.setContentsMargins(space(1), 0, space(2), 0)

    def sizeHint(self) -> QSize:
        hint = self._row.sizeHint()
        return QSize(hint.width(), max(hint.height(), theme.current().control))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect())
        if self.underMouse() or self.hasFocus():
            paint.rounded(painter, area, Length.RADIUS, fill=theme.current().colour("hover"))
        if self.hasFocus():
            paint.focus_ring(painter, area, Length.RADIUS)


class TopBar(QWidget):
    """Search, badge, person, from left to right.

    `lock_requested` asks for the lock, `people_requested` for who may use this computer.
    """

    lock_requested = Signal()
    people_requested = Signal()

    def __init__(
        self, search: SearchEverything | None, person: str, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.search = search
        self.badge = BadgeButton()
        self.person = PersonButton(person)
        self.person.clicked.connect(self._open_menu)
        row = line(self, gap=3.5)
        row.setContentsMargins(space(5), space(2), space(5), space(2) + Length.LINE)
        if search is not None:
            # As wide as it may be before the room beside it gets any.
            row.addWidget(search, _FIRST)
        row.addStretch(1)
        row.addWidget(self.badge)
        row.addWidget(self.person)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._limit()

    def menu(self) -> QMenu:
        """What the person can do."""
        menu = QMenu(self)
        lock = menu.addAction(_("Lock, or change to another person"))
        lock.setShortcut(QKeySequence(LOCK_KEYS))
        lock.triggered.connect(self.lock_requested)
        menu.addAction(_("PIN, passphrase and people…")).triggered.connect(self.people_requested)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _open_menu(self) -> None:
        menu = self.menu()
        below = self.person.mapToGlobal(self.person.rect().bottomRight())
        menu.popup(below - QPoint(menu.sizeHint().width(), 0))

    def _limit(self) -> None:
        if self.search is not None:
            self.search.setMaximumWidth(theme.current().scaled(Length.SEARCH))

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(super().sizeHint().width(), max(Length.TOP_BAR, look.control + space(5)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "search"):
            self._limit()
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.colour("surface"))
        edge = QRectF(0, self.height() - Length.LINE, self.width(), Length.LINE)
        painter.fillRect(edge, look.colour("line"))
