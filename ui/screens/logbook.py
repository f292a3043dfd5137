"""Nhật ký hỗ trợ: the whole log, narrowed and counted, the latest first; parts of it come as one scrolls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.clock import Clock, business_date
from tongcds.domain.views import (
    GroupBy,
    HouseholdRow,
    LogFilter,
    LogGroup,
    LogPage,
    LogPlace,
    LogRow,
    LogSums,
    Result,
)
from tongcds.i18n import _, format_date, format_number, ngettext
from ui import theme, words
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.tasks import Tasks
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import NumberCell, PillCell, TextCell
from ui.widgets.choices import FilterChip
from ui.widgets.field import Choice
from ui.widgets.flow import FlowRow
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import MOST_ROWS, Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide, line
from ui.widgets.text import Text

_HEEDED: Final = frozenset({"visit", "support", "follow_up", "household", "person", "village"})
_NEAR_END: Final = 200
_WEEK: Final = 6


class LogbookScreen(Page):
    """Supports at the right, their groups at the left.

    `log_requested` wants a visit logged; `household_requested` a household to narrow the log to, which
    `show_household` brings. `opened` carries the id of a household; `correct_requested` and
    `withdraw_requested` carry a `LogRow`; `export_requested` and `print_requested` what the log is
    narrowed to.

    Args:
        page: a part of what matches, from a place on; runs off the UI thread.
        sums: how much matches, and its groups; likewise.
        reads: where they run.
        changes: tells when to read again.
        clock: decides what today is.
    """

    help_topic = "logbook"

    log_requested = Signal()
    household_requested = Signal()
    opened = Signal(object)
    correct_requested = Signal(object)
    withdraw_requested = Signal(object)
    export_requested = Signal(object)
    print_requested = Signal(object)

    def __init__(
        self,
        *,
        page: Callable[[LogFilter, LogPlace | None], LogPage],
        sums: Callable[[LogFilter, GroupBy], LogSums],
        reads: Tasks,
        changes: ChangeBus,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._sums = sums
        self._reads = reads
        self._clock = clock
        self._group: LogGroup | None = None
        self._home: HouseholdRow | None = None
        self._following: LogPlace | None = None
        self._asked: LogFilter | None = None
        self._build()
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def _build(self) -> None:
        self.export = Button(_("Export to Excel"), icon="file-spreadsheet")
        self.export.clicked.connect(self._export)
        self.correct = Button(_("Correct"), icon="pen-line", hint="F2", kind=Kind.SMALL)
        self.correct.clicked.connect(self._correct)
        self.withdraw = Button(_("Withdraw"), icon="undo-2", hint="Delete", kind=Kind.SMALL)
        self.withdraw.clicked.connect(self._withdraw)
        self.print = Button(_("Print…"), icon="printer", hint="Ctrl+P")
        self.print.clicked.connect(self.ask_print)
        self.log = Button(_("Log support"), icon="clipboard-pen", hint="Ctrl+N", kind=Kind.PRIMARY)
        self.log.clicked.connect(self.log_requested)
        actions: list[QWidget] = [self.print, self.export, self.log]
        self._head = PageHead(_("Support log"), "", actions)
        self._build_filters()
        side, main = self._build_groups(), self._build_rows()
        cards = SideBySide()
        cards.add(side, 2)
        cards.add(main, 5)
        self.body.addWidget(self._head)
        self.body.addWidget(self._filters)
        self.body.addWidget(cards, 1)
        for keys, work in (
            ("F2", self._correct),
            ("Delete", self._withdraw),
            ("Ctrl+H", self._ask_household),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(work)
        self.begin_at(self.rows)
        self._offer(None)

    def _build_filters(self) -> None:
        self._filters = FlowRow()
        self.period = self._choice(_("Period"))
        self.service = self._choice(_("Service"))
        self.member = self._choice(_("Person who helped"))
        self.village = self._choice(_("Village"))
        self.result = self._choice(_("Result"))
        self.household = FilterChip(_("Household… (Ctrl H)"))
        self.household.clicked.connect(self._ask_household)
        self._filters.flow.addWidget(self.household)
        self.withdrawn = FilterChip(_("Withdrawn"))
        self.withdrawn.clicked.connect(self._narrowed)
        self._filters.flow.addWidget(self.withdrawn)
        self._fill(self.period, self._periods())
        ways = [(words.result(how).words, how.value) for how in Result]
        self._fill(self.result, [(_("Any result"), None), *ways])

    def _build_groups(self) -> Card:
        self.by = Choice([
            (_("By day"), GroupBy.DAY), (_("By service"), GroupBy.SERVICE), (_("By person"), GroupBy.PERSON),
        ])  # fmt: skip
        self.by.setAccessibleName(_("Group"))
        self.by.activated.connect(self.reload)
        self._groups: RowsModel[LogGroup | None] = RowsModel(
            [Column("", self._group_cell, stretch=1), Column("", self._group_count)], self
        )
        self.groups = RowsView(self._groups, name=_("Group"), headings=False)
        self.groups.picked.connect(self._choose_group)
        side = Card(flush=True)
        top = line()
        top.setContentsMargins(space(2.5), space(2.5), space(2.5), space(2.5))
        top.addWidget(self.by, 1)
        side.body.addLayout(top)
        side.body.addWidget(self.groups, 1)
        return side

    def _build_rows(self) -> Card:
        self._model: RowsModel[LogRow] = RowsModel(
            [
                Column(_("Day"), lambda row: TextCell(format_date(row.on), muted=True)),
                Column(_("Household, person"), self._whom, stretch=2),
                Column(_("Service"), self._what, stretch=2),
                Column(_("Result"), self._ended),
            ],
            self,
        )
        self.rows = RowsView(self._model, name=_("Logged supports"))
        self.rows.opened.connect(self._open)
        self.rows.picked.connect(self._offer)
        self.rows.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._more = Text("", Style.NOTE, wrap=True)
        self._more.setContentsMargins(space(3), space(2), space(3), space(2))
        acts = FlowRow()
        acts.setContentsMargins(space(3), space(2), space(3), space(2))
        acts.flow.addWidget(self.correct)
        acts.flow.addWidget(self.withdraw)
        main = Card(flush=True)
        main.body.addWidget(self.rows, 1)
        main.body.addWidget(acts)
        main.body.addWidget(self._more)
        return main

    def _choice(self, name: str) -> Choice:
        choice = Choice()
        choice.setAccessibleName(name)
        choice.setMaximumWidth(theme.current().scaled(Length.FILTER))
        choice.activated.connect(self._narrowed)
        self._filters.flow.addWidget(choice)
        return choice

    def _periods(self) -> list[tuple[str, object]]:
        today = business_date(self._clock)
        first = today.replace(day=1)
        before = first - timedelta(days=1)
        return [
            (_("Any time"), (None, None)),
            (_("Last 7 days"), (today - timedelta(days=_WEEK), today)),
            (_("This month"), (first, today)),
            (_("Last month"), (before.replace(day=1), before)),
            (_("This year"), (today.replace(month=1, day=1), today)),
        ]

    @staticmethod
    def _fill(choice: Choice, offered: list[tuple[str, object]]) -> None:
        """Offer these; what was chosen stays chosen where it is still there."""
        if [choice.itemText(at) for at in range(choice.count())] == [words_ for words_, _value in offered]:
            return
        chosen = choice.currentText()
        choice.clear()
        for words_, value in offered:
            # Wrapped: Qt would make a list of a pair of days.
            choice.addItem(words_, (value,))
        choice.setCurrentIndex(max(0, choice.findText(chosen)))

    @staticmethod
    def _chosen(choice: Choice) -> object:
        data = choice.currentData()
        return data[0] if data else None

    # Reading

    def wanted(self) -> LogFilter:
        """What the whole screen is narrowed to; a chosen group narrows the rows further."""
        since, until = self._days()
        member, village = self._chosen(self.member), self._chosen(self.village)
        result = self._chosen(self.result)
        return LogFilter(
            since=since,
            until=until,
            service=str(self._chosen(self.service) or ""),
            by=member if isinstance(member, bytes) else None,
            village_id=village if isinstance(village, bytes) else None,
            household_id=self._home.household_id if self._home is not None else None,
            result=Result(str(result)) if result else None,
            withdrawn=self.withdrawn.isChecked(),
        )

    def _days(self) -> tuple[date | None, date | None]:
        match self._chosen(self.period):
            case (date() as since, date() as until):
                return since, until
            case _:
                return None, None

    def _narrowed(self) -> None:
        self._group = None
        self.reload()

    def _ask_household(self) -> None:
        """Choose a household to narrow the log to, or take it off where there is one."""
        self.household.setChecked(self._home is not None)
        if self._home is None:
            self.household_requested.emit()
        else:
            self.show_household(None)

    def show_household(self, row: HouseholdRow | None) -> None:
        """Narrow the log to a household, or to none."""
        self._home = row
        words_ = _("Household… (Ctrl H)")
        if row is not None:
            words_ = " · ".join(filter(None, (row.head_name, row.code)))
        self.household.setChecked(row is not None)
        self.household.set_words(words_)
        self._narrowed()

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        wanted, by = self.wanted(), GroupBy(self.by.currentData())
        show = partial(self._show_sums, wanted)
        self._reads.run(partial(self._sums, wanted, by), show, owner=self, failed=self._failed)
        self._read_rows()

    def _failed(self, problem: Exception) -> None:
        self.show_problem(words_for(problem))

    def _narrowest(self) -> LogFilter:
        return self._group.only if self._group is not None else self.wanted()

    def _read_rows(self) -> None:
        self._following, self._asked = None, self._narrowest()
        show = partial(self._show_rows, self._asked)
        self._reads.run(partial(self._page, self._asked, None), show, owner=self, failed=self._failed)

    def _show_sums(self, wanted: LogFilter, sums: LogSums) -> None:
        if wanted != self.wanted():
            return
        if not sums.supports and wanted == LogFilter():
            first = EmptyState(
                "clipboard-pen",
                _("Nothing logged yet"),
                _("Every visit you log stands here, with who helped and how it ended."),
                action=_("Log the first visit"),
            )
            first.acted.connect(self.log_requested)
            self.show_instead(first)
            return
        self.show_content()
        supports = ngettext("{n} support", "{n} supports", sums.supports)
        households = ngettext("{n} household", "{n} households", sums.households)
        self._head.set_words(
            _("Support log"),
            f"{supports.format(n=format_number(sums.supports))} · "
            f"{households.format(n=format_number(sums.households))}",
        )
        self._fill(self.service, [(_("All services"), None), *((name, code) for code, name in sums.services)])
        self._fill(self.member, [(_("Everybody who helped"), None), *((n, one) for one, n in sums.members)])
        self._fill(self.village, [(_("All villages"), None), *((n, one) for one, n in sums.villages)])
        self.village.setVisible(len(sums.villages) > 1)
        self.member.setVisible(len(sums.members) > 1)
        kept = [at for at, one in enumerate(sums.groups, 1) if self._group and one.only == self._group.only]
        blocked = self.groups.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self._groups.set_rows([None, *sums.groups[: MOST_ROWS - 1]])
        self.groups.choose(kept[0] if kept else 0)
        self.groups.blockSignals(blocked)

    def _show_rows(self, asked: LogFilter, part: LogPage) -> None:
        if asked == self._asked:
            self._put(list(part.rows), part.following)
            self.rows.choose(0)
            self._offer(None)

    def _put(self, rows: list[LogRow], following: LogPlace | None) -> None:
        self._following = following
        self._model.set_rows(rows[:MOST_ROWS])
        if not rows:
            self._more.setText(_("Nothing fits. Take off a filter, or choose a longer time."))
        elif following is not None and len(rows) >= MOST_ROWS:
            words_ = _("The latest {n}. Choose a group at the left to see the others.")
            self._more.setText(words_.format(n=format_number(MOST_ROWS)))
        else:
            self._more.setText("")
        self._more.setVisible(bool(self._more.words()))

    def _scrolled(self, at: int) -> None:
        near = at >= self.rows.verticalScrollBar().maximum() - _NEAR_END
        if near and self._following is not None and self._model.rowCount() < MOST_ROWS:
            after, self._following = self._following, None
            asked = self._narrowest()
            show = partial(self._add_rows, asked)
            self._reads.run(partial(self._page, asked, after), show, owner=self, failed=self._failed)

    def _add_rows(self, asked: LogFilter, part: LogPage) -> None:
        if asked != self._asked:
            return
        bar, chosen = self.rows.verticalScrollBar().value(), self.rows.currentIndex().row()
        self._put([*self._model.rows(), *part.rows], part.following)
        self.rows.choose(chosen)
        self.rows.verticalScrollBar().setValue(bar)

    # Cells

    @staticmethod
    def _group_cell(group: LogGroup | None) -> TextCell:
        return TextCell(group.label if group is not None else _("Whole log"), strong=group is None)

    @staticmethod
    def _group_count(group: LogGroup | None) -> NumberCell:
        return NumberCell(format_number(group.supports) if group is not None else "")

    @staticmethod
    def _whom(row: LogRow) -> TextCell:
        return TextCell(row.whom, second=" · ".join(filter(None, (row.code, row.village))), strong=True)

    @staticmethod
    def _what(row: LogRow) -> TextCell:
        tied = ""
        if row.together > 1:
            tied = ngettext("with {n} household", "with {n} households", row.together)
        mended = _("corrected by {name}").format(name=row.corrected_by) if row.corrected_by else ""
        parts = (row.by, mended, tied.format(n=format_number(row.together)), _effort(row), row.note)
        return TextCell(row.service_name, second=" · ".join(filter(None, parts)) or " ")

    @staticmethod
    def _ended(row: LogRow) -> PillCell:
        if row.withdrawn is not None:
            return PillCell(_("withdrawn"))
        how = words.result(row.result)
        return PillCell(how.words, how.tone)

    # What is asked for

    def _choose_group(self, group: LogGroup | None) -> None:
        self._group = group
        self._read_rows()

    def _current(self) -> LogRow | None:
        row = self.rows.current_row()
        return row if isinstance(row, LogRow) else None

    def _offer(self, _row: object) -> None:
        row = self._current()
        for button in (self.correct, self.withdraw):
            button.setEnabled(row is not None and row.withdrawn is None)

    def _open(self, row: LogRow) -> None:
        self.opened.emit(row.household_id)

    def _correct(self) -> None:
        row = self._current()
        if row is not None and row.withdrawn is None:
            self.correct_requested.emit(row)

    def _withdraw(self) -> None:
        row = self._current()
        if row is not None and row.withdrawn is None:
            self.withdraw_requested.emit(row)

    def ask_print(self) -> None:
        """Ask for the book of what the log is narrowed to; the window calls it for Ctrl+P."""
        self.print_requested.emit(self._narrowest())

    def _export(self) -> None:
        self.export_requested.emit(self._narrowest())


def _effort(row: LogRow) -> str:
    """How long it took and how far it was, where that was written down."""
    took = ngettext("{n} minute", "{n} minutes", row.minutes or 0).format(n=format_number(row.minutes or 0))
    far = _("{n} km").format(n=format_number((row.metres or 0) / 1000))
    return " · ".join(words_ for words_, told in ((took, row.minutes), (far, row.metres)) if told)
