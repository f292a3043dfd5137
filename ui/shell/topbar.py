"""The top bar: search over everything, the sync badge, the person."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from tongcds.domain.views import Tone
from tongcds.i18n import _
from ui import icons, theme
from ui.shell.badge import Badge
from ui.shell.search import SearchEverything
from ui.theme import IconSize, Length, Style, space
from ui.widgets import paint
from ui.widgets.avatar import Avatar
from ui.widgets.surface import line
from ui.widgets.text import Text


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
        self.setToolTip(badge.words)
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


class TopBar(QWidget):
    """Search, badge, person, from left to right."""

    def __init__(
        self, search: SearchEverything | None, person: str, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.search = search
        self.badge = BadgeButton()
        self.person = Text(person, Style.NAME)
        row = line(self, gap=3.5)
        row.setContentsMargins(space(5), space(2), space(5), space(2) + Length.LINE)
        if search is not None:
            row.addWidget(search, 3)
        row.addStretch(2)
        row.addWidget(self.badge)
        who = line(gap=2)
        who.addWidget(Avatar(person))
        who.addWidget(self.person)
        row.addLayout(who)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._limit()

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
