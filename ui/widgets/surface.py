"""What holds other widgets: cards, the head of a page, rows inside a card, scrolling columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QChildEvent, QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.theme import Length, Style, space
from ui.widgets import paint
from ui.widgets.flow import FlowRow
from ui.widgets.text import Text

SHARE_OF_SCREEN: Final = 0.9
"""What the frame of a window and the bar of the desktop leave."""
_BESIDE: Final = Qt.AlignmentFlag.AlignVCenter


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


def open_at(window: QWidget, width: int, height: int) -> None:
    """Give a window this size, in pixels at the usual size of text, as far as its screen has room for it."""
    look = theme.current()
    room = window.screen().availableGeometry().size() * SHARE_OF_SCREEN
    window.resize(QSize(look.scaled(width), look.scaled(height)).boundedTo(room))


def column(parent: QWidget | None = None, *, gap: float = 0) -> QVBoxLayout:
    """A vertical layout without margins; the gap is in steps of the grid."""
    layout = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(space(gap))
    return layout


def line(parent: QWidget | None = None, *, gap: float = 0) -> QHBoxLayout:
    """A horizontal layout without margins; the gap is in steps of the grid."""
    layout = QHBoxLayout(parent) if parent is not None else QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(space(gap))
    return layout


class _Corners(QWidget):
    """Lies over a flush card, so that square content still ends in the card's round corners."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _behind(self) -> str:
        around = self.parentWidget()
        while around is not None and not (isinstance(around, Card) and around is not self.parentWidget()):
            around = around.parentWidget()
        return "background" if around is None else "surface"

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect())
        outside = QPainterPath()
        outside.addRect(area)
        inside = QPainterPath()
        inside.addRoundedRect(area, Length.RADIUS_CARD, Length.RADIUS_CARD)
        painter.fillPath(outside.subtracted(inside), look.colour(self._behind()))
        paint.rounded(painter, area, Length.RADIUS_CARD, line=look.colour("line"))


class Card(QFrame):
    """A white rounded card. Put content into `body`; `note` stands at the right of the title.

    Args:
        flush: no padding around the body, for lists and tables that reach the edges.
        tight: less padding, for a card inside a card.
    """

    def __init__(
        self,
        title: str = "",
        note: str = "",
        *,
        flush: bool = False,
        tight: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._selected = False
        self._corners: _Corners | None = None
        if flush:
            self._corners = _Corners(self)
        self.title = Text(title, Style.HEADING)
        self.note = Text(note, Style.NOTE)
        self.head = line(gap=2)
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.head.addWidget(self.note)
        self.body = column()
        self._flush = flush
        self._outer = QVBoxLayout(self)
        side = Length.LINE if flush else Length.LINE + space(2.5 if tight else 4)
        above = Length.LINE if flush else space(2.5 if tight else 4)
        self._outer.setContentsMargins(side, above, side, above)
        self._outer.addLayout(self.head)
        self._outer.addLayout(self.body, 1)
        self.set_head(title, note)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._corners is not None:
            self._corners.setGeometry(self.rect())
            self._corners.raise_()

    def childEvent(self, event: QChildEvent) -> None:
        super().childEvent(event)
        # A table that comes later would lie over the round corners.
        if event.added() and self._corners is not None:
            self._corners.raise_()

    def set_head(self, title: str, note: str = "") -> None:
        """Change the title and the note; a head without words takes no room."""
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.setAccessibleName(title)
        shown = bool(title or note)
        self._outer.setSpacing(space(1) if shown else 0)
        side, above, below = (space(4), space(3.5), space(1)) if self._flush and shown else (0, 0, 0)
        self.head.setContentsMargins(side, above, side, below)

    def set_selected(self, selected: bool) -> None:  # noqa: FBT001 - a Qt-style setter
        """Draw it as the chosen one of several."""
        self._selected = selected
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        fill = look.colour("brand_soft" if self._selected else "surface")
        edge = look.colour("brand" if self._selected else "line")
        paint.rounded(painter, QRectF(self.rect()), Length.RADIUS_CARD, fill=fill, line=edge)


class Divider(QWidget):
    """A soft line between rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(Length.LINE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().colour("line_soft"))


class PageHead(QWidget):
    """Title and subtitle at the left, the page's actions at the right; the primary action last.

    The actions stand under the words where the title would have no room beside them.
    """

    def __init__(
        self,
        title: str,
        subtitle: str = "",
        actions: Sequence[QWidget] = (),
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.title = Text(title, Style.TITLE)
        self.subtitle = Text(subtitle, Style.SUBTITLE)
        words = column(gap=0.5)
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        self._actions = FlowRow(gap=2.5)
        for action in actions:
            self._actions.flow.addWidget(action)
        self._box = line(self, gap=2.5)
        self._box.addLayout(words, 1)
        self._box.addWidget(self._actions, 0, _BESIDE)
        # Not before it stands in the page: what is shown without a parent is a window of its own.
        self._actions.setVisible(bool(actions))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        wanted = self.title.sizeHint().width() + self._box.spacing() + self._actions.sizeHint().width()
        beside = wanted <= self.width() or self._actions.isHidden()
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if way != self._box.direction():
            self._box.setDirection(way)
            # A row that is aligned has the height of one line, however many it needs.
            self._box.setAlignment(self._actions, _BESIDE if beside else Qt.AlignmentFlag(0))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self._box.direction() == QBoxLayout.Direction.LeftToRight:
            return hint
        return QSize(hint.width(), self._box.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        # Its own width must be able to fall below what words and actions want beside each other.
        return QSize(theme.current().scaled(Length.SIDE), super().minimumSizeHint().height())

    def set_words(self, title: str, subtitle: str) -> None:
        """Change title and subtitle."""
        self.title.setText(title)
        self.subtitle.setText(subtitle)


class ScrollColumn(QScrollArea):
    """A column that scrolls when it is taller than its place. Put content into `body`."""

    def __init__(self, *, gap: float = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inner = QWidget()
        self.body = column(self._inner, gap=gap)
        self.setWidget(self._inner)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._inner and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        # A few rows at least; where even they do not fit, the page scrolls.
        hint = super().minimumSizeHint()
        least = theme.current().scaled(Length.LIST_LEAST)
        return QSize(hint.width(), min(self._inner.minimumSizeHint().height(), least))


class SideBySide(QWidget):
    """Cards beside each other; under each other where the window is too narrow for the text size."""

    def __init__(self, *, narrowest: int = Length.STACKED, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._narrowest = narrowest
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(space(4))

    def add(self, part: QWidget | QLayout, share: int) -> None:
        """Add a card, or a column of cards, with its share of the width."""
        if isinstance(part, QLayout):
            self._box.addLayout(part, share)
        else:
            self._box.addWidget(part, share)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= theme.current().scaled(self._narrowest)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if way != self._box.direction():
            self._box.setDirection(way)

    def minimumSizeHint(self) -> QSize:
        # Its own width must be able to fall below what the parts want beside each other.
        return QSize(theme.current().scaled(Length.SIDE), super().minimumSizeHint().height())


class ItemRow(QWidget):
    """A row of a card: what stands before it, a strong line over a quiet one, what stands behind it.

    Args:
        opens: the whole row can be clicked, or reached by Tab and opened by Enter (`opened`).
        wrap: break the quiet line where it is too long, instead of shortening it.
    """

    opened = Signal()

    def __init__(
        self,
        title: str,
        detail: str,
        *,
        before: QWidget | None = None,
        behind: Sequence[QWidget] = (),
        opens: bool = False,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        row = line(self, gap=3)
        row.setContentsMargins(0, space(2.5), 0, space(2.5))
        if before is not None:
            row.addWidget(before, 0, Qt.AlignmentFlag.AlignVCenter)
        words = column(gap=0.5)
        self.title = Text(title, Style.STRONG)
        self.detail = Text(detail, Style.NOTE, wrap=wrap)
        words.addWidget(self.title)
        words.addWidget(self.detail)
        if not detail:
            self.detail.hide()
        row.addLayout(words, 1)
        for widget in behind:
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(wrap)
        self.setSizePolicy(policy)
        self.setAccessibleName(f"{title}. {detail}" if detail else title)
        self._opens = opens
        if opens:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._opens and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if (
            self._opens
            and event.button() == Qt.MouseButton.LeftButton
            and self.rect().contains(event.position().toPoint())
        ):
            self.opened.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._opens:
            return
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect()).adjusted(0, space(1), 0, -space(1))
        if self.underMouse():
            paint.rounded(painter, area, Length.RADIUS, fill=theme.current().colour("hover"))
        if self.hasFocus():
            paint.focus_ring(painter, area, Length.RADIUS)
