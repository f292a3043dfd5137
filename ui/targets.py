"""Wires targets and typed-in figures to the window: their screen, the forms of an office, and undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Qt

from tongcds.actions import Changes, proposals, targets, typed_figures
from tongcds.domain.catalogue import Comparator
from tongcds.domain.reporting import Word
from tongcds.domain.views import EditUndo, FigureTerms, Sharing, TargetRow, TargetTerms, TypedFigure
from tongcds.domain.views.proposals import ProposalRow, ProposalText
from tongcds.i18n import _, format_number, ngettext
from ui.desk import Desk, Undoable
from ui.forms.proposal_dialogs import ProposalsDialog, ProposeDialog
from ui.forms.share_dialog import ShareDialog
from ui.forms.target_dialogs import FigureDialog, TargetDialog
from ui.screens.targets import TargetsScreen


class Targets(QObject):
    """Opens the screen over the place."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.dialog: TargetDialog | FigureDialog | ShareDialog | ProposeDialog | ProposalsDialog | None = None

    def open(self) -> None:
        """Show targets beside their figures; counting runs on its own thread."""
        shell, desk = self._desk.window(), self._desk
        screen = TargetsScreen(partial(targets.view, desk.core), desk.counts, desk.changes)
        screen.left.connect(shell.back)
        screen.set_requested.connect(partial(self._ask_target, screen))
        screen.taken.connect(partial(self._take_over, screen))
        screen.ended.connect(self._end)
        screen.shared.connect(self._share)
        screen.typing_requested.connect(partial(self._ask_figure, screen))
        screen.taken_out.connect(self._take_out)
        screen.proposing.connect(self._propose)
        screen.proposals_wanted.connect(self.list_proposals)
        shell.open_over(screen)

    def _propose(self, row: TargetRow) -> None:
        core = self._desk.core
        dialog = ProposeDialog(row, core.today, parent=self._desk.window())

        def written(says: ProposalText) -> None:
            def keep() -> Undoable:
                _made, undo, changes = proposals.propose(core, row.target_id or b"", says)
                return undo, changes

            self._keep(dialog, keep, _("The proposal goes up at the next sync."))

        dialog.written.connect(written)
        self._show(dialog)

    def list_proposals(self) -> None:
        """Show every proposal, those first that wait for a decision here."""
        core = self._desk.core

        def ask(rows: tuple[ProposalRow, ...]) -> None:
            dialog = ProposalsDialog(rows, parent=self._desk.window())

            def said(row: ProposalRow, word: Word, reason: str, known: bool) -> None:  # noqa: FBT001 - a signal
                def work() -> Undoable:
                    if word is Word.WITHDRAWN:
                        return proposals.withdraw(core, row.proposal_id)
                    return proposals.decide(core, row.proposal_id, word, reason, although_changed=known)

                self._keep(dialog, work, _("The answer goes out at the next sync."))

            dialog.said.connect(said)
            self._show(dialog)

        self._desk.read(partial(proposals.view, core), ask, owner=self)

    def _ask_target(self, screen: TargetsScreen, row: TargetRow | None) -> None:
        core, view = self._desk.core, screen.view
        if view is None:
            return
        if row is None:
            year = date(core.today.year, 1, 1), date(core.today.year, 12, 31)
            terms = TargetTerms(view.unit_id, "XHS09", Comparator.AT_LEAST, None, "", *year)
            self._open(TargetDialog(terms, view.units, core.today, parent=self._desk.window()), None)
        else:
            dialog = TargetDialog(row.terms, view.units, core.today, fixed=True, parent=self._desk.window())
            self._open(dialog, row.target_id)

    def _take_over(self, screen: TargetsScreen, row: TargetRow) -> None:
        core, view = self._desk.core, screen.view
        if view is not None:
            terms = targets.proposed(core, row.terms.seed)
            self._open(TargetDialog(terms, view.units, core.today, parent=self._desk.window()), None)

    def _open(self, dialog: TargetDialog, target_id: bytes | None) -> None:
        core = self._desk.core

        def written(terms: TargetTerms) -> None:
            def keep() -> Undoable:
                if target_id is not None:
                    return targets.change_target(core, target_id, terms)
                _made, undo, changes = targets.set_target(core, terms)
                return undo, changes

            self._keep(dialog, keep, _("The target goes out at the next sync."))

        dialog.written.connect(written)
        self._show(dialog)

    def _ask_figure(self, screen: TargetsScreen, figure: TypedFigure | None) -> None:
        core, view = self._desk.core, screen.view
        if view is None:
            return
        dialog = FigureDialog(view.units, core.today, figure, parent=self._desk.window())

        def written(terms: FigureTerms) -> None:
            def keep() -> Undoable:
                if figure is not None:
                    _made, undo, changes = typed_figures.correct(core, figure.figure_id, terms)
                else:
                    _made, undo, changes = typed_figures.type_in(core, terms)
                return undo, changes

            self._keep(dialog, keep, _("The figure was typed in."))

        dialog.written.connect(written)
        self._show(dialog)

    def _show(
        self, dialog: TargetDialog | FigureDialog | ShareDialog | ProposeDialog | ProposalsDialog
    ) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog = dialog
        dialog.open()

    def _keep(
        self,
        dialog: TargetDialog | FigureDialog | ProposeDialog | ProposalsDialog,
        work: Callable[[], Undoable],
        said: str,
    ) -> None:
        """Save what a form says; it closes when that worked, and says why when not."""

        def done(answer: Undoable) -> None:
            dialog.accept()
            self._desk.told(said, *answer)

        self._desk.writes.run(work, done, owner=dialog, failed=dialog.show_problem)

    def _end(self, row: TargetRow) -> None:
        work = partial(targets.end_target, self._desk.core, row.target_id or b"")
        self._desk.save(work, _("The target was ended."), owner=self)

    def _take_out(self, figure: TypedFigure) -> None:
        work = partial(typed_figures.take_out, self._desk.core, figure.figure_id)
        self._desk.save(work, _("The figure was taken out."), owner=self)

    def _share(self, row: TargetRow) -> None:
        """Show who would get what; it is done when somebody says so."""

        def ask(shared: Sharing) -> None:
            dialog = ShareDialog(shared, parent=self._desk.window())
            dialog.accepted.connect(partial(self._share_out, row))
            self._show(dialog)

        work = partial(targets.sharing, self._desk.core, row.target_id or b"")
        self._desk.counts.run(work, ask, owner=self, failed=self._desk.failed)

    def _share_out(self, row: TargetRow) -> None:
        core = self._desk.core

        def done(answer: tuple[int, EditUndo, Changes]) -> None:
            given, undo, changes = answer
            said = ngettext("Given to {n} team.", "Given to {n} teams.", given)
            self._desk.told(said.format(n=format_number(given)), undo, changes)

        self._desk.write(partial(targets.share_out, core, row.target_id or b""), done, owner=self)
