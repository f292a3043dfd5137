"""Wires Ghi hỗ trợ to the window: beginning a visit from anywhere, saving it, taking it back.

The log of what was done is wired by `ui.logbook`; what is worked with is the `Desk`.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from tongcds.actions import Changes, register, visits
from tongcds.domain.views import Draft, HouseholdFilter, HouseholdRow
from tongcds.i18n import _
from ui.desk import Desk
from ui.screens.log_visit import LogVisitScreen, SavedVisit

_PLACE: Final = "log"
_DRAFT: Final = "visit"
_FOUND: Final = 8


class Visiting(QObject):
    """Makes the screen and does what is chosen on it; `logbook_requested` is for what was done so far."""

    logbook_requested = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk

    def screen(self) -> QWidget:
        """Ghi hỗ trợ, connected."""
        core = self._desk.core
        screen = LogVisitScreen(
            find=self.find_households,
            household=partial(register.household, core),
            services=partial(visits.services, core),
            save=partial(visits.save_visit, core),
            save_draft=partial(visits.save_draft, core, _DRAFT),
            load_draft=self._load_draft,
            drop_draft=partial(visits.drop_draft, core, _DRAFT),
            reads=self._desk.reads,
            writes=self._desk.writes,
            clock=core.clock,
        )
        screen.saved.connect(self._saved)
        screen.left.connect(self._leave)
        screen.logbook_requested.connect(self.logbook_requested)
        return screen

    def start(self, household_id: bytes | None = None) -> None:
        """Go to the log, with this household chosen if one is given."""
        shell = self._desk.window()
        shell.show_place(_PLACE)
        screen = shell.screen_of(_PLACE)
        if isinstance(screen, LogVisitScreen):
            screen.start(household_id)

    def find_households(self, text: str) -> tuple[HouseholdRow, ...]:
        """The few households that best fit what was typed; off the window's thread."""
        return register.households(self._desk.core, HouseholdFilter(text=text)).rows[:_FOUND]

    def _load_draft(self) -> Draft | None:
        return visits.load_draft(self._desk.core, _DRAFT)

    def _saved(self, saved: SavedVisit) -> None:
        match saved.answer:
            case (bytes() as visit_id, Changes() as changes):
                self._desk.changed(changes)
                undo = partial(visits.undo_visit, self._desk.core, visit_id)
                self._desk.window().say(saved.words, undo=(undo, _("The visit was taken back.")))
            case _:
                raise TypeError(type(saved.answer))
        if not saved.again:
            self._leave()

    def _leave(self) -> None:
        shell = self._desk.window()
        shell.show_place(shell.places[0].key)
