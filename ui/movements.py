"""Wires comings and goings to the window: the form for one, and the list of those who are away.

Other editing is wired in `ui.editing`; what is worked with is the `Desk`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt

from tongcds.actions import movements, paper_entry, register
from tongcds.domain.views import AwayRow, HouseholdDetail, Joining, Movement
from tongcds.i18n import _
from ui.desk import Desk, Undoable
from ui.forms.away_dialog import AwayDialog
from ui.forms.movement_dialog import JoinWanted, MovementDialog, ReturnWanted


class Movements(QObject):
    """Opens the dialogs over the window and does what they ask for."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.dialog: MovementDialog | None = None
        self.listed: AwayDialog | None = None

    def list_away(self) -> None:
        """Show who is away."""
        self._desk.read(partial(movements.away, self._desk.core), self._show_away, owner=self)

    def open(self, household_id: bytes, person_id: bytes | None = None) -> None:
        """Ask what happens with somebody of a household."""
        core = self._desk.core

        def read() -> tuple[HouseholdDetail | None, tuple[AwayRow, ...]]:
            return register.household(core, household_id), movements.away(core, household_id)

        self._desk.read(read, partial(self._ask, person_id), owner=self)

    def _show_away(self, rows: tuple[AwayRow, ...]) -> None:
        self.listed = AwayDialog(rows, parent=self._desk.window())
        self.listed.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.listed.opened.connect(self._open_row)
        self.listed.open()

    def _open_row(self, row: AwayRow) -> None:
        self.open(row.household_id, row.person_id)

    def _ask(self, person_id: bytes | None, read: tuple[HouseholdDetail | None, tuple[AwayRow, ...]]) -> None:
        household, gone = read
        if household is None:
            return
        today = self._desk.core.today
        self.dialog = MovementDialog(household, gone, today, person_id=person_id, parent=self._desk.window())
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.wanted.connect(self._do)
        self.dialog.open()

    def _do(self, wanted: object) -> None:
        core = self._desk.core
        match wanted:
            case Movement():
                self._save(partial(movements.leave, core, wanted), _("Saved: who leaves."))
            case ReturnWanted():
                work = partial(movements.come_back, core, wanted.person_id, wanted.on)
                self._save(work, _("Saved: who is back."))
            case JoinWanted():
                self._save(partial(self._join, wanted), _("Saved: who went to another household."))

    def _join(self, wanted: JoinWanted) -> Undoable:
        there = paper_entry.line_named(self._desk.core, (), wanted.named)
        joining = Joining(wanted.person_id, there.household_id, wanted.relation, wanted.new_head)
        return movements.join(self._desk.core, joining)

    def _save(self, work: Callable[[], Undoable], said: str) -> None:
        self._desk.save(work, said, owner=self)
