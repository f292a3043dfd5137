"""Wires photos and papers to the window: attach, open, export on purpose, remove and take it back.

The other screens are wired in `ui.desktop`; what is worked with is the `Desk`.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog

from tongcds.actions import Changes, attachments
from tongcds.domain.attachments import PICTURES
from tongcds.domain.views import AttachmentRow, LeftOut
from tongcds.i18n import _, format_bytes
from ui.desk import Desk
from ui.forms.attach_dialog import AttachDialog, ExportDialog
from ui.forms.picture_window import PictureWindow, decoded
from ui.screens.household_detail import HouseholdPanel
from ui.tasks import Progress


class Attaching(QObject):
    """What the attachments of a household ask for."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._fetching = Progress(self)
        self.dialog: QDialog | None = None
        self.picture: PictureWindow | None = None

    def serve(self, panel: HouseholdPanel) -> None:
        """Answer what this panel's attachments ask for."""
        part = panel.attachments
        part.add_requested.connect(partial(self._add, panel))
        part.open_requested.connect(self._open)
        part.export_requested.connect(self._warn)
        part.remove_requested.connect(self._remove)

    def close(self) -> None:
        """Stop what is being fetched; what came stays for the next time."""
        self._fetching.cancel()

    def _add(self, panel: HouseholdPanel) -> None:
        shown = panel.household()
        if shown is None:
            return
        dialog = AttachDialog(panel.heading.words(), self._desk.core.today, parent=self._desk.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.saved.connect(partial(self._attach, shown.household_id))
        self.dialog = dialog
        dialog.open()

    def _attach(self, household_id: bytes, path: Path, day: date | None, note: str) -> None:
        subject = ("household", household_id)
        work = partial(attachments.attach, self._desk.core, subject, path, taken_on=day, note=note)
        self._desk.files.run(work, self._attached, owner=self, failed=self._desk.failed)

    def _attached(self, answer: tuple[bytes, Changes]) -> None:
        attachment_id, changes = answer
        self._desk.changed(changes)
        undo = partial(attachments.remove, self._desk.core, attachment_id)
        self._desk.window().say(
            _("Attached. It is sent after everything else."), undo=(undo, _("Taken back."))
        )

    def _open(self, row: AttachmentRow) -> None:
        if row.media_type not in PICTURES:
            self._warn(row, _("A PDF can only be read outside this program."))
            return
        self._fetching.cancel()
        self._fetching = fetching = Progress(self)
        if not row.here:
            words = _("Fetching {name} ({size})…").format(name=row.name, size=format_bytes(row.size))
            self._desk.window().say(words)
        work = partial(self._read, row.attachment_id, fetching)
        self._desk.files.run(work, partial(self._show, row), owner=self, failed=self._desk.failed)

    def _read(self, attachment_id: bytes, fetching: Progress) -> QImage:
        opened = attachments.open_file(self._desk.core, attachment_id, fetching.report, fetching.is_cancelled)
        return decoded(opened.content)

    def _show(self, row: AttachmentRow, image: QImage) -> None:
        if not row.here:
            self._desk.changed(Changes.of("attachment"))
        self.picture = PictureWindow(row.name, image, parent=self._desk.window())
        self.picture.show()
        self.picture.activateWindow()

    def _warn(self, row: AttachmentRow, why: str = "") -> None:
        ask = partial(attachments.left_out, self._desk.core, row.attachment_id)
        self._desk.read(ask, partial(self._ask, row, why), owner=self)

    def _ask(self, row: AttachmentRow, why: str, left_out: LeftOut) -> None:
        dialog = ExportDialog(row.name, why, left_out=left_out, parent=self._desk.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._export(row, dialog.without.ground()))
        self.dialog = dialog
        dialog.open()

    def _export(self, row: AttachmentRow, ground: str) -> None:
        work = partial(attachments.export, self._desk.core, row.attachment_id, ground=ground)
        self._desk.files.run(work, self._exported, owner=self, failed=self._desk.failed)

    def _exported(self, answer: tuple[Path, Changes]) -> None:
        path, changes = answer
        self._desk.changed(changes)
        words = _("Written: {file}. Anybody who has this copy can open it.").format(file=path)
        self._desk.window().say(words, stays=True)

    def _remove(self, row: AttachmentRow) -> None:
        work = partial(attachments.remove, self._desk.core, row.attachment_id)
        self._desk.write(work, partial(self._removed, row), owner=self)

    def _removed(self, row: AttachmentRow, changes: Changes) -> None:
        self._desk.changed(changes)
        undo = partial(attachments.restore, self._desk.core, row.attachment_id)
        self._desk.window().say(_("Removed: {name}.").format(name=row.name), undo=(undo, _("Taken back.")))
