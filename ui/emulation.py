"""Wires emulation to the window: its screens over a place, the forms, deciding, papers, and undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog

from tongcds.actions import campaigns, commendations, documents, score_sheets, scoring
from tongcds.actions.printing import Printout
from tongcds.domain.commendations import CommendationText
from tongcds.domain.reporting import Word
from tongcds.domain.views.emulation import (
    CampaignRow,
    CampaignText,
    CommendationRow,
    CriterionLine,
    RankingView,
    SheetView,
)
from tongcds.i18n import _
from ui.desk import Desk, Undoable
from ui.forms import emulation_words
from ui.forms.emulation_dialogs import CampaignDialog, CommendDialog, KeptDialog, ScoreDialog, WhyDialog
from ui.screens.campaign import CampaignScreen
from ui.screens.emulation import EmulationScreen, EmulationShown
from ui.screens.score_sheet import ScoreSheetScreen


class Emulation(QObject):
    """Opens its screens over the place; `preview` shows a paper that can be saved and printed."""

    def __init__(
        self,
        desk: Desk,
        preview: Callable[[str, Callable[[bool, str], Printout]], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._preview = preview
        self.dialog: QDialog | None = None

    def open(self) -> None:
        """Show campaigns and proposals to commend."""
        core, desk = self._desk.core, self._desk

        def load() -> EmulationShown:
            return EmulationShown(campaigns.view(core), commendations.view(core))

        screen = EmulationScreen(load, desk.reads, desk.changes)
        screen.left.connect(desk.window().back)
        screen.set_requested.connect(self._ask_campaign)
        screen.scored.connect(self._open_own)
        screen.ranked.connect(self._open_campaign)
        screen.withdrawn.connect(self._withdraw)
        screen.proposed.connect(partial(self._ask_proposal, screen))
        screen.said.connect(self._say)
        screen.list_wanted.connect(self._list)
        desk.window().open_over(screen)

    # Campaigns

    def _ask_campaign(self, row: CampaignRow | None) -> None:
        core = self._desk.core

        def ask(below: tuple[tuple[bytes, str], ...]) -> None:
            dialog = CampaignDialog(core.today, below, row, parent=self._desk.window())

            def written(says: CampaignText, units: tuple[bytes, ...]) -> None:
                def keep() -> Undoable:
                    if row is None:
                        return campaigns.launch(core, says, units)[1:]
                    return campaigns.correct(core, row.campaign_id, says, units)[1:]

                self._keep(dialog, keep, _("The campaign goes out at the next sync."))

            dialog.written.connect(written)
            self._show(dialog)

        self._desk.read(partial(campaigns.units_below, core), ask, owner=self)

    def _withdraw(self, row: CampaignRow) -> None:
        work = partial(campaigns.withdraw, self._desk.core, row.campaign_id)
        self._desk.save(work, _("The campaign was taken back."), owner=self)

    def _open_campaign(self, row: CampaignRow) -> None:
        core, desk = self._desk.core, self._desk
        load = partial(score_sheets.ranking, core, row.campaign_id)
        screen = CampaignScreen(load, desk.reads, desk.changes)
        screen.left.connect(desk.window().back)
        screen.opened.connect(self._open_sheet)
        screen.published.connect(self._publish)
        desk.window().open_over(screen)

    def _publish(self, view: RankingView) -> None:
        core = self._desk.core

        def work() -> Undoable:
            return scoring.publish(core, view.campaign.campaign_id)[1:]

        self._desk.save(work, _("The result goes to all who take part at the next sync."), owner=self)

    # Score sheets

    def _open_own(self, row: CampaignRow) -> None:
        self._open_scores(partial(score_sheets.own_sheet, self._desk.core, row.campaign_id))

    def _open_sheet(self, sheet: bytes) -> None:
        self._open_scores(partial(score_sheets.sheet, self._desk.core, sheet))

    def _open_scores(self, load: Callable[[], SheetView]) -> None:
        core, desk = self._desk.core, self._desk
        screen = ScoreSheetScreen(load, desk.counts, desk.changes)
        screen.left.connect(desk.window().back)
        screen.scored.connect(self._ask_score)
        screen.handed.connect(self._hand_up)
        for signal, act, said in (
            (screen.taken_back, scoring.withdraw_sheet, _("The score sheet was taken back.")),
            (screen.agreed, scoring.agree, _("The rest was appraised as the unit scored it.")),
        ):
            signal.connect(partial(self._act, partial(act, core), said))
        decide = partial(scoring.decide, core, word=Word.ACCEPTED)
        screen.decided.connect(partial(self._act, decide, _("The score sheet was decided.")))
        screen.returned.connect(self._return_sheet)
        screen.paper_wanted.connect(self._print_scores)
        desk.window().open_over(screen)

    def _ask_score(self, view: SheetView, line: CriterionLine) -> None:
        core = self._desk.core
        dialog = ScoreDialog(view, line, parent=self._desk.window())

        def written(points: Decimal, words: str) -> None:
            code = line.criterion.code

            def keep() -> Undoable:
                if view.may_appraise and view.sheet_id is not None:
                    return scoring.appraise(core, view.sheet_id, code, points, words)
                return scoring.score(core, view.campaign.campaign_id, code, points, words)

            self._keep(dialog, keep, _("The points were kept."))

        dialog.written.connect(written)
        self._show(dialog)

    def _hand_up(self, view: SheetView) -> None:
        core = self._desk.core

        def work() -> Undoable:
            return scoring.hand_up(core, view.campaign.campaign_id)[1:]

        self._desk.save(work, _("The score sheet goes up at the next sync."), owner=self)

    def _act(self, act: Callable[[bytes], Undoable], said: str, view: SheetView) -> None:
        if view.sheet_id is not None:
            self._desk.save(partial(act, view.sheet_id), said, owner=self)

    def _return_sheet(self, view: SheetView) -> None:
        dialog = WhyDialog(_("Return the score sheet"), view.unit, _("Return"), parent=self._desk.window())

        def given(reason: str) -> None:
            work = partial(scoring.decide, self._desk.core, view.sheet_id or b"", Word.RETURNED, reason)
            self._desk.save(work, _("It goes back at the next sync."), owner=self)

        dialog.given.connect(given)
        self._show(dialog)

    def _print_scores(self, view: SheetView) -> None:
        wanted = view.sheet_id if view.sheet_id is not None and not view.may_score else None
        paper = partial(documents.scores, self._desk.core, wanted or view.campaign.campaign_id)
        self._preview(_("Score sheet (B12)"), lambda _numbers, _ground: paper())

    # Proposals to commend

    def _ask_proposal(self, screen: EmulationScreen, row: CommendationRow | None) -> None:
        core = self._desk.core
        shown = () if screen.view is None else screen.view.campaigns.rows
        offered = [(one.campaign_id, one.says.title) for one in shown]
        dialog = CommendDialog(core.today, offered, row, parent=self._desk.window())

        def written(says: CommendationText, campaign: bytes | None, voted_on: date | None) -> None:
            corrects = None if row is None else row.commendation_id

            def keep() -> Undoable:
                return commendations.propose(core, says, campaign, voted_on, corrects=corrects)[1:]

            self._keep(dialog, keep, _("The proposal goes up at the next sync."))

        dialog.written.connect(written)
        self._show(dialog)

    def _say(self, row: CommendationRow, word: Word) -> None:
        core, said = self._desk.core, _("The answer goes out at the next sync.")
        if word is Word.WITHDRAWN:
            work = partial(commendations.withdraw, core, row.commendation_id)
            self._desk.save(work, _("The proposal was taken back."), owner=self)
            return
        decide = partial(commendations.decide, core, row.commendation_id, word)
        if word is Word.ACCEPTED:
            self._desk.save(decide, said, owner=self)
            return
        refuses = word is Word.REFUSED
        title = _("Refuse the proposal") if refuses else _("Return the proposal")
        words = _("Refuse") if refuses else _("Return")
        dialog = WhyDialog(title, emulation_words.who(row), words, parent=self._desk.window())
        dialog.given.connect(lambda reason: self._desk.save(partial(decide, reason), said, owner=self))
        self._show(dialog)

    def _list(self) -> None:
        core = self._desk.core
        self._preview(_("Proposals to commend (B13)"), lambda _numbers, _ground: documents.commended(core))

    # Saving

    def _show(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog = dialog
        dialog.open()

    def _keep(self, dialog: KeptDialog, work: Callable[[], Undoable], said: str) -> None:
        """Save what a form says; it closes when that worked, and says why when not."""

        def done(answer: Undoable) -> None:
            dialog.accept()
            self._desk.told(said, *answer)

        self._desk.writes.run(work, done, owner=dialog, failed=dialog.show_problem)
