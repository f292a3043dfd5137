"""The lists of Đồng bộ: what waits, by household, and which teams have not been heard of."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.clock import VIETNAM, Clock
from tongcds.domain.views import SilentRow, Tone, WaitingRow
from tongcds.i18n import _, format_number, ngettext
from ui import words
from ui.screens.sync import state
from ui.theme import space
from ui.widgets.cells import PillCell, TextCell
from ui.widgets.choices import Answer, ChoicePills
from ui.widgets.messages import EmptyState
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card

SILENT_AFTER = (7, 14, 30)
"""The numbers of days to choose from."""

_USUAL = 14


def _days(number: int) -> str:
    return ngettext("{n} day", "{n} days", number).format(n=format_number(number))


class WaitingList(Card):
    """The households with changes that the server has not received; `opened` carries a household's id."""

    opened = Signal(object)

    def __init__(self, clock: Clock, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Waiting to be sent"), flush=True, parent=parent)
        self._clock = clock
        columns: list[Column[WaitingRow]] = [
            Column(_("Household"), _household, stretch=3),
            Column(_("What"), lambda row: TextCell(_kinds(row)), stretch=4),
            Column(_("Saved"), self._saved),
            Column(_("Where it stands"), _standing),
        ]
        self._model = RowsModel(columns, self)
        self._rows = RowsView(self._model, name=_("Waiting to be sent"))
        self._rows.opened.connect(self._open)
        self.body.addWidget(self._rows)

    def show_rows(self, rows: tuple[WaitingRow, ...], waiting: int) -> None:
        """Show them; `waiting` is the number of all changes."""
        told = ngettext("{n} change", "{n} changes", waiting).format(n=format_number(waiting))
        self.set_head(_("Waiting to be sent"), told)
        self._model.set_rows(rows)

    def _saved(self, row: WaitingRow) -> TextCell:
        return TextCell(words.moment(row.at, self._clock()), muted=True)

    def _open(self, row: object) -> None:
        if isinstance(row, WaitingRow) and row.household_id is not None:
            self.opened.emit(row.household_id)


def _household(row: WaitingRow) -> TextCell:
    return TextCell(row.title, row.household_code, strong=True)


def _kinds(row: WaitingRow) -> str:
    return ", ".join(state.kind_words(kind, count) for kind, count in row.kinds)


def _standing(row: WaitingRow) -> PillCell:
    where = words.standing(row.standing)
    return PillCell(where.words, where.tone, where.icon)


class HeardList(Card):
    """Teams that have not synced for as many days as are chosen, the longest silent first."""

    def __init__(self, clock: Clock, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Not heard of"), flush=True, parent=parent)
        self._clock = clock
        self._all: tuple[SilentRow, ...] = ()
        answers = [Answer(days, _days(days), None) for days in SILENT_AFTER]
        self._after = ChoicePills(_("Not heard of for"), answers, _USUAL)
        self._after.changed.connect(self._show)
        self.head.addWidget(self._after, 0, Qt.AlignmentFlag.AlignVCenter)
        columns: list[Column[SilentRow]] = [
            Column(_("Village"), lambda row: TextCell(row.name, row.above, strong=True), stretch=3),
            Column(_("Last exchange"), self._last, stretch=2),
            Column(_("Silent for"), self._silent),
        ]
        self._model = RowsModel(columns, self)
        self._rows = RowsView(self._model, name=_("Not heard of"), pick=False)
        self._nobody = EmptyState("circle-check", _("All is well"), "")
        self._nobody.setContentsMargins(0, space(4), 0, space(4))
        self.body.addWidget(self._rows)
        self.body.addWidget(self._nobody)

    def show_rows(self, rows: tuple[SilentRow, ...]) -> None:
        """Show those of these who are silent."""
        self._all = rows
        self._show()

    def _show(self) -> None:
        days = self._after.value()
        days = days if isinstance(days, int) else _USUAL
        since = self._today() - timedelta(days=days)
        late = [row for row in self._all if row.last_sync is None or self._day(row.last_sync) < since]
        self.set_head(
            _("Not heard of"),
            _("{n} of {of} teams").format(n=format_number(len(late)), of=format_number(len(self._all))),
        )
        self._model.set_rows(late)
        self._rows.setVisible(bool(late))
        self._nobody.setVisible(not late)
        self._nobody.set_words(
            _("All is well") if self._all else _("No team yet"),
            _("Every team has synced within {days} days.").format(days=days)
            if self._all
            else _("Teams that do not sync for {days} days appear here.").format(days=days),
        )

    def _today(self) -> datetime:
        return self._day(self._clock())

    @staticmethod
    def _day(moment: datetime) -> datetime:
        return moment.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)

    def _last(self, row: SilentRow) -> TextCell:
        if row.last_sync is None:
            return TextCell(_("never synced yet"), muted=True)
        return TextCell(words.moment(row.last_sync, self._clock()), muted=True)

    def _silent(self, row: SilentRow) -> PillCell:
        if row.last_sync is None:
            return PillCell(_("Never"), Tone.BAD)
        return PillCell(_days((self._today() - self._day(row.last_sync)).days), Tone.WARN)
