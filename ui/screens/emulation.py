"""Thi đua, khen thưởng: campaigns that this unit set or takes part in, and proposals to commend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from tongcds.domain.reporting import Word
from tongcds.domain.views.emulation import CampaignRow, CommendationRow, EmulationView
from tongcds.i18n import _, format_date, format_number, ngettext
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms import emulation_words as words_of
from ui.tasks import Tasks
from ui.theme import Length, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, TextCell
from ui.widgets.choices import Answer, ChoicePills
from ui.widgets.detail import DetailCard
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide

_HEEDED: Final = frozenset(
    {
        "campaign", "campaign_score", "campaign_sheet", "campaign_result", "report_step", "commendation",
        "commendation_person", "exchange",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EmulationShown:
    """What the screen shows."""

    campaigns: EmulationView
    commendations: tuple[CommendationRow, ...]


class Part(StrEnum):
    """What the list shows."""

    CAMPAIGNS = "campaigns"
    COMMENDATIONS = "commendations"


class EmulationScreen(Page):
    """`left` is Esc. Each other signal carries the row that is meant, or None for a new one.

    `set_requested` wants a form for a campaign, `scored` the own sheet, `ranked` the units with their scores,
    `withdrawn` a campaign that is taken back. `proposed` wants a form for a proposal to commend; `said` a row
    and a `Word` on it. `list_wanted`: proposals as a paper.

    Args:
        load: answers what to show; runs off the UI thread.
    """

    help_topic = "emulation"

    left = Signal()
    set_requested = Signal(object)
    scored = Signal(object)
    ranked = Signal(object)
    withdrawn = Signal(object)
    proposed = Signal(object)
    said = Signal(object, object)
    list_wanted = Signal()

    def __init__(
        self,
        load: Callable[[], EmulationShown],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load, self._tasks = load, tasks
        self.view: EmulationShown | None = None
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.left)
        self.paper = Button(_("List (B13)…"), icon="file-text", hint="Ctrl+P")
        self.paper.clicked.connect(self.ask_print)
        self.add = Button(_("Set a campaign"), icon="plus", hint="Insert", kind=Kind.PRIMARY)
        self.add.clicked.connect(self._new)
        self._head = PageHead(_("Emulation and commendation"), "", [leave, self.paper, self.add])
        self.parts = ChoicePills(
            _("What is shown"),
            [
                Answer(Part.CAMPAIGNS, _("Campaigns"), None),
                Answer(Part.COMMENDATIONS, _("Proposals to commend"), None),
            ],
            Part.CAMPAIGNS,
            large=True,
        )
        self.parts.changed.connect(self._turn)
        cards = SideBySide(narrowest=Length.STACKED + space(30))
        cards.add(self._make_lists(), 5)
        cards.add(self._make_detail(), 3)
        for widget in (self._head, self.parts):
            self.body.addWidget(widget)
        self.body.addWidget(cards, 1)
        for keys, act in (
            ("Escape", self.left.emit),
            ("Insert", self._new),
            ("F2", partial(self._press, self._changes)),
            ("Delete", partial(self._press, self._removes)),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        self.begin_at(self.campaigns)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def _make_lists(self) -> QWidget:
        self._campaigns: RowsModel[CampaignRow] = RowsModel(
            [
                Column(_("Campaign"), _campaign_cell, stretch=1),
                Column(_("Score sheets due"), lambda row: TextCell(format_date(row.says.due_on))),
                Column(_("State"), words_of.campaign_pill),
            ],
            self,
        )
        self._commendations: RowsModel[CommendationRow] = RowsModel(
            [
                Column(_("Who"), _commended_cell, stretch=1),
                Column(_("Votes"), lambda row: TextCell(words_of.votes(row))),
                Column(_("State"), words_of.commendation_pill),
            ],
            self,
        )
        self.campaigns = RowsView(self._campaigns, name=_("Campaigns"))
        self.commendations = RowsView(self._commendations, name=_("Proposals to commend"))
        self._stack = QStackedWidget()
        self._empty = EmptyState("book-open", "", "")
        for table in (self.campaigns, self.commendations):
            table.picked.connect(self._tell)
            table.opened.connect(self._open)
            self._stack.addWidget(table)
        self._stack.addWidget(self._empty)
        card = Card(flush=True)
        card.body.addWidget(self._stack)
        return card

    def _make_detail(self) -> QWidget:
        self.detail = DetailCard(_("In full"))
        add = self.detail.add_act
        self.score = add(_("Score sheet"), "pen-line", partial(self._emit, self.scored))
        self.rank = add(_("Scores and places"), "chart-column", partial(self._emit, self.ranked))
        self.change = add(_("New version"), "pen-line", partial(self._emit, self.set_requested))
        self.withdraw = add(_("Take back"), "x", partial(self._emit, self.withdrawn))
        self.accept = add(_("Accept"), "check", partial(self._say, Word.ACCEPTED))
        self.give_back = add(_("Return…"), "undo-2", partial(self._say, Word.RETURNED))
        self.refuse = add(_("Refuse…"), "x", partial(self._say, Word.REFUSED))
        self.correct = add(_("Correct"), "pen-line", partial(self._emit, self.proposed))
        self.take_back = add(_("Take back"), "x", partial(self._say, Word.WITHDRAWN))
        self._changes, self._removes = (self.change, self.correct), (self.withdraw, self.take_back)
        return self.detail

    def ask_print(self) -> None:
        """Want the proposals to commend as a paper."""
        self.list_wanted.emit()

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_view, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self.view = None
        self.show_problem(words_for(problem))

    def show_view(self, view: EmulationShown) -> None:
        """Draw the view; what was chosen stays chosen."""
        self.view = view
        self.show_content()
        rows = view.campaigns.rows
        campaigns = ngettext("{n} campaign", "{n} campaigns", len(rows)).format(n=format_number(len(rows)))
        proposals = ngettext("{n} proposal to commend", "{n} proposals to commend", len(view.commendations))
        told = proposals.format(n=format_number(len(view.commendations)))
        self._head.set_words(_("Emulation and commendation"), f"{campaigns} · {told}")
        self.campaigns.show_rows(rows, lambda row: row.campaign_id)
        self.commendations.show_rows(view.commendations, lambda row: row.commendation_id)
        self._turn()

    def _turn(self, _part: object = None) -> None:
        campaigns = self.parts.value() == Part.CAMPAIGNS
        may_set = self.view is not None and self.view.campaigns.may_launch
        above = self.view is not None and bool(self.view.campaigns.above)
        self.add.set_words(_("Set a campaign") if campaigns else _("Propose to commend"))
        self.add.setVisible(may_set if campaigns else above)
        table = self._table()
        if table.rows_model.rowCount():
            self._stack.setCurrentWidget(table)
        else:
            self._empty.set_words(*self._nothing(may_set=may_set))
            self._stack.setCurrentWidget(self._empty)
        self._tell(None)

    def _nothing(self, *, may_set: bool) -> tuple[str, str]:
        if self.parts.value() == Part.COMMENDATIONS:
            return (
                _("Nobody proposed yet"),
                _("Propose a collective or a person, with what they did and how the vote went; the unit "
                  "above decides."),
            )  # fmt: skip
        if may_set:
            return (
                _("No campaign yet"),
                _("Set one with its criteria and points. The units below score themselves, you appraise, and "
                  "everybody who takes part reads the result."),
            )  # fmt: skip
        return (_("No campaign yet"), _("Campaigns of the units above come with the next sync."))

    def _table(self) -> RowsView:
        return self.commendations if self.parts.value() == Part.COMMENDATIONS else self.campaigns

    def chosen(self) -> CampaignRow | CommendationRow | None:
        """The row that is chosen in the list that shows."""
        table = self._table()
        row = table.current_row() if self._stack.currentWidget() is table else None
        return row if isinstance(row, CampaignRow | CommendationRow) else None

    def _tell(self, _row: object) -> None:
        row = self.chosen()
        campaign = row if isinstance(row, CampaignRow) else None
        proposal = row if isinstance(row, CommendationRow) else None
        self.detail.set_words("" if row is None else words_of.in_full(row))
        decides = proposal is not None and proposal.may_decide
        for button, shows in (
            (self.score, campaign is not None and campaign.takes_part),
            (self.rank, campaign is not None),
            (self.change, campaign is not None and campaign.mine),
            (self.withdraw, campaign is not None and campaign.mine and not campaign.published),
            (self.accept, decides),
            (self.give_back, decides),
            (self.refuse, decides),
            (self.correct, proposal is not None and proposal.may_correct),
            (self.take_back, proposal is not None and proposal.may_withdraw),
        ):
            button.setVisible(shows)

    def _new(self) -> None:
        if self.add.isVisible():
            campaigns = self.parts.value() == Part.CAMPAIGNS
            (self.set_requested if campaigns else self.proposed).emit(None)

    def _open(self, row: object) -> None:
        if isinstance(row, CampaignRow):
            (self.scored if row.takes_part else self.ranked).emit(row)
        else:
            self._press(self._changes)

    def _press(self, some: tuple[Button, ...]) -> None:
        for button in some:
            if button.isVisible():
                button.click()
                return

    def _say(self, word: Word) -> None:
        row = self.chosen()
        if isinstance(row, CommendationRow):
            self.said.emit(row, word)

    def _emit(self, signal: SignalInstance) -> None:
        row = self.chosen()
        if row is not None:
            signal.emit(row)


def _campaign_cell(row: CampaignRow) -> Cell:
    days = f"{format_date(row.says.first)} – {format_date(row.says.last)}"
    sending = words_of.sending(row.standing)
    return TextCell(row.says.title, second=" · ".join(filter(None, (row.unit, days, sending))), strong=True)


def _commended_cell(row: CommendationRow) -> Cell:
    sending = words_of.sending(row.standing)
    about = " · ".join(filter(None, (row.says.post, row.unit, row.award, sending)))
    return TextCell(words_of.who(row), second=about, strong=True)
