"""Wires the USB stick to the window: writes out, answers in, and a backup, each behind its dialog.

The other screens are wired in `ui.desktop`; what is worked with is the `Desk`.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from tongcds.actions import Changes, rescue, syncing
from tongcds.i18n import _, format_number, ngettext
from ui.desk import Desk


class Sticks(QObject):
    """What goes out on a stick and comes back on one."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk

    def export(self) -> None:
        """Write what waits into a bundle, with the answers that wait for other laptops."""
        folder = self._folder()
        if folder is not None:
            self._desk.files.run(
                partial(self._write_bundle, folder), self._exported, owner=self, failed=self._desk.failed
            )

    def take(self) -> None:
        """Take a bundle in, or keep it to carry it on."""
        path, _kind = QFileDialog.getOpenFileName(
            self._desk.window(),
            _("Choose a file from the stick"),
            "",
            _("Files of TongCDS ({kinds})").format(kinds="*.tcds *.tongcds-moi"),
        )
        if path:
            work = partial(syncing.take_bundle, self._desk.core, Path(path))
            self._desk.files.run(work, self._taken, owner=self, failed=self._desk.failed)

    def back_up(self) -> None:
        """Make a checked copy of the vault elsewhere."""
        folder = self._folder()
        if folder is not None:
            work = partial(rescue.backup_to, self._desk.core, folder)
            self._desk.write(work, self._backed_up, owner=self)

    def _folder(self) -> Path | None:
        folder = QFileDialog.getExistingDirectory(self._desk.window(), _("Where is the USB stick?"))
        return Path(folder) if folder else None

    def _write_bundle(self, folder: Path) -> str:
        done = syncing.export_bundle(self._desk.core, folder)
        answers = syncing.answers_to_bring_back(self._desk.core, folder)
        words = ngettext(
            "{n} change written to {file} ({name}).", "{n} changes written to {file} ({name}).", done.writes
        ).format(n=format_number(done.writes), file=done.path.name, name=done.name)
        if answers:
            words += " " + _("Answers for other computers copied: {n}.").format(n=format_number(answers))
        return words

    def _exported(self, words: str) -> None:
        self._desk.changed(Changes.of("exchange"))
        self._desk.window().say(words, stays=True)

    def _taken(self, answer: tuple[syncing.Imported, Changes]) -> None:
        done, changes = answer
        self._desk.changed(changes)
        self._desk.window().say(syncing.taken_words(done), stays=True)

    def _backed_up(self, path: Path) -> None:
        words = _("The backup was checked and is complete: {file}. It opens with the same passphrase.")
        self._desk.window().say(words.format(file=path.name), stays=True)
