"""The main window shows one screen at a time and goes from place to place; a screen's work is its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from PySide6.QtCore import QChildEvent, QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QStackedWidget, QWidget

from tongcds.domain.views import SearchHit, SyncStatus, Tone, Whoami
from tongcds.i18n import _
from ui import stylesheet
from ui.shell.badge import clock_warning, sync_badge
from ui.shell.places import places_of
from ui.shell.rail import Rail
from ui.shell.search import SearchEverything
from ui.shell.topbar import LOCK_KEYS, TopBar
from ui.tasks import Tasks
from ui.theme import Length, space
from ui.turns import next_turn
from ui.widgets.messages import MessageBar
from ui.widgets.notice import Notice
from ui.widgets.page import Page
from ui.widgets.surface import column, line

_HELP: Final = "help"
_DIGITS: Final = "1234567890"
"""Ctrl and one of these goes to the place of that rank."""
_AHEAD_MS: Final = 400


class Shell(QMainWindow):
    """The window of one vault.

    Args:
        who: decides the places and what stands over the rail.
        screens: makes the screen of each place when it is first shown; a place without one does not appear.
        find: the search over everything (`SearchEverything`); None for roles that hold no persons.

    Signals: `hit_opened` carries a `SearchHit`; `log_requested` is Ctrl+N; `help_requested` is F1 with the
    topic of the dialog or screen that is seen (its `help_topic`, or the key of its place);
    `lock_requested` is Ctrl+L;
    `undo_requested` carries what `say` was given; `place_shown` the key of a place.
    """

    hit_opened = Signal(object)
    log_requested = Signal()
    help_requested = Signal(str)
    undo_requested = Signal(object)
    lock_requested = Signal()
    place_shown = Signal(str)

    def __init__(
        self,
        who: Whoami,
        screens: Mapping[str, Callable[[], QWidget]],
        *,
        find: Callable[[str], Sequence[SearchHit]] | None,
        tasks: Tasks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._make = dict(screens)
        self._made: dict[str, QWidget] = {}
        self._place = ""
        self._over: list[QWidget] = []
        self.places = tuple(place for place in places_of(who.role) if place.key in screens)
        self.rail = Rail(who.office or who.unit_name, self.places)
        self.top = TopBar(SearchEverything(find, tasks) if find else None, who.person)
        self._stack = QStackedWidget()
        right = column()
        self.warning = Notice("clock", Tone.WARN)
        self._warning = QWidget()
        box = column(self._warning)
        box.setContentsMargins(space(5), space(3), space(5), 0)
        box.addWidget(self.warning)
        self._warning.hide()
        right.addWidget(self.top)
        right.addWidget(self._warning)
        right.addWidget(self._stack, 1)
        middle = QWidget()
        row = line(middle)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        self.setCentralWidget(middle)
        self.messages = MessageBar(self._stack)
        self.messages.undone.connect(self.undo_requested)
        # A stack raises the screen that it shows, above what floats over it.
        self._stack.currentChanged.connect(self.messages.raise_)
        self.setWindowTitle(_("{place} – TongCDS").format(place=who.unit_name))
        self.resize(*Length.WINDOW)
        self._ahead = QTimer(self)
        self._ahead.setInterval(_AHEAD_MS)
        self._ahead.timeout.connect(self._make_one_ahead)
        self.rail.chosen.connect(self.show_place)
        self.top.badge.clicked.connect(self._show_sync)
        self.top.lock_requested.connect(self.lock_requested)
        self.top.people_requested.connect(self._show_settings)
        if self.top.search is not None:
            self.top.search.opened.connect(self.hit_opened)
            self.top.search.left.connect(self._focus_screen)
        self._listen(who)
        stylesheet.dress_window(self)

    def _listen(self, who: Whoami) -> None:
        for digit, place in zip(_DIGITS, self.places, strict=False):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{digit}"), self)
            shortcut.setObjectName(place.key)
            shortcut.activated.connect(self._go)
        if any(place.key == "log" for place in places_of(who.role)):
            QShortcut(QKeySequence("Ctrl+N"), self).activated.connect(self.log_requested)
        QShortcut(QKeySequence(LOCK_KEYS), self).activated.connect(self.lock_requested)
        QShortcut(QKeySequence("F1"), self).activated.connect(self._ask_help)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # No shortcut: a field or a button of the screen that knows what Esc means comes first.
        if event.key() == Qt.Key.Key_Escape:
            self.back()
        else:
            super().keyPressEvent(event)

    def _go(self) -> None:
        shortcut = self.sender()
        if shortcut is not None:
            self.show_place(shortcut.objectName())

    def childEvent(self, event: QChildEvent) -> None:
        super().childEvent(event)
        # A dialog is whole when it is polished; the window's own F1 does not reach past a modal one.
        if event.type() == QEvent.Type.ChildPolished and isinstance(dialog := event.child(), QDialog):
            topic = getattr(dialog, "help_topic", "")
            if topic and dialog.findChild(QShortcut, _HELP) is None:
                shortcut = QShortcut(QKeySequence("F1"), dialog)
                shortcut.setObjectName(_HELP)
                shortcut.activated.connect(partial(self.help_requested.emit, topic))

    def closeEvent(self, event: QCloseEvent) -> None:
        # What was made ahead and has no place yet would stay behind without a window.
        self._ahead.stop()
        for key in self._made:
            self.screen_of(key)
        super().closeEvent(event)

    def _ask_help(self) -> None:
        self.help_requested.emit(getattr(self.seen(), "help_topic", self._place))

    def _show_sync(self) -> None:
        self.show_place("sync")

    def _show_settings(self) -> None:
        self.show_place("settings")

    def _focus_screen(self) -> None:
        screen = self._stack.currentWidget()
        if screen is not None:
            screen.setFocus(Qt.FocusReason.OtherFocusReason)

    def seen(self) -> QWidget | None:
        """The screen that is shown: of the place, or what lies over it."""
        return self._stack.currentWidget()

    @property
    def place(self) -> str:
        """The key of the place that is shown."""
        return self._place

    def screen_of(self, key: str) -> QWidget:
        """The screen of a place, made if it was not yet shown."""
        if key not in self._made:
            self._made[key] = self._make[key]()
        screen = self._made[key]
        if self._stack.indexOf(screen) < 0:
            self._stack.addWidget(screen)
        return screen

    def make_ahead(self) -> None:
        """Make the screens of the other places, one at a time, while somebody looks at the first one.

        Each takes some hundredths of a second, for which nobody should wait who goes there: in one turn of
        the event loop it is made, in the next it is put into the window, dressed, and reads ahead.
        """
        self._ahead.start()

    def _make_one_ahead(self) -> None:
        left = [place.key for place in self.places if not place.below and place.key not in self._made]
        if left:
            self._made[left[0]] = self._make[left[0]]()
            next_turn(self, partial(self._place_ahead, left[0]))
        if len(left) <= 1:
            self._ahead.stop()

    def _place_ahead(self, key: str) -> None:
        screen = self.screen_of(key)
        if isinstance(screen, Page):
            screen.get_ready()

    def show_place(self, key: str) -> None:
        """Go to a place; a key that this role has no place for is passed over."""
        if key not in self._make:
            return
        while self._over:
            self._drop()
        screen = self.screen_of(key)
        self._place = key
        self._stack.setCurrentWidget(screen)
        self.rail.show_place(key)
        self.place_shown.emit(key)

    def open_over(self, screen: QWidget) -> None:
        """Show a screen over the place, such as a form; Esc or `back` returns. The window owns it then."""
        self._over.append(screen)
        self._stack.addWidget(screen)
        self._stack.setCurrentWidget(screen)
        screen.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_in(self, key: str, screen: QWidget) -> None:
        """Go to a place with a screen over it, without showing, and so reading, what lies under it."""
        while self._over:
            self._drop()
        self.screen_of(key)
        self._place = key
        self.rail.show_place(key)
        self.open_over(screen)
        self.place_shown.emit(key)

    def back(self) -> None:
        """Leave the screen that lies over the place; in a place itself nothing happens."""
        if self._over:
            self._drop()
            self._stack.setCurrentWidget(self._over[-1] if self._over else self._made[self._place])

    def _drop(self) -> None:
        screen = self._over.pop()
        self._stack.removeWidget(screen)
        # It keeps its parent: without one all of it would be dressed anew, only to go.
        screen.hide()
        screen.deleteLater()

    def show_status(self, status: SyncStatus, now: datetime) -> None:
        """Bring the badge up to date, and say when the clock is so wrong that days are."""
        self.top.badge.show_badge(sync_badge(status, now))
        words = clock_warning(status, now)
        if words != self.warning.words():
            self.warning.say(words)
            self._warning.setVisible(bool(words))

    def set_count(self, key: str, count: int) -> None:
        """Say beside a place how many things wait there."""
        self.rail.set_count(key, count)

    def say(self, words: str, *, undo: object = None, stays: bool = False) -> None:
        """Show a sentence in the message bar; with `undo` it offers Undo and hands it back by signal."""
        if words:
            self.messages.say(words, undo=undo, stays=stays)

    def fit_screen(self) -> None:
        """Fill a small screen and stay at the usual size on a large one."""
        screen = QApplication.primaryScreen()
        room: QRect = screen.availableGeometry()
        if room.width() <= Length.WINDOW[0] + Length.RAIL:
            self.showMaximized()
        else:
            self.show()
