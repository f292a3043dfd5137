"""A screen's frame: margins, scrolling, Esc, reading anew, and what it shows while it has nothing to show."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from tongcds.domain.views import Tone
from tongcds.i18n import _
from ui.changes import ChangeBus
from ui.theme import space
from ui.widgets.messages import EmptyState
from ui.widgets.surface import ScrollColumn, column


class Page(QWidget):
    """Margins of 20 px, 16 px between the parts; put content into `body`.

    It scrolls as a whole where the window is too low for the text size. `retried` asks to load again after
    `show_problem`.
    """

    retried = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # First of all: setting a property below is an event already.
        self._escapes_to: Callable[[], None] | None = None
        self._stale = False
        self._heeded: Collection[str] | None = None
        self._reads_by: Callable[[], None] = _nothing
        self.setProperty("role", "page")
        self._scroll = ScrollColumn(gap=4)
        self.body = self._scroll.body
        self.body.setContentsMargins(space(5), space(5), space(5), space(5))
        self._layers = QStackedLayout()
        # In this order: a stack of no widget yet would show its first page as a window of its own.
        column(self).addLayout(self._layers)
        self._layers.addWidget(self._scroll)
        self._instead: QWidget | None = None
        self._begins_at: QWidget | None = None

    def begin_at(self, widget: QWidget) -> None:
        """Say where the focus goes when the page is given it.

        Not a focus proxy: with one, Qt's Tab key passes over whatever stands before the proxy.
        """
        self._begins_at = widget

    def keep_escape(self, leave: Callable[[], None]) -> None:
        """Let Esc do this instead of what the window would: leave without a word."""
        self._escapes_to = leave

    def keep_fresh(
        self, changes: ChangeBus, read: Callable[[], None], heeded: Collection[str] | None = None
    ) -> None:
        """Read when the page is shown first, and again when something changed, hidden pages when they show.

        `heeded` are the kinds of changes that matter, None for all of them. `read` has to call `is_fresh`.
        """
        self._reads_by, self._heeded, self._stale = read, heeded, True
        changes.changed.connect(self._on_changed)

    def get_ready(self) -> None:
        """Read what is seen first, on a page that was made before anybody goes there; most have nothing."""

    def is_fresh(self) -> None:
        """Say that everything is being read."""
        self._stale = False

    def read_again(self) -> None:
        """Read now, or when the page is shown."""
        self._stale = True
        if self.isVisible():
            self._reads_by()

    def _on_changed(self, kinds: frozenset[str]) -> None:
        if self._heeded is None or not kinds.isdisjoint(self._heeded):
            self.read_again()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._reads_by()

    def event(self, event: QEvent) -> bool:
        if self._escapes_to is not None and _asks_for_escape(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._escapes_to is not None and event.key() == Qt.Key.Key_Escape:
            self._escapes_to()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._begins_at is not None:
            self._begins_at.setFocus(event.reason())

    def scroll_to(self, part: QWidget) -> None:
        """Bring a part of the content into sight, where the page is higher than the window."""
        self._scroll.ensureWidgetVisible(part)

    def show_problem(self, sentence: str) -> None:
        """Say why there is nothing to see, and offer to try again."""
        trouble = EmptyState(
            "triangle-alert",
            _("This could not be shown"),
            sentence,
            action=_("Try again"),
            action_icon="refresh-cw",
            tone=Tone.WARN,
        )
        trouble.acted.connect(self.retried)
        self.show_instead(trouble)

    def show_instead(self, widget: QWidget) -> None:
        """Show one widget in place of the content, such as the empty state of a whole screen."""
        self.show_content()
        self._instead = widget
        self._layers.addWidget(widget)
        self._layers.setCurrentWidget(widget)

    def show_content(self) -> None:
        """Show the content again."""
        if self._instead is not None:
            self._layers.removeWidget(self._instead)
            self._instead.hide()
            self._instead.deleteLater()
            self._instead = None
        self._layers.setCurrentWidget(self._scroll)


def _asks_for_escape(event: QEvent) -> bool:
    return (
        isinstance(event, QKeyEvent)
        and event.type() == QEvent.Type.ShortcutOverride
        and event.key() == Qt.Key.Key_Escape
    )


def _nothing() -> None:
    """Nothing is read."""
