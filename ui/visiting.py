"""Wires Ghi hỗ trợ to the window: beginning a visit from anywhere, saving it, taking it back.

The log of what was done is wired by `ui.logbook`; what is worked with is the `Desk`.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import shiboken6
from PySide6.QtCore import QObject

from tongcds.actions import Changes, logbook, register, visits
from tongcds.domain.views import Draft, HouseholdFilter, HouseholdRow
from tongcds.i18n import _
from ui.desk import Desk
from ui.forms.visit_parts import asked_effort
from ui.screens.log_visit import LogVisitScreen, SavedVisit

_PLACE: Final = "log"
_DRAFT: Final = "visit"
_FOUND: Final = 8


class Visiting(QObject):
    """Opens the form over the log of what was done, and does what is chosen on it."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._from = ""
        self._form: LogVisitScreen | None = None

    def _make(self) -> LogVisitScreen:
        core = self._desk.core
        screen = LogVisitScreen(
            find=self.find_households,
            household=partial(register.household, core),
            services=partial(visits.services, core),
            save=partial(visits.save_visit, core),
            save_group=partial(visits.save_group, core),
            last=partial(logbook.last_entry, core),
            save_draft=partial(visits.save_draft, core, _DRAFT),
            load_draft=self._load_draft,
            drop_draft=partial(visits.drop_draft, core, _DRAFT),
            reads=self._desk.reads,
            writes=self._desk.writes,
            clock=core.clock,
            effort=asked_effort(self._desk.settings),
        )
        screen.saved.connect(self._saved)
        screen.left.connect(self._leave)
        screen.logbook_requested.connect(self._show_log)
        return screen

    def start(self, household_id: bytes | None = None) -> None:
        """Open the form, with this household chosen if one is given; it leads back to where one was."""
        shell = self._desk.window()
        form = self._form
        if form is None or not shiboken6.isValid(form) or shell.seen() is not form:
            form = self._form = self._make()
            self._from = shell.place
            shell.open_in(_PLACE, form)
        form.start(household_id)

    def _show_log(self) -> None:
        self._desk.window().show_place(_PLACE)

    def find_households(self, text: str) -> tuple[HouseholdRow, ...]:
        """The few households that best fit what was typed; off the window's thread."""
        return register.first_households(self._desk.core, HouseholdFilter(text=text))[:_FOUND]

    def _load_draft(self) -> Draft | None:
        return visits.load_draft(self._desk.core, _DRAFT)

    def _saved(self, saved: SavedVisit) -> None:
        match saved.answer:
            case (bytes() | tuple() as made, Changes() as changes):
                self._desk.changed(changes)
                ids = (made,) if isinstance(made, bytes) else made
                undo = partial(visits.undo_visit, self._desk.core, *ids)
                self._desk.window().say(saved.words, undo=(undo, _("The visit was taken back.")))
            case _:
                raise TypeError(type(saved.answer))
        if not saved.again:
            self._leave()

    def _leave(self) -> None:
        self._desk.window().show_place(self._from)
