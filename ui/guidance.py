"""Wires announcements and quotas to the window: their screen, the forms of the commune's office, and undo."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog

from tongcds.actions import guidance
from tongcds.domain.views import AnnouncementRow, AnnouncementText, QuotaRow, QuotaTerms, Role
from tongcds.i18n import _
from ui.desk import Desk, Undoable
from ui.forms.guidance_dialogs import AnnouncementDialog, QuotaDialog, Villages
from ui.screens.guidance import GuidanceScreen


class Guidance(QObject):
    """Makes the screen, and opens it."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.dialog: QDialog | None = None

    def open(self) -> None:
        """Show what was said and asked for: at the commune a place of its own, elsewhere over the place."""
        shell = self._desk.window()
        if self._desk.who.role is Role.COMMUNE:
            shell.show_place("guidance")
            return
        screen = self.screen(is_place=False)
        screen.left.connect(shell.back)
        shell.open_over(screen)

    def screen(self, *, is_place: bool = True) -> GuidanceScreen:
        """The screen, at work."""
        load = partial(guidance.view, self._desk.core)
        screen = GuidanceScreen(load, self._desk.reads, self._desk.changes, is_place=is_place)
        screen.announce_requested.connect(self._ask_announcement)
        screen.quota_requested.connect(self._ask_quota)
        screen.removed.connect(self._remove)
        screen.read_changed.connect(self.mark_read)
        return screen

    def mark_read(self, row: AnnouncementRow, read: bool) -> None:  # noqa: FBT001 - what a signal carries
        """Keep whether the person who is here read it."""
        work = partial(guidance.mark_read, self._desk.core, row.announcement_id, read=read)
        self._desk.write(work, self._desk.changed, owner=self)

    def _ask_announcement(self, row: AnnouncementRow | None) -> None:
        self._with_villages(partial(self._write_announcement, row))

    def _ask_quota(self, row: QuotaRow | None) -> None:
        self._with_villages(partial(self._write_quota, row))

    def _with_villages(self, go_on: Callable[[Villages], None]) -> None:
        core = self._desk.core
        self._desk.read(lambda: guidance.view(core).villages, go_on, owner=self)

    def _write_announcement(self, row: AnnouncementRow | None, villages: Villages) -> None:
        core = self._desk.core
        dialog = AnnouncementDialog(villages, core.today, row, parent=self._desk.window())

        def written(says: AnnouncementText, village: bytes | None) -> None:
            if row is not None:
                work = partial(guidance.rewrite, core, row.announcement_id, says)
                self._save(work, _("The announcement was changed."))
            else:
                whom = (village,) if village is not None else ()
                work = partial(_without_ids, partial(guidance.announce, core, says, whom))
                self._save(work, _("The announcement goes out at the next sync."))

        dialog.written.connect(written)
        self._open(dialog)

    def _write_quota(self, row: QuotaRow | None, villages: Villages) -> None:
        core = self._desk.core
        dialog = QuotaDialog(villages, core.today, row, parent=self._desk.window())

        def given(terms: QuotaTerms, village: bytes | None) -> None:
            if row is not None:
                work = partial(guidance.change_quota, core, row.quota_id, terms)
                self._save(work, _("The quota was changed."))
            else:
                whom = (village,) if village is not None else ()
                work = partial(_without_ids, partial(guidance.give, core, terms, whom))
                self._save(work, _("The quota goes out at the next sync."))

        dialog.given.connect(given)
        self._open(dialog)

    def _remove(self, row: AnnouncementRow | QuotaRow) -> None:
        core = self._desk.core
        if isinstance(row, AnnouncementRow):
            self._save(
                partial(guidance.take_down, core, row.announcement_id), _("The announcement was taken down.")
            )
        else:
            self._save(partial(guidance.withdraw_quota, core, row.quota_id), _("The quota was withdrawn."))

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog = dialog
        dialog.open()

    def _save(self, work: Callable[[], Undoable], said: str) -> None:
        self._desk.save(work, said, owner=self)


def _without_ids(work: Callable[[], guidance.Written]) -> Undoable:
    _ids, undo, changes = work()
    return undo, changes
