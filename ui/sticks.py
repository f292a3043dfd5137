"""Wires the USB stick to the window: writes out, answers in, and a backup, each behind its dialog.

The other screens are wired in `ui.desktop`, which hands in the window and the way to tell everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from tongcds.actions import Changes, Core, rescue, syncing
from tongcds.i18n import _, format_number, ngettext
from ui.errors import words_for
from ui.shell import Shell
from ui.tasks import Tasks


class Sticks(QObject):
    """What goes out on a stick and comes back on one.

    Args:
        core: an open vault.
        window: the window as it is now; it is made anew in another language.
        files: where slow sticks are written and read.
        writes: where the backup is made.
        changed: tells every screen.
    """

    def __init__(
        self,
        core: Core,
        *,
        window: Callable[[], Shell],
        files: Tasks,
        writes: Tasks,
        changed: Callable[[Changes], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._window = window
        self._files = files
        self._writes = writes
        self._changed = changed

    def export(self) -> None:
        """Write what waits into a bundle, with the answers that wait for other laptops."""
        folder = self._folder()
        if folder is not None:
            self._files.run(
                partial(self._write_bundle, folder), self._exported, owner=self, failed=self._failed
            )

    def take(self) -> None:
        """Take a bundle in, or keep it to carry it on."""
        path, _kind = QFileDialog.getOpenFileName(
            self._window(),
            _("Choose a file from the stick"),
            "",
            _("Files of TongCDS ({kinds})").format(kinds="*.tcds *.tongcds-moi"),
        )
        if path:
            work = partial(syncing.take_bundle, self._core, Path(path))
            self._files.run(work, self._taken, owner=self, failed=self._failed)

    def back_up(self) -> None:
        """Make a checked copy of the vault elsewhere."""
        folder = self._folder()
        if folder is not None:
            work = partial(rescue.backup_to, self._core, folder)
            self._writes.run(work, self._backed_up, owner=self, failed=self._failed)

    def _folder(self) -> Path | None:
        folder = QFileDialog.getExistingDirectory(self._window(), _("Where is the USB stick?"))
        return Path(folder) if folder else None

    def _write_bundle(self, folder: Path) -> str:
        done = syncing.export_bundle(self._core, folder)
        answers = syncing.answers_to_bring_back(self._core, folder)
        words = ngettext(
            "{n} change written to {file} ({name}).", "{n} changes written to {file} ({name}).", done.writes
        ).format(n=format_number(done.writes), file=done.path.name, name=done.name)
        if answers:
            words += " " + _("Answers for other computers copied: {n}.").format(n=format_number(answers))
        return words

    def _exported(self, words: str) -> None:
        self._changed(Changes.of("exchange"))
        self._window().say(words, stays=True)

    def _taken(self, answer: tuple[syncing.Imported, Changes]) -> None:
        done, changes = answer
        self._changed(changes)
        self._window().say(syncing.taken_words(done), stays=True)

    def _backed_up(self, path: Path) -> None:
        words = _("The backup was checked and is complete: {file}. It opens with the same passphrase.")
        self._window().say(words.format(file=path.name), stays=True)

    def _failed(self, problem: Exception) -> None:
        self._window().say(words_for(problem), stays=True)
