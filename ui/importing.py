"""Wires the import of a register to the window: the screen over the place, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from tongcds.actions import Changes, Core, importing
from tongcds.domain.views import ImportRow
from tongcds.i18n import _, format_number, ngettext
from ui.screens.import_register import ImportScreen, Prepared
from ui.shell import Shell
from ui.tasks import Tasks


class Importing(QObject):
    """Opens the screen of an import and tells everybody what came of it.

    Args:
        core: an open vault.
        window: the window as it is now; it is made anew in another language.
        files: where long files are read and written.
        changed: tells every screen.
        parent: whose window it is.
    """

    def __init__(
        self,
        core: Core,
        *,
        window: Callable[[], Shell],
        files: Tasks,
        changed: Callable[[Changes], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._window = window
        self._files = files
        self._changed = changed

    def open(self) -> None:
        """Show the screen of an import over the place."""
        screen = ImportScreen(
            prepare=self._prepare_import,
            apply=self._apply_import,
            tasks=self._files,
            clock=self._core.clock,
        )
        screen.applied.connect(self._imported)
        screen.left.connect(self._window().back)
        self._window().open_over(screen)

    def _prepare_import(
        self,
        path: Path,
        progress: importing.Progress,
        cancelled: Callable[[], bool],
        *,
        columns: Mapping[tuple[str, str], str],
        sensitive: bool,
    ) -> importing.PreparedImport:
        return importing.prepare_import(
            self._core,
            path,
            import_sensitive=sensitive,
            column_mapping=columns,
            progress=progress,
            cancelled=cancelled,
        )

    def _apply_import(
        self, prepared: Prepared, progress: importing.Progress, cancelled: Callable[[], bool]
    ) -> tuple[ImportRow, Changes]:
        if not isinstance(prepared, importing.PreparedImport):
            raise TypeError(type(prepared))
        return importing.apply_import(self._core, prepared, progress, cancelled)

    def _imported(self, answer: tuple[ImportRow, Changes]) -> None:
        row, changes = answer
        self._window().back()
        self._changed(changes)
        words = ngettext(
            "Imported {n} household, {people} people.",
            "Imported {n} households, {people} people.",
            row.households,
        ).format(n=format_number(row.households), people=format_number(row.people))
        undo = (partial(self._take_import_back, row.import_id), _("The import was taken back."))
        self._window().say(words, undo=undo, stays=True)

    def _take_import_back(self, import_id: bytes) -> Changes:
        _undone, changes = importing.undo_import(self._core, import_id)
        return changes
