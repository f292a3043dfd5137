"""Wires training to the window: the place with its sessions, the list of one, forms, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog

from tongcds.actions import (
    Changes,
    assessing,
    attendance,
    documents,
    training_figures,
    training_news,
    trainings,
)
from tongcds.actions.printing import Printout
from tongcds.domain.training import Ability, Audience, Clash, Phase
from tongcds.domain.views import EditUndo, HouseholdFilter, Role
from tongcds.domain.views.training import (
    AskAgain,
    Guest,
    Ratings,
    Shown,
    TrainingFigures,
    TrainingPlan,
    TrainingRow,
    TrainingView,
)
from tongcds.i18n import _, format_date, format_number, ngettext
from ui.board import Board
from ui.desk import Desk, Undoable
from ui.forms.ask_again import AskAgainDialog
from ui.forms.training_dialogs import (
    CallOffDialog,
    FinishDialog,
    GuestDialog,
    InviteDialog,
    PostponeDialog,
    RepeatDialog,
    SlipsDialog,
)
from ui.forms.training_figures import TrainingFiguresDialog
from ui.forms.training_plan import TrainingDialog
from ui.forms.training_words import clash_words
from ui.offered import Maker
from ui.screens.training import TrainingScreen
from ui.screens.trainings import TrainingsScreen

Clashing = tuple[tuple[TrainingRow, Clash], ...]


class Trainings(QObject):
    """Makes the screen of the place, and opens one session over it.

    `paper` shows a paper: what the preview is called, and what makes it.
    """

    def __init__(
        self, desk: Desk, paper: Callable[[str, Maker], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._paper = paper
        self.board = Board(desk, self)
        self.dialog: QDialog | None = None
        self.opened: TrainingScreen | None = None

    def screen(self) -> TrainingsScreen:
        """The screen, at work."""
        desk, core = self._desk, self._desk.core
        screen = TrainingsScreen(partial(trainings.view, core), desk.reads, desk.changes)
        screen.planned.connect(partial(self._plan, screen))
        screen.opened.connect(self._open)
        screen.postponed.connect(self._postpone)
        screen.cancelled.connect(self._call_off)
        screen.repeated.connect(self._repeat)
        screen.announced.connect(self._announce)
        screen.certified.connect(partial(self._make, _("Certificates"), documents.certificates))
        screen.confirmed.connect(partial(self._make, _("List to confirm"), documents.confirmation))
        screen.carded.connect(partial(self._make, _("Name cards"), documents.name_cards))
        screen.figures_wanted.connect(self._figures)
        screen.asking_wanted.connect(self._ask_again)
        screen.printed.connect(lambda row: self._print(row.training_id))
        return screen

    # Planning

    def _plan(self, screen: TrainingsScreen, row: TrainingRow | None) -> None:
        core = self._desk.core
        villages = screen.view.villages if screen.view is not None else ()
        dialog = TrainingDialog(
            trainings.courses(core),
            villages,
            core.today,
            trainings.plan_of(row) if row is not None else None,
            clashing=partial(self._ask_clashes, row.training_id if row is not None else b""),
            parent=self._desk.window(),
        )

        def written(plan: TrainingPlan) -> None:
            def keep() -> Undoable:
                if row is not None:
                    return trainings.replan(core, row.training_id, plan)
                _made, undo, changes = trainings.plan(core, plan)
                return undo, changes

            self._save(keep, _("The session is planned."))

        dialog.written.connect(written)
        self._show(dialog)

    def _ask_clashes(self, but: bytes, plan: TrainingPlan, told: Callable[[str], None]) -> None:
        def say(found: Clashing) -> None:
            lines = [clash_words(row, clash) for row, clash in found]
            if self.dialog is not None:
                told(" ".join(lines))

        work = partial(trainings.would_clash, self._desk.core, plan, but)
        self._desk.reads.run(work, say, owner=self)

    def _postpone(self, row: TrainingRow) -> None:
        dialog = PostponeDialog(row, self._desk.core.today, parent=self._desk.window())

        def given(day: date, starts: int, reason: str) -> None:
            work = partial(trainings.postpone, self._desk.core, row.training_id, day, starts, reason)
            self._save(work, _("Put off to {day}.").format(day=format_date(day)))

        dialog.given.connect(given)
        self._show(dialog)

    def _call_off(self, row: TrainingRow) -> None:
        dialog = CallOffDialog(row, parent=self._desk.window())

        def given(reason: str) -> None:
            work = partial(trainings.cancel, self._desk.core, row.training_id, reason)
            self._save(work, _("The session is called off. Tell the teams where they have to know."))

        dialog.given.connect(given)
        self._show(dialog)

    def _repeat(self, row: TrainingRow) -> None:
        dialog = RepeatDialog(row, parent=self._desk.window())

        def given(every: int, times: int) -> None:
            def keep() -> Undoable:
                _made, undo, changes = trainings.repeat(
                    self._desk.core, row.training_id, every=every, times=times
                )
                return undo, changes

            words = ngettext("{n} session more is planned.", "{n} sessions more are planned.", times)
            self._save(keep, words.format(n=format_number(times)))

        dialog.given.connect(given)
        self._show(dialog)

    def _announce(self, row: TrainingRow) -> None:
        work = partial(training_news.announce, self._desk.core, row.training_id)
        self._save(work, _("The teams read it after the next sync."))

    def _figures(self) -> None:
        if self._desk.who.role in {Role.AREA, Role.PROVINCE}:
            # They hold no lists; what was published of their units is Tổng hợp's to show.
            self.board.open_unit(None, training_figures.SESSIONS)
            return
        dialog = TrainingFiguresDialog(self._count, self._desk.core.today, parent=self._desk.window())
        self._show(dialog)
        dialog.ask()

    def _count(self, first: date, last: date, told: Callable[[TrainingFigures], None]) -> None:
        def show(found: TrainingFigures) -> None:
            if self.dialog is not None:
                told(found)

        work = partial(training_figures.figures, self._desk.core, first, last)
        self._desk.counts.run(work, show, owner=self, failed=self._desk.failed)

    def _ask_again(self) -> None:
        desk, core = self._desk, self._desk.core

        def load(told: Callable[[Sequence[AskAgain]], None]) -> None:
            desk.reads.run(partial(training_figures.to_ask, core), told, owner=dialog, failed=desk.failed)

        def answered(one: AskAgain, ability: Ability) -> None:
            seen = (Shown(one.subject_id, one.skill, Phase.LATER, ability),)
            self._save(partial(assessing.assess, core, one.training_id, seen), _("Written down."))

        dialog = AskAgainDialog(desk.changes, parent=desk.window())
        dialog.answered.connect(answered)
        dialog.opened.connect(desk.show)
        dialog.begin(load)
        self._show(dialog)

    # The list of one

    def _open(self, row: TrainingRow) -> None:
        desk, core, training = self._desk, self._desk.core, row.training_id
        screen = TrainingScreen(
            partial(trainings.open_one, core, training),
            partial(attendance.candidates, core, training),
            desk.reads,
            desk.changes,
        )
        shell = desk.window()
        screen.left.connect(shell.back)
        screen.came.connect(partial(self._tick, training))
        screen.gone.connect(partial(self._untick, training))
        screen.assessed.connect(partial(self._assess, training))
        screen.guest_wanted.connect(partial(self._guest, screen, training))
        screen.invite_wanted.connect(self._invite)
        screen.finish_wanted.connect(self._finish)
        screen.rate_wanted.connect(self._rate)
        screen.print_requested.connect(self._print)
        screen.opened.connect(desk.show)
        self.opened = screen
        shell.open_over(screen)

    def _tick(self, training: bytes, people: tuple[bytes, ...]) -> None:
        self._save(partial(attendance.come, self._desk.core, training, people), _("Ticked."))

    def _untick(self, training: bytes, people: tuple[bytes, ...]) -> None:
        self._save(partial(attendance.not_here, self._desk.core, training, people), _("The tick is gone."))

    def _assess(self, training: bytes, seen: tuple[Shown, ...]) -> None:
        self._save(partial(assessing.assess, self._desk.core, training, seen), _("Written down."))

    def _guest(self, screen: TrainingScreen, training: bytes, typed: str) -> None:
        core = self._desk.core
        known = screen.view.villages if screen.view is not None else ()
        names = [name for _village, name in known]
        dialog = GuestDialog(typed, names, core.today, parent=self._desk.window())

        def given(who: Guest, another: bool) -> None:  # noqa: FBT001 - Qt's own signal
            def keep() -> Undoable:
                _made, undo, changes = attendance.guest(core, training, who, another=another)
                return undo, changes

            self._save(keep, _("The guest is on the list."))

        dialog.given.connect(given)
        self._show(dialog)

    def _invite(self, view: TrainingView) -> None:
        core, training = self._desk.core, view.row.training_id
        learns = view.row.audience is not Audience.CITIZENS
        dialog = InviteDialog(view.row.title, view.villages, members=learns, parent=self._desk.window())

        def given(wanted: HouseholdFilter | None, age: int) -> None:
            def keep() -> tuple[int, EditUndo, Changes]:
                if wanted is None:
                    people = attendance.members_to_invite(core, training)
                else:
                    people = attendance.invitable(core, training, wanted, age)
                undo, changes = attendance.invite(core, training, people)
                return len(people), undo, changes

            def done(answer: tuple[int, EditUndo, Changes]) -> None:
                count, undo, changes = answer
                words = ngettext("{n} person is invited.", "{n} people are invited.", count)
                self._desk.told(words.format(n=format_number(count)), undo, changes)

            self._desk.write(keep, done, owner=self)

        dialog.given.connect(given)
        self._show(dialog)

    def _finish(self, view: TrainingView) -> None:
        core = self._desk.core
        dialog = FinishDialog(view.row.title, view.to_visit, core.today, parent=self._desk.window())

        def given(due: date) -> None:
            def done(answer: tuple[int, EditUndo, Changes]) -> None:
                count, undo, changes = answer
                words = ngettext(
                    "The session is ended; {n} task for the teams.",
                    "The session is ended; {n} tasks for the teams.",
                    count,
                )
                self._desk.told(words.format(n=format_number(count)), undo, changes)

            work = partial(assessing.finish, core, view.row.training_id, due)
            self._desk.write(work, done, owner=self)

        dialog.given.connect(given)
        self._show(dialog)

    def _rate(self, view: TrainingView) -> None:
        dialog = SlipsDialog(view.row.title, parent=self._desk.window())

        def given(slips: Ratings) -> None:
            work = partial(assessing.rate, self._desk.core, view.row.training_id, slips)
            self._save(work, _("The slips are counted."))

        dialog.given.connect(given)
        self._show(dialog)

    def _print(self, training: bytes) -> None:
        core = self._desk.core

        def make(_numbers: bool, ground: str) -> Printout:  # noqa: FBT001 - as `Maker`
            return documents.session(core, training, ground=ground)

        self._paper(_("List of a session (B10)"), make)

    def _make(self, called: str, paper: Callable[..., Printout], row: TrainingRow) -> None:
        core = self._desk.core

        def make(_numbers: bool, ground: str) -> Printout:  # noqa: FBT001 - as `Maker`
            return paper(core, row.training_id, ground=ground)

        self._paper(called, make)

    def _save(self, work: Callable[[], Undoable], said: str) -> None:
        self._desk.save(work, said, owner=self)

    def _show(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()

    def _closed(self) -> None:
        self.dialog = None
