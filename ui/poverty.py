"""Wires the poverty class of a household, and the list of who was poor on a day, to the window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt

from tongcds.actions import poverty, register
from tongcds.domain.views import HouseholdDetail, PovertyClass, PovertyRow
from tongcds.i18n import _
from ui.desk import Desk, Undoable
from ui.forms.poor_dialog import PoorDialog
from ui.forms.poverty_dialog import PovertyDialog


class Poverty(QObject):
    """Opens the dialogs over the window and does what they ask for."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.dialog: PovertyDialog | None = None
        self.listed: PoorDialog | None = None

    def open(self, household_id: bytes) -> None:
        """Show the classes of a household."""
        core = self._desk.core

        def read() -> tuple[HouseholdDetail | None, tuple[PovertyRow, ...]]:
            return register.household(core, household_id), poverty.history(core, household_id)

        self._desk.read(read, self._show, owner=self)

    def list_poor(self) -> None:
        """Show who was poor or nearly poor on a day."""
        desk = self._desk
        self.listed = PoorDialog(
            partial(poverty.poor, desk.core), desk.reads, desk.core.today, parent=desk.window()
        )
        self.listed.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.listed.opened.connect(desk.show)
        self.listed.open()

    def _show(self, read: tuple[HouseholdDetail | None, tuple[PovertyRow, ...]]) -> None:
        household, rows = read
        if household is None:
            return
        name = _("Household of {name}").format(name=household.head_name)
        today, window = self._desk.core.today, self._desk.window()
        self.dialog = PovertyDialog(household.household_id, name, rows, today, parent=window)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.wanted.connect(self._classify)
        self.dialog.withdrawn.connect(self._withdraw)
        self.dialog.open()

    def _classify(self, wanted: PovertyClass) -> None:
        self._save(partial(poverty.classify, self._desk.core, wanted), _("Saved: the poverty class."))

    def _withdraw(self, row: PovertyRow) -> None:
        work = partial(poverty.withdraw, self._desk.core, row.record_id)
        self._save(work, _("The poverty class was withdrawn."))

    def _save(self, work: Callable[[], Undoable], said: str) -> None:
        self._desk.save(work, said, owner=self)
