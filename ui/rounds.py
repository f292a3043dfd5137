"""Wires rounds from house to house: planning one out of what the register shows, and their screen.

The register's list and everything else is wired in `ui.desktop`; what is worked with is the `Desk`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt

from tongcds.actions import Changes, households, paper_entry, rounds, visits
from tongcds.domain.views import (
    STOP_WORDS,
    EditUndo,
    HouseholdFilter,
    MemberChoice,
    RoundPlan,
    StopState,
)
from tongcds.errors import SENTENCES
from tongcds.i18n import _, format_number, ngettext
from ui.desk import Desk, Undoable
from ui.forms.round_dialog import RoundDialog
from ui.screens.paper_entry import PaperEntryScreen
from ui.screens.rounds import RoundsScreen, RoundsShown


class Rounds(QObject):
    """Opens the rounds over the place.

    `log` goes to the log with a household chosen; `print_list` shows the paper of a round.
    """

    def __init__(
        self,
        desk: Desk,
        log: Callable[[bytes], None],
        print_list: Callable[[bytes], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._print_list = print_list
        self._desk = desk
        self._log = log
        self._wanted = HouseholdFilter()

    def open(self, wanted: HouseholdFilter) -> None:
        """Show the rounds; a new one is planned for what this filter leaves."""
        self._wanted = wanted
        screen = RoundsScreen(self._load, self._desk.reads, self._desk.changes)
        shell = self._desk.window()
        screen.left.connect(shell.back)
        screen.plan_requested.connect(self._ask)
        screen.ticked.connect(self._tick)
        screen.assigned.connect(self._assign)
        screen.dropped.connect(self._drop)
        screen.closed.connect(self._close)
        screen.print_requested.connect(self._print_list)
        screen.opened.connect(self._desk.show)
        screen.log_requested.connect(self._log)
        screen.entry_requested.connect(self.enter)
        self._screen = screen
        shell.open_over(screen)

    def enter(self, round_id: bytes | None) -> None:
        """Type in what a round brought home on paper; None: papers of no round."""
        core = self._desk.core
        screen = PaperEntryScreen(
            round_id,
            load=partial(paper_entry.begin, core),
            named=partial(paper_entry.line_named, core),
            doubts=partial(paper_entry.doubts, core),
            save=partial(paper_entry.save_line, core),
            take_back=partial(households.undo_edit, core),
            save_draft=partial(visits.save_draft, core),
            reads=self._desk.reads,
            writes=self._desk.writes,
            clock=core.clock,
        )
        shell = self._desk.window()
        screen.left.connect(shell.back)
        screen.saved.connect(self._desk.changed)
        shell.open_over(screen)

    def _load(self, wanted: bytes | None) -> RoundsShown:
        core = self._desk.core
        found = rounds.rounds(core)
        here = {row.round_id for row in found}
        first = wanted if wanted in here else found[0].round_id if found else None
        opened = rounds.round_of(core, first) if first is not None else None
        return RoundsShown(found, opened, rounds.members(core))

    # Planning

    def _ask(self) -> None:
        core = self._desk.core

        def read() -> tuple[tuple[bytes, ...], tuple[MemberChoice, ...]]:
            return rounds.candidates(core, self._wanted), rounds.members(core)

        self._desk.read(read, self._write, owner=self)

    def _write(self, found: tuple[tuple[bytes, ...], tuple[MemberChoice, ...]]) -> None:
        candidates, members = found
        if not candidates:
            self._desk.window().say(_(SENTENCES["round_nobody"]), stays=True)
            return
        dialog = RoundDialog(candidates, members, self._desk.core.today, parent=self._desk.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.planned.connect(self._plan)
        self.dialog = dialog
        dialog.open()

    def _plan(self, wanted: RoundPlan) -> None:
        def done(answer: tuple[tuple[bytes, ...], EditUndo, Changes]) -> None:
            made, undo, changes = answer
            self._screen.show_round(made[0])
            count = len(wanted.households)
            words = ngettext("Planned: {n} household.", "Planned: {n} households.", count)
            self._desk.told(words.format(n=format_number(count)), undo, changes)

        self._desk.write(partial(rounds.plan, self._desk.core, wanted), done, owner=self)

    # On the way

    def _tick(self, stops: tuple[bytes, ...], state: StopState) -> None:
        words = _("Written down: {state}.").format(state=_(STOP_WORDS[state]))
        self._save(partial(rounds.tick, self._desk.core, stops, state), words)

    def _assign(self, stops: tuple[bytes, ...], member: bytes | None) -> None:
        self._save(partial(rounds.assign, self._desk.core, stops, member), _("Saved who goes there."))

    def _drop(self, stops: tuple[bytes, ...]) -> None:
        words = ngettext("{n} household was taken out.", "{n} households were taken out.", len(stops))
        work = partial(rounds.drop, self._desk.core, stops)
        self._save(work, words.format(n=format_number(len(stops))))

    def _close(self, round_id: bytes) -> None:
        self._save(partial(rounds.close, self._desk.core, round_id), _("The round is ended."))

    def _save(self, work: Callable[[], Undoable], words: str) -> None:
        self._desk.save(work, words, owner=self)
