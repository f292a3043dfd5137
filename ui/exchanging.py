"""Wires Đồng bộ to the window: what the exchange left for people to decide, and taking imports back.

The other screens are wired in `ui.desktop`; what is worked with is the `Desk`.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from tongcds.actions import Changes, importing, quarantine, returned, syncing
from tongcds.errors import UserError
from tongcds.i18n import _, format_number, ngettext
from tongcds.settings import PRICE, Settings
from ui.desk import Desk
from ui.errors import words_for
from ui.screens.sync import SyncScreen
from ui.sticks import Sticks


class Exchanging(QObject):
    """Makes the screen and does what is chosen on it.

    Args:
        desk: what is worked with; its core's runner is the window's.
        settings: of this profile.
        sticks: what goes out on a stick and comes back on one.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        settings: Settings,
        sticks: Sticks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._settings = settings
        self._sticks = sticks

    def screen(self) -> QWidget:
        """Đồng bộ, connected."""
        core = self._desk.core
        screen = SyncScreen(
            partial(syncing.sync_view, core),
            self._desk.reads,
            self._desk.changes,
            core.clock,
            usb=True,
            price=partial(self._settings.get, PRICE),
        )
        screen.sync_requested.connect(core.runner.ask)
        screen.pause_requested.connect(core.runner.pause)
        screen.cancel_requested.connect(core.runner.cancel)
        screen.version_chosen.connect(self._settle)
        screen.value_written.connect(self._settle_with)
        screen.household_opened.connect(self._desk.show)
        screen.withdrawn.connect(self._withdraw)
        screen.mended.connect(self._mend)
        screen.accepted.connect(self._accept)
        screen.refused.connect(self._refuse)
        screen.import_undone.connect(self._undo_import)
        screen.export_requested.connect(self._sticks.export)
        screen.usb_requested.connect(self._sticks.take)
        return screen

    def _settle(self, conflict_id: bytes, side: int) -> None:
        work = partial(syncing.settle_conflict, self._desk.core, conflict_id, side)
        self._desk.do(work, _("Settled. Both values stay in the history."), owner=self)

    def _settle_with(self, conflict_id: bytes, words: str) -> None:
        screen = self.sender()

        def failed(problem: Exception) -> None:
            if isinstance(screen, SyncScreen) and isinstance(problem, UserError):
                screen.show_value_error(conflict_id, words_for(problem))
            else:
                self._desk.failed(problem)

        work = partial(syncing.settle_with, self._desk.core, conflict_id, words)
        self._desk.do(work, _("Settled. All three values stay in the history."), failed=failed, owner=self)

    def _withdraw(self, n: int) -> None:
        work = partial(returned.withdraw_returned, self._desk.core, n)
        self._desk.do(work, _("Taken back. The change stays in the log of this computer."), owner=self)

    def _mend(self, n: int, typed: dict[str, str]) -> None:
        screen = self.sender()

        def failed(problem: Exception) -> None:
            if isinstance(screen, SyncScreen) and isinstance(problem, UserError):
                screen.show_mending_error(n, words_for(problem))
            else:
                self._desk.failed(problem)

        work = partial(returned.mend_returned, self._desk.core, n, typed)
        self._desk.do(
            work, _("Saved anew; it goes to the server at the next sync."), failed=failed, owner=self
        )

    def _accept(self, record_id: bytes) -> None:
        work = partial(quarantine.accept_quarantined, self._desk.core, record_id)
        self._desk.do(work, _("Accepted; the next sync brings it to the server and to the team."), owner=self)

    def _refuse(self, record_id: bytes) -> None:
        work = partial(quarantine.refuse_quarantined, self._desk.core, record_id)
        self._desk.do(work, _("Refused; the team hears of it after the next sync."), owner=self)

    def _undo_import(self, import_id: bytes) -> None:
        work = partial(importing.undo_import, self._desk.core, import_id)
        self._desk.write(work, self._import_undone, owner=self)

    def _import_undone(self, answer: tuple[importing.UndoneImport, Changes]) -> None:
        undone, changes = answer
        self._desk.changed(changes)
        words = _("The import was taken back: {n} records.").format(n=format_number(undone.removed))
        if undone.kept:
            words += " " + ngettext(
                "{n} household stays, because it was edited or visited since.",
                "{n} households stay, because they were edited or visited since.",
                undone.kept,
            ).format(n=format_number(undone.kept))
        self._desk.window().say(words, stays=True)
