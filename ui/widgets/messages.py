"""Telling: the message bar with Undo, the empty state that teaches, the strip of a long piece of work."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tongcds.domain.views import Tone
from tongcds.i18n import _
from ui import icons, theme
from ui.theme import IconSize, Length, Style, space
from ui.widgets import paint
from ui.widgets.button import Button, Kind
from ui.widgets.meter import MeterBar
from ui.widgets.surface import column, line
from ui.widgets.text import IconTile, Text

SHOWN_MS = 12_000
_WIDE = 100


class _BarButton(Button):
    """A button on the dark bar."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect())
        ink = look.colour("bar_action")
        if self.hasFocus():
            paint.focus_ring(painter, area, Length.RADIUS, ink)
        if self.text():
            middle = Qt.AlignmentFlag.AlignCenter
            paint.text(painter, area, self.text(), Style.STRONG, colour=ink, align=middle)
        else:
            icons.draw(painter, area, "x", look.colour("on_bar"), look.scaled(IconSize.MEDIUM))


class _BarWords(Text):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(style=Style.BODY, wrap=True, parent=parent)
        self.setProperty("on_bar", "true")


class MessageBar(QFrame):
    """Says at the lower edge of its parent what was done, and offers to undo it; goes away by itself.

    Give it the widget it floats over. Ctrl+Z works while Undo is offered. `undone` carries what was passed
    as `token`.
    """

    undone = Signal(object)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._token: object = None
        self._words = _BarWords(self)
        self._undo = _BarButton(_("Undo"), keys="Ctrl+Z", hint="", kind=Kind.SMALL, parent=self)
        self._close = _BarButton("", icon="x", kind=Kind.SMALL, parent=self)
        self._close.setAccessibleName(_("Close this message"))
        row = QHBoxLayout(self)
        row.setContentsMargins(space(4), space(1.5), space(2), space(1.5))
        row.setSpacing(space(2))
        row.addWidget(self._words, 1)
        row.addWidget(self._undo)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._undo.clicked.connect(self._take_back)
        self._close.clicked.connect(self.hide)
        over.installEventFilter(self)
        self.hide()

    def say(self, words: str, *, undo: object = None, stays: bool = False) -> None:
        """Show a sentence.

        Args:
            words: what was done, or what went wrong.
            undo: anything but None offers Undo and is what `undone` carries.
            stays: until the person closes it, for errors.
        """
        self._token = undo
        self._words.setText(words)
        self.setAccessibleName(words)
        self._undo.setVisible(undo is not None)
        self.setVisible(True)
        self.raise_()
        self._place()
        self._timer.stop()
        if not stays:
            self._timer.start(SHOWN_MS)

    def words(self) -> str:
        """What it says."""
        return self._words.words()

    def _take_back(self) -> None:
        self._timer.stop()
        self.hide()
        self.undone.emit(self._token)

    def _place(self) -> None:
        look = theme.current()
        margin = space(5)
        buttons = [button for button in (self._undo, self._close) if not button.isHidden()]
        beside = space(7) + sum(button.sizeHint().width() + space(2) for button in buttons)
        wanted = round(look.metrics(Style.BODY).horizontalAdvance(self._words.words())) + beside
        widest = self._over.width() - 2 * margin
        width = min(widest, max(look.scaled(Length.SIDE), min(wanted, look.scaled(Length.READING))))
        lines = self._words.heightForWidth(width - beside) + 2 * space(3)
        height = max(lines, look.control + 2 * space(1))
        left = (self._over.width() - width) // 2
        self.setGeometry(left, self._over.height() - height - margin, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.begin(painter)
        paint.rounded(painter, QRectF(self.rect()), Length.RADIUS, fill=theme.current().colour("bar"))


class EmptyState(QWidget):
    """What an empty place says: what will be here, and the first step as a button.

    Args:
        action: the words of the button; connect `acted`.
        other: the words of another button beside it; connect `acted_otherwise`.
    """

    acted = Signal()
    acted_otherwise = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        detail: str,
        *,
        action: str = "",
        action_icon: str = "",
        other: str = "",
        other_icon: str = "",
        tone: Tone | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        words = QWidget()
        words.setMaximumWidth(theme.current().scaled(Length.DIALOG))
        box = column(words, gap=2)
        box.addWidget(IconTile(icon, tone, steps=13), 0, Qt.AlignmentFlag.AlignHCenter)
        box.addSpacing(space(1))
        self.title = Text(title, Style.HEADING, wrap=True)
        self.detail = Text(detail, Style.MUTED, wrap=True)
        for label in (self.title, self.detail):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            box.addWidget(label)
        if action:
            self.action = Button(action, icon=action_icon)
            self.action.clicked.connect(self.acted)
            box.addSpacing(space(1))
            box.addWidget(self.action, 0, Qt.AlignmentFlag.AlignHCenter)
        if other:
            self.other = Button(other, icon=other_icon)
            self.other.clicked.connect(self.acted_otherwise)
            box.addWidget(self.other, 0, Qt.AlignmentFlag.AlignHCenter)
        # Narrow lines in the middle are read more easily than one across the whole screen.
        middle = line()
        middle.addStretch(1)
        middle.addWidget(words, _WIDE)
        middle.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(space(6), space(2), space(6), space(2))
        outer.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(2)
        self.setAccessibleName(f"{title}. {detail}")

    def set_words(self, title: str, detail: str) -> None:
        """Say something else."""
        self.title.setText(title)
        self.detail.setText(detail)
        self.setAccessibleName(f"{title}. {detail}")


class ProgressStrip(QFrame):
    """A long piece of work: what is being done with counts, an estimate, a meter, and one button.

    It shows nothing of its own accord: call `show_progress`. `pressed` is the button (pause, cancel).
    """

    pressed = Signal()

    def __init__(self, icon: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tile = IconTile(icon)
        self.words = Text("", Style.STRONG)
        self.estimate = Text("", Style.MUTED)
        self.meter = MeterBar()
        self.button = Button("", kind=Kind.SMALL)
        self.button.clicked.connect(self.pressed)
        # While work runs, words and estimate share a line over the meter; a told state takes two lines.
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.addWidget(self.words)
        self._head.addStretch(1)
        self._head.addWidget(self.estimate)
        middle = column(gap=1)
        middle.addStretch(1)
        middle.addLayout(self._head)
        middle.addWidget(self.meter)
        middle.addStretch(1)
        row = line(self, gap=3.5)
        row.setContentsMargins(space(4) + Length.LINE, space(4), space(4) + Length.LINE, space(4))
        row.addWidget(self._tile)
        row.addLayout(middle, 1)
        row.addWidget(self.button)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_progress(
        self,
        words: str,
        estimate: str,
        share: float | None,
        button: str = "",
        *,
        icon: str = "refresh-cw",
        tone: Tone | None = None,
    ) -> None:
        """Show how far the work is; `share` None while nobody knows; no button without words for it."""
        self._tile.show_icon(icon, tone)
        running = share is not None
        way = QBoxLayout.Direction
        self._head.setDirection(way.LeftToRight if running else way.TopToBottom)
        self._head.setSpacing(space(3) if running else space(0.5))
        self.estimate.restyle(Style.MUTED if running else Style.NOTE)
        self.estimate.setVisible(bool(estimate))
        self.words.setText(words)
        self.estimate.setText(estimate)
        self.meter.setVisible(share is not None)
        self.meter.show_share(share)
        self.button.setVisible(bool(button))
        self.button.set_words(button)
        self.setAccessibleName(f"{words}. {estimate}" if estimate else words)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        paint.rounded(
            painter,
            QRectF(self.rect()),
            Length.RADIUS_CARD,
            fill=look.colour("surface"),
            line=look.colour("line"),
        )
