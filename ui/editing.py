"""Wires the editing of households to the window: the form over the register, observations, and their undo.

The other screens are wired in `ui.desktop`, which hands in the window and the way to tell everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from tongcds.actions import Changes, Core, households, register, visits
from tongcds.domain.views import EditUndo, HouseholdSaved, Seen
from tongcds.i18n import _, ngettext
from ui.errors import words_for
from ui.screens.household_form import HouseholdFormScreen, SavedHousehold
from ui.shell import Shell
from ui.tasks import Tasks


class Editing(QObject):
    """Opens the form of a household over the place and saves what was observed.

    Args:
        core: an open vault.
        window: the window as it is now; it is made anew in another language.
        reads, writes: where work runs.
        changed: tells every screen.
        show: opens a household in the register.
    """

    def __init__(
        self,
        core: Core,
        *,
        window: Callable[[], Shell],
        reads: Tasks,
        writes: Tasks,
        changed: Callable[[Changes], None],
        show: Callable[[bytes], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._window = window
        self._reads = reads
        self._writes = writes
        self._changed = changed
        self._show = show

    def add(self) -> None:
        """Open the form for a new household."""
        self._open(None)

    def edit(self, household_id: bytes) -> None:
        """Open the form of a household."""
        self._open(household_id)

    def record(self, seen: tuple[Seen, ...]) -> None:
        """Save what was seen or told."""
        work = partial(households.record_facts, self._core, seen)
        self._writes.run(work, partial(self._recorded, len(seen)), owner=self, failed=self._failed)

    def _open(self, household_id: bytes | None) -> None:
        core = self._core
        screen = HouseholdFormScreen(
            household_id,
            load=partial(households.start, core),
            lookalikes=partial(households.lookalikes, core),
            taken=partial(households.code_is_taken, core),
            reveal=partial(register.reveal, core),
            save=partial(households.save_household, core),
            save_draft=partial(visits.save_draft, core),
            load_draft=partial(visits.load_draft, core),
            drop_draft=partial(visits.drop_draft, core),
            reads=self._reads,
            writes=self._writes,
            clock=core.clock,
        )
        shell = self._window()
        screen.saved.connect(self._saved)
        screen.left.connect(shell.back)
        shell.open_over(screen)

    def _saved(self, saved: SavedHousehold) -> None:
        match saved.answer:
            case (HouseholdSaved() as done, Changes() as changes):
                self._window().back()
                self._changed(changes)
                self._show(done.household_id)
                self._offer_undo(saved.words, done.undo)
            case _:
                raise TypeError(type(saved.answer))

    def _recorded(self, count: int, answer: tuple[EditUndo, Changes]) -> None:
        undo, changes = answer
        self._changed(changes)
        words = ngettext("Saved: {n} observation.", "Saved: {n} observations.", count).format(n=count)
        self._offer_undo(words, undo)

    def _offer_undo(self, words: str, undo: EditUndo) -> None:
        take_back = partial(households.undo_edit, self._core, undo)
        self._window().say(words, undo=(take_back, _("Taken back.")))

    def _failed(self, problem: Exception) -> None:
        self._window().say(words_for(problem), stays=True)
