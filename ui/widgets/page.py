"""A screen's frame: its margins, its scrolling, and what it shows while it has nothing to show."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from tongcds.domain.views import Tone
from tongcds.i18n import _
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

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._begins_at is not None:
            self._begins_at.setFocus(event.reason())

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
