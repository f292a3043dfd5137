"""Wires the editing of households to the window: the form over the register, observations, and their undo.

The other screens are wired in `ui.desktop`; what is worked with is the `Desk`.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt

from tongcds.actions import Changes, households, observations, register, visits
from tongcds.domain.views import DoubtRow, EditUndo, HouseholdSaved, ObservationRow, Seen
from tongcds.i18n import _, ngettext
from ui.desk import Desk
from ui.forms.observations_dialog import ObservationsDialog
from ui.screens.household_form import HouseholdFormScreen, SavedHousehold


class Editing(QObject):
    """Opens the form of a household over the place and saves what was observed."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.dialog: ObservationsDialog | None = None

    def add(self) -> None:
        """Open the form for a new household."""
        self._open(None)

    def edit(self, household_id: bytes) -> None:
        """Open the form of a household."""
        self._open(household_id)

    def mend(self, doubt: DoubtRow) -> None:
        """Open a record where what is doubtful is put right."""
        if doubt.field == "facts":
            self.history(doubt.household_id, doubt.head)
        elif doubt.field == "visit":
            self._desk.show(doubt.household_id)
        else:
            person = doubt.subject_id if doubt.subject == "person" else None
            self._open(doubt.household_id, (person, doubt.field))

    def record(self, seen: tuple[Seen, ...]) -> None:
        """Save what was seen or told."""
        work = partial(households.record_facts, self._desk.core, seen)
        self._desk.write(work, partial(self._recorded, len(seen)), owner=self)

    def history(self, household_id: bytes, name: str) -> None:
        """Show what was observed of a household and its people in the course of time."""
        work = partial(observations.observations, self._desk.core, household_id)
        self._desk.read(work, partial(self._show_history, name), owner=self)

    def _show_history(self, name: str, rows: tuple[ObservationRow, ...]) -> None:
        self.dialog = ObservationsDialog(name, rows, parent=self._desk.window())
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.withdrawn.connect(self._withdraw)
        self.dialog.open()

    def _withdraw(self, row: ObservationRow, why: str) -> None:
        work = partial(observations.withdraw, self._desk.core, row.observation_id, why)
        self._desk.save(work, _("The observation was withdrawn."), owner=self)

    def _open(self, household_id: bytes | None, begin_at: tuple[bytes | None, str] | None = None) -> None:
        core = self._desk.core
        screen = HouseholdFormScreen(
            household_id,
            begin_at=begin_at,
            load=partial(households.start, core),
            lookalikes=partial(households.lookalikes, core),
            taken=partial(households.code_is_taken, core),
            reveal=partial(register.reveal, core),
            save=partial(households.save_household, core),
            save_draft=partial(visits.save_draft, core),
            load_draft=partial(visits.load_draft, core),
            drop_draft=partial(visits.drop_draft, core),
            reads=self._desk.reads,
            writes=self._desk.writes,
            clock=core.clock,
        )
        shell = self._desk.window()
        screen.saved.connect(self._saved)
        screen.left.connect(shell.back)
        shell.open_over(screen)

    def _saved(self, saved: SavedHousehold) -> None:
        match saved.answer:
            case (HouseholdSaved() as done, Changes() as changes):
                self._desk.window().back()
                self._desk.show(done.household_id)
                self._desk.told(saved.words, done.undo, changes)
            case _:
                raise TypeError(type(saved.answer))

    def _recorded(self, count: int, answer: tuple[EditUndo, Changes]) -> None:
        words = ngettext("Saved: {n} observation.", "Saved: {n} observations.", count).format(n=count)
        self._desk.told(words, *answer)
