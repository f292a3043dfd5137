"""How an error reaches a person: words for the ones that have them, one window for our own mistakes.

The sentences stand beside their codes in `tongcds.errors`; a screen shows them in its message bar or field.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from tongcds.errors import CancelledError, TongcdsError, sentence
from tongcds.i18n import _
from ui import stylesheet, theme
from ui.tasks import Crossing
from ui.theme import Length, Style, space
from ui.widgets.button import Button
from ui.widgets.text import Text

log = logging.getLogger(__name__)

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


def words_for(problem: BaseException) -> str:
    """What to tell the person; empty for a cancellation, general for a mistake of ours."""
    if isinstance(problem, CancelledError):
        return ""
    if isinstance(problem, TongcdsError):
        return sentence(problem)
    return _("Something went wrong that this program has no words for. Your saved work is safe.")


def report_of(problem: BaseException, recent: str) -> str:
    """A report that can be sent on: where it happened and the log's last lines, without anybody's data.

    The exception's own text is left out, since a database error quotes its parameters.
    """
    places = [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(problem.__traceback__)
    ]
    return "\n".join([type(problem).__name__, *places, "", recent])


class ErrorWindow(QDialog):
    """Our own mistake: what happened, what is safe, and a report to copy."""

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        self.setWindowTitle(_("Something went wrong"))
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        box = QVBoxLayout(self)
        box.setContentsMargins(space(6), space(6), space(6), space(5))
        box.setSpacing(space(3))
        box.addWidget(Text(_("Something went wrong"), Style.TITLE))
        explained = _(
            "This is a mistake in the program, not yours. Everything that was saved before is safe on this "
            "computer. You can go on working; if it happens again, please send this report to your commune."
        )
        box.addWidget(Text(explained, Style.MUTED, wrap=True))
        shown = QPlainTextEdit(report)
        shown.setReadOnly(True)
        shown.setTabChangesFocus(True)
        shown.setAccessibleName(_("Report"))
        box.addWidget(shown)
        buttons = QDialogButtonBox()
        self._copy = Button(_("Copy the report"), icon="copy")
        self._copy.clicked.connect(self._copy_report)
        close = Button(_("Close"), keys="Escape")
        close.clicked.connect(self.accept)
        buttons.addButton(self._copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(close, QDialogButtonBox.ButtonRole.AcceptRole)
        box.addWidget(buttons)
        stylesheet.dress_window(self)
        close.setFocus()

    def _copy_report(self) -> None:
        QGuiApplication.clipboard().setText(self._report)
        self._copy.set_words(_("Copied"), icon="check")


class Excepthook(QObject):
    """Turns an exception that nobody caught into one window; a second one while it is open is only logged.

    Args:
        recent: answers the log's last lines.
        window: makes the window; a test may look at what it is given.
    """

    def __init__(self, recent: Callable[[], str], *, window: Callable[[str], QDialog] = ErrorWindow) -> None:
        super().__init__()
        self._recent = recent
        self._make = window
        self._before: Hook | None = None
        self._open: QDialog | None = None
        # An exception can come from any thread; windows belong to one.
        self._caught = Crossing(self._show, self)

    def install(self) -> None:
        """Become `sys.excepthook`."""
        self._before = sys.excepthook
        sys.excepthook = self.handle

    def remove(self) -> None:
        """Give `sys.excepthook` back."""
        if self._before is not None:
            sys.excepthook = self._before
            self._before = None

    def handle(self, kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        """Log the exception and show it; an interrupt from the keyboard passes, a cancellation is nothing."""
        if isinstance(problem, CancelledError):
            return
        if not isinstance(problem, Exception):
            sys.__excepthook__(kind, problem, trace)
            return
        log.error("unexpected error", exc_info=(kind, problem, trace))
        self._caught.send(problem)

    def _show(self, problem: BaseException) -> None:
        if self._open is not None:
            return
        window = self._make(report_of(problem, self._recent()))
        self._open = window
        window.finished.connect(self._forget)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.open()

    def _forget(self) -> None:
        self._open = None
