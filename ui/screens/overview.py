"""Tổng hợp: the figures of a commune by village, or of an area by commune, against their targets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.clock import VIETNAM, Clock
from tongcds.domain.views import OverviewRow, OverviewView, Tone
from tongcds.i18n import _, format_month, format_number, format_percent, ngettext
from ui import words
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.tasks import Tasks
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import MeterCell, NumberCell, PillCell, TextCell
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.pill import Pill
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import (
    Card,
    Divider,
    ItemRow,
    PageHead,
    ScrollColumn,
    SideBySide,
    clear,
    column,
)
from ui.widgets.text import Text
from ui.widgets.tile import IndicatorTile, TileRow
from ui.widgets.trend import Point, SmallTrend

_TILES: Final = 4


def reporting(row: OverviewRow) -> words.State:
    """Whether the teams of a unit have sent their work."""
    missing = row.teams - row.teams_in_time
    if not row.teams:
        return words.State(_("No team yet"), Tone.QUIET)
    if not missing:
        return words.State(_("In time"), Tone.GOOD)
    late = ngettext("{n} missing", "{n} missing", missing).format(n=missing)
    return words.State(late, Tone.BAD if missing * 2 >= row.teams else Tone.WARN)


class OverviewScreen(Page):
    """Shows an `OverviewView`. `opened` carries the id of the unit whose row was opened.

    `board_requested` wants any figure of any period, `targets_requested` the targets.

    Args:
        load: answers the view; runs off the UI thread.
        can_open: say that a row can be opened, and let it.
    """

    help_topic = "overview"

    opened = Signal(object)
    board_requested = Signal()
    targets_requested = Signal()
    papers_requested = Signal()

    def __init__(
        self,
        load: Callable[[], OverviewView],
        tasks: Tasks,
        changes: ChangeBus,
        clock: Clock,
        *,
        can_open: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._tasks = tasks
        self._clock = clock
        self._can_open = can_open
        self._view: OverviewView | None = None
        self._table: RowsView | None = None
        figures = Button(_("All figures"), icon="chart-column", keys="Ctrl+G", kind=Kind.PRIMARY)
        figures.clicked.connect(self.board_requested)
        aims = Button(_("Targets"), icon="clipboard-check", keys="Ctrl+T")
        aims.clicked.connect(self.targets_requested)
        papers = Button(_("Documents"), icon="file-text", keys="Ctrl+D")
        papers.clicked.connect(self.papers_requested)
        self._head = PageHead("", "", [papers, aims, figures])
        self._tiles = TileRow()
        self._units = Card(flush=True)
        self._trend_card = Card()
        self._trend = SmallTrend()
        self._trend_card.body.addWidget(self._trend)
        self._silent = Card()
        self._silent_rows = ScrollColumn()
        self._silent.body.addWidget(self._silent_rows)
        self.body.addWidget(self._head)
        self.body.addWidget(self._tiles)
        right = column(gap=4)
        right.addWidget(self._trend_card, 1)
        right.addWidget(self._silent, 1)
        cards = SideBySide(narrowest=Length.STACKED)
        cards.add(self._units, 7)
        cards.add(right, 3)
        self.body.addWidget(cards, 1)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload)

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_view, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self._view = None
        self.show_problem(words_for(problem))

    def show_view(self, view: OverviewView) -> None:
        """Draw the view, unless it is the one that is shown."""
        if view == self._view:
            return
        self._view = view
        self.show_content()
        self._head.set_words(_("Overview of {unit}").format(unit=view.title), self._about(view))
        self._show_tiles(view)
        self._show_units(view)
        self._show_trend(view)
        self._show_silent(view)

    def _about(self, view: OverviewView) -> str:
        if view.row_kind == "village":
            units = ngettext("{n} village", "{n} villages", view.units)
        else:
            units = ngettext("{n} commune", "{n} communes", view.units)
        teams = ngettext("{n} team", "{n} teams", view.teams)
        parts = [units.format(n=format_number(view.units)), teams.format(n=format_number(view.teams))]
        if view.households is not None:
            households = ngettext("{n} household", "{n} households", view.households)
            parts.append(households.format(n=format_number(view.households)))
        if view.data_until is None:
            parts.append(_("nothing received yet"))
        else:
            until = words.moment(view.data_until, self._clock())
            parts.append(_("data until {time}").format(time=until))
        return " · ".join(parts)

    def _show_tiles(self, view: OverviewView) -> None:
        tiles: list[QWidget] = [
            IndicatorTile(
                tile.label,
                words.share(tile.figure),
                words.figure_note(tile),
                share=tile.figure.share,
                target=tile.figure.target,
            )
            for tile in view.tiles
        ]
        if len(tiles) < _TILES and view.teams:
            tiles.append(self._teams_tile(view))
        self._tiles.show_tiles(tiles)
        self._tiles.setVisible(bool(tiles))

    @staticmethod
    def _teams_tile(view: OverviewView) -> IndicatorTile:
        in_time = sum(row.teams_in_time for row in view.rows)
        late = view.teams - in_time
        told = ngettext(
            "{n} team not heard of for {days} days", "{n} teams not heard of for {days} days", late
        )
        return IndicatorTile(
            _("Teams that sent in time"),
            f"{format_number(in_time)}/{format_number(view.teams)}",
            told.format(n=format_number(late), days=view.silent_days),
            share=in_time / view.teams,
        )

    def _columns(self, view: OverviewView) -> list[Column[OverviewRow]]:
        village = view.row_kind == "village"
        return [
            Column(
                _("Village") if village else _("Commune"),
                lambda row: TextCell(row.name, strong=True),
                stretch=1,
            ),
            Column(
                _("Teams in time"),
                lambda row: NumberCell(f"{format_number(row.teams_in_time)}/{format_number(row.teams)}"),
            ),
            *(
                Column(label, partial(_figure_cell, at), stretch=1)
                for at, (_code, label) in enumerate(view.indicators)
            ),
            Column(_("Reports"), _report_cell),
        ]

    def _show_units(self, view: OverviewView) -> None:
        held = self._table is not None and self._table.hasFocus()
        chosen = None if self._table is None else self._table.current_row()
        clear(self._units.body)
        village = view.row_kind == "village"
        title = _("By village") if village else _("By commune")
        note = _("Enter or a double click opens a row") if self._can_open and view.rows else ""
        self._units.set_head(title, note)
        if not view.rows:
            self._table = None
            self._units.body.addWidget(
                EmptyState(
                    "chart-column",
                    _("No figures yet"),
                    _("As soon as a team has synced, its figures stand here beside their targets."),
                )
            )
            return
        model: RowsModel[OverviewRow] = RowsModel(self._columns(view), self)
        self._table = RowsView(model, name=title, pick=self._can_open, side=2)
        self._table.opened.connect(self._open)
        self._units.body.addWidget(self._table)
        model.set_rows(view.rows)
        # News of others come while somebody is in the table.
        if isinstance(chosen, OverviewRow):
            self._table.choose(
                next((n for n, row in enumerate(view.rows) if row.unit_id == chosen.unit_id), -1)
            )
        if held:
            self._table.show()
            self._table.setFocus(Qt.FocusReason.OtherFocusReason)
        if view.notes:
            notes = Text("\n".join(view.notes), Style.NOTE, wrap=True)
            notes.setContentsMargins(space(4), space(2), space(4), space(3))
            self._units.body.addWidget(notes)

    def _open(self, row: OverviewRow) -> None:
        self.opened.emit(row.unit_id)

    def _show_trend(self, view: OverviewView) -> None:
        known = [point for point in view.trend if point.share is not None]
        self._trend_card.setVisible(bool(known))
        months = _("{figure}, {n} months").format(figure=view.trend_label, n=len(view.trend))
        self._trend_card.set_head(months)
        self._trend.show_points(
            view.trend_label,
            [
                Point(
                    format_month(point.on),
                    point.share,
                    words.NO_DATA if point.share is None else format_percent(point.share, decimals=1),
                )
                for point in view.trend
            ],
            target=view.trend_target,
            target_words="" if view.trend_target is None else words.target(view.trend_target),
        )

    def _show_silent(self, view: OverviewView) -> None:
        clear(self._silent_rows.body)
        self._silent.set_head(_("Not heard of lately"))
        for at, row in enumerate(view.silent):
            if at:
                self._silent_rows.body.addWidget(Divider())
            self._silent_rows.body.addWidget(self._silent_row(row))
        if view.silent:
            self._silent_rows.body.addStretch(1)
            return
        communes = view.row_kind == "commune"
        told = (
            _("Every commune was heard of within {days} days.")
            if communes
            else _("Every team has synced within {days} days.")
        ).format(days=view.silent_days)
        nobody = _("Teams that do not sync for {days} days appear here.").format(days=view.silent_days)
        self._silent_rows.body.addWidget(
            EmptyState(
                "circle-check" if view.teams else "clock",
                _("All is well") if view.teams else _("No team yet"),
                told if view.teams else nobody,
            )
        )

    def _silent_row(self, row: OverviewRow) -> ItemRow:
        if row.last_sync is None:
            return ItemRow(row.name, _("never synced yet"), behind=[Pill(_("Never"), Tone.BAD)])
        now = self._clock()
        days = (now.astimezone(VIETNAM).date() - row.last_sync.astimezone(VIETNAM).date()).days
        last = _("last exchange: {time}").format(time=words.moment(row.last_sync, now))
        silent = ngettext("{n} day", "{n} days", days).format(n=days)
        return ItemRow(row.name, last, behind=[Pill(silent, Tone.WARN)])


def _figure_cell(at: int, row: OverviewRow) -> MeterCell:
    figure = row.figures[at]
    return MeterCell(figure.share, words.share(figure), figure.target)


def _report_cell(row: OverviewRow) -> PillCell:
    state = reporting(row)
    return PillCell(state.words, state.tone)
