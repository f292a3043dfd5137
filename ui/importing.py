"""Wires the import of a register to the window: the screen over the place, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from tongcds.actions import Changes, column_memory, importing
from tongcds.domain.views import ImportChoices, ImportRow, ImportSheet
from tongcds.i18n import _, format_number, ngettext
from ui.desk import Desk
from ui.screens.import_register import ImportScreen, Prepared


class Importing(QObject):
    """Opens the screen of an import and tells everybody what came of it."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk

    def open(self) -> None:
        """Show the screen of an import over the place."""
        screen = ImportScreen(
            prepare=self._prepare_import,
            apply=self._apply_import,
            peek=self._peek,
            tasks=self._desk.files,
            clock=self._desk.core.clock,
        )
        screen.applied.connect(self._imported)
        screen.left.connect(self._desk.window().back)
        self._desk.window().open_over(screen)

    def _prepare_import(
        self,
        path: Path,
        progress: importing.Progress,
        cancelled: Callable[[], bool],
        *,
        choices: ImportChoices,
        forget: bool,
    ) -> importing.PreparedImport:
        prepare = partial(
            importing.prepare_import,
            self._desk.core,
            path,
            choices,
            progress=progress,
            cancelled=cancelled,
        )
        prepared = prepare()
        if forget:
            column_memory.forget_columns(self._desk.core, prepared.register)
            prepared = prepare()
        return prepared

    def _peek(
        self, path: Path, *, choices: ImportChoices, cancelled: Callable[[], bool]
    ) -> tuple[ImportSheet, ...]:
        return importing.peek_import(self._desk.core, path, choices, cancelled=cancelled)

    def _apply_import(
        self, prepared: Prepared, progress: importing.Progress, cancelled: Callable[[], bool]
    ) -> tuple[ImportRow, Changes]:
        if not isinstance(prepared, importing.PreparedImport):
            raise TypeError(type(prepared))
        return importing.apply_import(self._desk.core, prepared, progress, cancelled)

    def _imported(self, answer: tuple[ImportRow, Changes]) -> None:
        row, changes = answer
        self._desk.window().back()
        self._desk.changed(changes)
        words = ngettext(
            "Imported {n} household, {people} people.",
            "Imported {n} households, {people} people.",
            row.households,
        ).format(n=format_number(row.households), people=format_number(row.people))
        undo = (partial(self._take_import_back, row.import_id), _("The import was taken back."))
        self._desk.window().say(words, undo=undo, stays=True)

    def _take_import_back(self, import_id: bytes) -> Changes:
        _undone, changes = importing.undo_import(self._desk.core, import_id)
        return changes
