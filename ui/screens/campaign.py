"""A campaign with the scores of its units for whoever set it, the published result for all who take part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.emulation import ResultRow
from tongcds.domain.views.emulation import RankingView, UnitScore
from tongcds.i18n import _, format_date, format_number
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms import emulation_words as words_of
from ui.tasks import Tasks
from ui.theme import Length, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, NumberCell, PillCell, TextCell
from ui.widgets.detail import DetailCard
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide

_HEEDED: Final = frozenset(
    {"campaign", "campaign_score", "campaign_sheet", "campaign_result", "report_step", "exchange"}
)
_Row = UnitScore | ResultRow


class CampaignScreen(Page):
    """`left` is Esc. `opened` carries the sheet's id of a unit, `published` the view to publish.

    Args:
        load: answers the units with their scores; runs off the UI thread.
    """

    help_topic = "emulation"

    left = Signal()
    opened = Signal(object)
    published = Signal(object)

    def __init__(
        self,
        load: Callable[[], RankingView],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load, self._tasks = load, tasks
        self.view: RankingView | None = None
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.left)
        self.publish = Button(_("Publish the result"), icon="check", hint="Ctrl+Return", kind=Kind.PRIMARY)
        self.publish.clicked.connect(self._publish)
        self._head = PageHead(_("Scores and places"), "", [leave, self.publish])
        self._model: RowsModel[_Row] = RowsModel(
            [
                Column(_("Rank"), lambda row: NumberCell(_place(row))),
                Column(_("Unit"), lambda row: TextCell(row.unit, strong=True), stretch=1),
                Column(_("Own score"), lambda row: NumberCell(words_of.points(row.own))),
                Column(_("Appraised"), lambda row: NumberCell(words_of.points(row.final))),
                Column(_("State"), _state_cell),
            ],
            self,
        )
        self.rows = RowsView(self._model, name=_("Scores and places"))
        self.rows.picked.connect(self._tell)
        self.rows.opened.connect(self._open)
        listed = Card(flush=True)
        listed.body.addWidget(self.rows, 1)
        self.detail = DetailCard(_("In full"))
        self.sheet = self.detail.add_act(_("Score sheet"), "pen-line", self._open)
        cards = SideBySide(narrowest=Length.STACKED + space(30))
        cards.add(listed, 5)
        cards.add(self.detail, 3)
        self.body.addWidget(self._head)
        self.body.addWidget(cards, 1)
        for keys, act in (("Escape", self.left.emit), ("Ctrl+Return", self._publish)):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        self.begin_at(self.rows)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_view, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self.view = None
        self.show_problem(words_for(problem))

    def show_view(self, view: RankingView) -> None:
        """Draw the units; what was chosen stays chosen."""
        self.view = view
        rows: tuple[_Row, ...] = view.rows
        if not view.campaign.mine:
            rows = () if view.result is None else view.result.content.rows
        if not rows:
            self.show_instead(
                EmptyState(
                    "chart-column",
                    _("Nothing published yet"),
                    _("Whoever set the campaign publishes the result; it comes with a sync."),
                )
            )
            return
        self.show_content()
        self._head.set_words(view.campaign.says.title, self._about(view))
        self.publish.setVisible(view.may_publish)
        ordered = sorted(rows, key=lambda row: (row.place is None, row.place or 0))
        self.rows.show_rows(tuple(ordered), lambda row: row.unit_id)
        self._tell(None)

    def _about(self, view: RankingView) -> str:
        result = view.result
        if result is None:
            return _("not published")
        day = "" if result.on is None else format_date(result.on)
        told = [_("Published on {day}").format(day=day), result.by]
        if result.twice:
            told.append(_("two results at once; publish again to settle it"))
        if result.content.missing:
            names = ", ".join(result.content.missing)
            told.append(_("without {units}").format(units=names))
        return " · ".join(filter(None, told))

    def _tell(self, _row: object) -> None:
        row = self.rows.current_row()
        self.sheet.setVisible(isinstance(row, UnitScore) and row.sheet_id is not None)
        if self.view is None or not isinstance(row, UnitScore | ResultRow):
            self.detail.set_words("")
            return
        self.detail.set_words("\n\n".join((row.unit, *self._pairs(row))))

    def _pairs(self, row: _Row) -> list[str]:
        """Published points by criterion: everybody who takes part reads them."""
        result = None if self.view is None else self.view.result
        if result is None:
            return []
        found = next((one for one in result.content.rows if one.unit_id == row.unit_id), None)
        if found is None:
            return []
        told = _("{name}: own {own}, appraised {final} of {most}")
        return [
            told.format(
                name=one.name,
                own=format_number(pair.own),
                final=format_number(pair.final),
                most=format_number(one.most),
            )
            for one, pair in zip(result.content.criteria, found.pairs, strict=False)
        ]

    def _open(self, _row: object = None) -> None:
        row = self.rows.current_row()
        if isinstance(row, UnitScore) and row.sheet_id is not None:
            self.opened.emit(row.sheet_id)

    def _publish(self) -> None:
        if self.view is not None and self.publish.isVisible():
            self.published.emit(self.view)


def _place(row: _Row) -> str:
    return "–" if row.place is None else format_number(row.place)


def _state_cell(row: _Row) -> Cell:
    return words_of.unit_pill(row) if isinstance(row, UnitScore) else PillCell(_("decided"), words_of.GOOD)
