"""Wires the lists of doubtful records and duplicates to the window, and has the vault looked through.

The other screens are wired in `ui.desktop`; what is worked with is the `Desk`.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal

from tongcds.actions import Changes, quality
from tongcds.domain.views import DoubtRow
from tongcds.i18n import _
from ui.desk import Desk
from ui.duplicates import Duplicates
from ui.forms.settle_dialog import SettleDialog
from ui.screens.doubts import DoubtsScreen


class Doubting(QObject):
    """Opens the list over the place. `mend_requested` carries a `DoubtRow`."""

    mend_requested = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._duplicates = Duplicates(desk, self)
        self.dialog: SettleDialog | None = None
        self._follows = False

    def open(self) -> None:
        """Show what should be looked at again."""
        core, shell = self._desk.core, self._desk.window()
        screen = DoubtsScreen(partial(quality.doubts, core), self._desk.reads, self._desk.changes)
        screen.left.connect(shell.back)
        screen.mend_requested.connect(self._mend)
        screen.settle_requested.connect(self._ask)
        screen.duplicates_requested.connect(self._duplicates.open)
        shell.open_over(screen)
        if not self._follows:
            self._follows = True
            self._desk.changes.changed.connect(self._heed)
        self._look()

    def _look(self) -> None:
        """Look at some households; the next ones after whatever else is to be written."""
        self._desk.write(partial(quality.check_some, self._desk.core), self._looked, owner=self)

    def _looked(self, answer: tuple[bool, Changes]) -> None:
        more, changes = answer
        if more:
            self._look()
        else:
            self._desk.changes.tell(changes.kinds)

    def _heed(self, kinds: frozenset[str]) -> None:
        if kinds & {"household", "person", "observation", "visit"}:
            self._look()

    def _mend(self, row: DoubtRow) -> None:
        self.mend_requested.emit(row)

    def _ask(self, row: DoubtRow) -> None:
        self.dialog = SettleDialog(row, parent=self._desk.window())
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.settled.connect(self._settle)
        self.dialog.open()

    def _settle(self, row: DoubtRow, note: str) -> None:
        work = partial(quality.settle_doubt, self._desk.core, row, note)
        self._desk.save(work, _("Noted: it is right as it stands."), owner=self)
