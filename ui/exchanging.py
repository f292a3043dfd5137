"""Wires Đồng bộ to the window: what the exchange left for people to decide, and taking imports back.

The other screens are wired in `ui.desktop`, which hands in the window and the way to tell everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from tongcds.actions import Changes, Core, importing, quarantine, returned, syncing
from tongcds.errors import UserError
from tongcds.i18n import _, format_number, ngettext
from tongcds.settings import PRICE, Settings
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.screens.sync import SyncScreen
from ui.shell import Shell
from ui.sticks import Sticks
from ui.tasks import Tasks


class Exchanging(QObject):
    """Makes the screen and does what is chosen on it.

    Args:
        core: an open vault whose runner is the window's.
        window: the window as it is now; it is made anew in another language.
        settings: of this profile.
        sticks: what goes out on a stick and comes back on one.
        reads, writes: where work runs.
        changes: tells the screen to read again.
        changed: tells every screen.
        show: opens a household in the register.
    """

    def __init__(
        self,
        core: Core,
        *,
        window: Callable[[], Shell],
        settings: Settings,
        sticks: Sticks,
        reads: Tasks,
        writes: Tasks,
        changes: ChangeBus,
        changed: Callable[[Changes], None],
        show: Callable[[bytes], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._window = window
        self._settings = settings
        self._sticks = sticks
        self._reads = reads
        self._writes = writes
        self._changes = changes
        self._changed = changed
        self._show = show

    def screen(self) -> QWidget:
        """Đồng bộ, connected."""
        core = self._core
        screen = SyncScreen(
            partial(syncing.sync_view, core),
            self._reads,
            self._changes,
            core.clock,
            usb=True,
            price=partial(self._settings.get, PRICE),
        )
        screen.sync_requested.connect(core.runner.ask)
        screen.pause_requested.connect(core.runner.pause)
        screen.version_chosen.connect(self._settle)
        screen.value_written.connect(self._settle_with)
        screen.household_opened.connect(self._show)
        screen.withdrawn.connect(self._withdraw)
        screen.mended.connect(self._mend)
        screen.accepted.connect(self._accept)
        screen.refused.connect(self._refuse)
        screen.import_undone.connect(self._undo_import)
        screen.export_requested.connect(self._sticks.export)
        screen.usb_requested.connect(self._sticks.take)
        return screen

    def _settle(self, conflict_id: bytes, side: int) -> None:
        work = partial(syncing.settle_conflict, self._core, conflict_id, side)
        self._do(work, _("Settled. Both values stay in the history."))

    def _settle_with(self, conflict_id: bytes, words: str) -> None:
        screen = self.sender()

        def failed(problem: Exception) -> None:
            if isinstance(screen, SyncScreen) and isinstance(problem, UserError):
                screen.show_value_error(conflict_id, words_for(problem))
            else:
                self._failed(problem)

        work = partial(syncing.settle_with, self._core, conflict_id, words)
        self._do(work, _("Settled. All three values stay in the history."), failed=failed)

    def _withdraw(self, n: int) -> None:
        work = partial(returned.withdraw_returned, self._core, n)
        self._do(work, _("Taken back. The change stays in the log of this computer."))

    def _mend(self, n: int, typed: dict[str, str]) -> None:
        screen = self.sender()

        def failed(problem: Exception) -> None:
            if isinstance(screen, SyncScreen) and isinstance(problem, UserError):
                screen.show_mending_error(n, words_for(problem))
            else:
                self._failed(problem)

        work = partial(returned.mend_returned, self._core, n, typed)
        self._do(work, _("Saved anew; it goes to the server at the next sync."), failed=failed)

    def _accept(self, record_id: bytes) -> None:
        work = partial(quarantine.accept_quarantined, self._core, record_id)
        self._do(work, _("Accepted; the next sync brings it to the server and to the team."))

    def _refuse(self, record_id: bytes) -> None:
        work = partial(quarantine.refuse_quarantined, self._core, record_id)
        self._do(work, _("Refused; the team hears of it after the next sync."))

    def _undo_import(self, import_id: bytes) -> None:
        work = partial(importing.undo_import, self._core, import_id)
        self._writes.run(work, self._import_undone, owner=self, failed=self._failed)

    def _import_undone(self, answer: tuple[importing.UndoneImport, Changes]) -> None:
        undone, changes = answer
        self._changed(changes)
        words = _("The import was taken back: {n} records.").format(n=format_number(undone.removed))
        if undone.kept:
            words += " " + ngettext(
                "{n} household stays, because it was edited or visited since.",
                "{n} households stay, because they were edited or visited since.",
                undone.kept,
            ).format(n=format_number(undone.kept))
        self._window().say(words, stays=True)

    def _do(
        self,
        work: Callable[[], Changes],
        said: str,
        *,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Do it, tell every screen, then the person."""

        def done(changes: Changes) -> None:
            self._changed(changes)
            self._window().say(said)

        self._writes.run(work, done, owner=self, failed=failed or self._failed)

    def _failed(self, problem: Exception) -> None:
        self._window().say(words_for(problem), stays=True)
