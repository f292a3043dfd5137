"""Search over everything: the field of the top bar and the hits under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from tongcds.domain import record_code
from tongcds.domain.text import highlight
from tongcds.domain.views import SearchHit, Tone
from tongcds.i18n import N_, _
from ui import theme
from ui.tasks import Tasks
from ui.theme import Length, Style, space
from ui.widgets.cells import RowCell
from ui.widgets.field import SearchField
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card
from ui.widgets.text import Text

TYPING_MS = 120
MOST_HITS = 8

_KINDS: Final = {"household": N_("Household"), "person": N_("Person"), "service": N_("Service")}


class SearchEverything(SearchField):
    """Finds households and people while one types; `opened` carries the `SearchHit` that was chosen.

    Enter opens the first hit or the chosen one, Up and Down choose, Esc closes.

    Args:
        find: answers at most a few dozen hits for what was typed; runs off the UI thread.
    """

    opened = Signal(object)

    def __init__(
        self, find: Callable[[str], Sequence[SearchHit]], tasks: Tasks, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(_("Find a household or a person…"), keys="Ctrl+K", parent=parent)
        self._find = find
        self._tasks = tasks
        self._model: RowsModel[SearchHit] = RowsModel([Column("", self._cell, stretch=1)], self)
        self._hits = RowsView(self._model, name=_("Found"), headings=False)
        self._hits.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._nothing = Text("", Style.MUTED, wrap=True)
        self._nothing.setContentsMargins(space(3), space(3), space(3), space(3))
        self._sheet = Card(flush=True, parent=self)
        self._sheet.body.addWidget(self._hits)
        self._sheet.body.addWidget(self._nothing)
        self._sheet.hide()
        self._hits.clicked.connect(self._open_current)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self._ask)
        self.textChanged.connect(self._typed)
        self.stepped_down.connect(self._step_down)

    def hits(self) -> list[SearchHit]:
        """The hits that are shown."""
        return self._model.rows() if self._sheet.isVisible() else []

    def _cell(self, hit: SearchHit) -> RowCell:
        kind = _(_KINDS[hit.kind])
        marks = highlight(self.text(), hit.title)
        return RowCell(hit.title, hit.detail, pill=kind, tone=Tone.QUIET, marks=marks)

    def _typed(self, words: str) -> None:
        if words.strip():
            self._timer.start()
        else:
            self._timer.stop()
            self._sheet.hide()

    def _ask(self) -> None:
        wanted = self.text()
        self._tasks.run(partial(self._find, wanted), partial(self._show, wanted), owner=self)

    def _show(self, wanted: str, hits: Sequence[SearchHit]) -> None:
        if wanted != self.text() or not wanted.strip():
            return
        self._model.set_rows(list(hits)[:MOST_HITS])
        self._hits.setVisible(bool(hits))
        self._nothing.setVisible(not hits)
        if not hits:
            told = _("Nothing found for “{words}”. Try a part of the name, without marks, or the code.")
            self._nothing.setText(told.format(words=wanted.strip()))
        self._place()
        self._sheet.show()
        self._sheet.raise_()
        self._hits.choose(0)
        # A scanner types the whole code at once, and nobody is there to press Enter after it.
        scanned = record_code.read(wanted) is not None or bool(record_code.read_people(wanted))
        if len(hits) == 1 and scanned:
            self._open_current()

    def _place(self) -> None:
        window = self.window()
        self._sheet.setParent(window)
        width = max(self.width(), theme.current().scaled(Length.SEARCH))
        rows = sum(self._hits.rowHeight(row) for row in range(self._model.rowCount()))
        words = self._nothing.heightForWidth(width - 2 * Length.LINE)
        corner = self.mapTo(window, QPoint(0, self.height() + space(1)))
        self._sheet.setGeometry(corner.x(), corner.y(), width, (rows or words) + 2 * Length.LINE)

    def _step_down(self) -> None:
        self._hits.choose(self._hits.currentIndex().row() + 1)

    def _open_current(self) -> None:
        hit = self._hits.current_row()
        if isinstance(hit, SearchHit):
            self._sheet.hide()
            self.clear()
            self.opened.emit(hit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self._sheet.isVisible():
                self._open_current()
            elif self.text().strip():
                self._timer.stop()
                self._ask()
        elif event.key() == Qt.Key.Key_Up and self._sheet.isVisible():
            self._hits.choose(self._hits.currentIndex().row() - 1)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._sheet.hide()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.text().strip():
            self._timer.start()
