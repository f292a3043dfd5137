"""Wires difficulties to the window: their place, the forms, and undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog

from tongcds.actions import difficulties
from tongcds.domain.periods import Period
from tongcds.domain.views.difficulties import DifficultyRow, DifficultyText
from tongcds.i18n import _
from ui.desk import Desk, Undoable
from ui.forms.day_dialog import DayDialog
from ui.forms.difficulty_dialogs import AnswerDialog, DifficultyDialog, ListDialog, SameDialog
from ui.screens.difficulties import DifficultiesScreen

_SHOWN = 60


class Difficulties(QObject):
    """Makes the screen of the place; `preview` shows the list of a period and unit as a paper."""

    def __init__(
        self,
        desk: Desk,
        preview: Callable[[Period, bytes | None], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._preview = preview
        self.dialog: QDialog | None = None

    def screen(self) -> DifficultiesScreen:
        """The screen, at work."""
        desk, core = self._desk, self._desk.core
        screen = DifficultiesScreen(partial(difficulties.view, core), desk.reads, desk.changes)
        screen.told.connect(self._tell)
        screen.answered.connect(self._answer)
        screen.passed.connect(self._pass_on)
        screen.settled.connect(partial(self._simple, difficulties.close, _("It was settled.")))
        screen.reopened.connect(partial(self._simple, difficulties.reopen, _("It was opened again.")))
        screen.parted.connect(partial(self._simple, difficulties.part, _("They were parted again.")))
        screen.joined.connect(partial(self._join, screen))
        screen.list_wanted.connect(self._ask_list)
        return screen

    def _tell(self, row: DifficultyRow | None) -> None:
        core = self._desk.core
        dialog = DifficultyDialog(row, parent=self._desk.window())

        def written(says: DifficultyText) -> None:
            def keep() -> Undoable:
                if row is not None:
                    return difficulties.rewrite(core, row.difficulty_id, says)
                _made, undo, changes = difficulties.tell(core, says)
                return undo, changes

            self._save(keep, _("The difficulty was written down."))

        dialog.written.connect(written)
        self._open(dialog)

    def _answer(self, row: DifficultyRow) -> None:
        dialog = AnswerDialog(row.says.text[:_SHOWN], parent=self._desk.window())

        def given(text: str) -> None:
            work = partial(difficulties.answer, self._desk.core, row.difficulty_id, text)
            self._save(work, _("The answer goes out at the next sync."))

        dialog.given.connect(given)
        self._open(dialog)

    def _pass_on(self, row: DifficultyRow) -> None:
        title = _("Answer by which day?")
        dialog = DayDialog(title, row.says.text[:_SHOWN], self._desk.core.today, parent=self._desk.window())

        def chosen(day: date) -> None:
            work = partial(difficulties.pass_on, self._desk.core, row.difficulty_id, day)
            self._save(work, _("It is passed on at the next sync."))

        dialog.chosen.connect(chosen)
        self._open(dialog)

    def _join(self, screen: DifficultiesScreen, row: DifficultyRow) -> None:
        rows = () if screen.view is None else screen.view.rows
        others = [
            (f"{one.unit}: {one.says.text[:_SHOWN]}", one.difficulty_id)
            for one in rows
            if row.difficulty_id not in {one.difficulty_id, one.joined_with}
        ]
        dialog = SameDialog(row.says.text[:_SHOWN], others, parent=self._desk.window())

        def chosen(other: bytes) -> None:
            work = partial(difficulties.join, self._desk.core, row.difficulty_id, other)
            self._save(work, _("They were joined."))

        dialog.chosen.connect(chosen)
        self._open(dialog)

    def _ask_list(self) -> None:
        self._desk.read(partial(difficulties.units_below, self._desk.core), self._offer_lists, owner=self)

    def _offer_lists(self, below: tuple[tuple[bytes, str], ...]) -> None:
        dialog = ListDialog(self._desk.core.today, below, parent=self._desk.window())
        dialog.chosen.connect(self._preview)
        self._open(dialog)

    def _simple(self, act: Callable[..., Undoable], said: str, row: DifficultyRow) -> None:
        self._save(partial(act, self._desk.core, row.difficulty_id), said)

    def _save(self, work: Callable[[], Undoable], said: str) -> None:
        self._desk.save(work, said, owner=self)

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog = dialog
        dialog.open()
