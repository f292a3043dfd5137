"""Hôm nay: the figures of the village against their targets, what was promised, what was just logged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from tongcds.clock import VIETNAM
from tongcds.domain.views import (
    AnnouncementRow,
    QuotaRow,
    RecentRow,
    Suggestion,
    Tile,
    TodayView,
    TodoRow,
    Tone,
)
from tongcds.i18n import _, format_date, format_day, format_number, format_time, ngettext
from ui import words
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms.guidance_cards import AnnouncementsCard, QuotasCard
from ui.forms.reminder_row import PRIVACY, PROPOSALS, reminder_row
from ui.household_words import due_words, suggestion_words
from ui.tasks import Tasks
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.menu_button import MenuButton
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.pill import Pill
from ui.widgets.surface import Card, Divider, ItemRow, PageHead, SideBySide, clear, column, line
from ui.widgets.text import IconTile, Text
from ui.widgets.tile import IndicatorTile, TileRow

Guided = tuple[tuple[AnnouncementRow, ...], tuple[QuotaRow, ...]]
"""Announcements that were not read, and quotas that hold."""


def recent_detail(row: RecentRow, view: TodayView) -> str:
    """How it ended, how long it took, and when it was logged."""
    parts = [words.result(row.result).words]
    if row.minutes is not None:
        parts.append(ngettext("{n} minute", "{n} minutes", row.minutes).format(n=row.minutes))
    days = (view.on - row.logged_at.astimezone(VIETNAM).date()).days
    if days == 0:
        parts.append(format_time(row.logged_at))
    elif days == 1:
        parts.append(_("Yesterday"))
    else:
        parts.append(format_date(row.logged_at.astimezone(VIETNAM).date()))
    return " · ".join(parts)


def spans(view: TodayView) -> list[tuple[str, int, list[TodoRow]]]:
    """What is to be done under its headings: how many there are, and those that are shown."""
    later = view.on + timedelta(days=7 - view.on.weekday())
    tomorrow = view.on + timedelta(days=1)
    parts = (
        (_("Overdue"), view.todo_overdue, date.min, view.on),
        (_("Today"), view.todo_today - view.todo_overdue, view.on, tomorrow),
        (_("This week"), view.todo_week - view.todo_today, tomorrow, later),
        (_("Later"), view.todo_total - view.todo_week, max(later, tomorrow), date.max),
    )
    found = []
    for words_, count, first, end in parts:
        rows = [row for row in view.todo if first <= row.due < end]
        if rows:
            found.append((words_, max(count, len(rows)), rows))
    return found


class TodayScreen(Page):
    """Shows a `TodayView`, and again whenever something changed.

    `opened` carries the id of a household; `log_requested` and `import_requested` are the first steps;
    `privacy_requested` wants the requests about personal data, `proposals_requested` those about targets.
    `put_off` carries a `TodoRow` and a day, None for one that is still to be asked for; `finished` and
    `called_off` carry a `TodoRow`. `due` says how many tasks are due by today. `guidance_requested` wants
    everything that the commune said and asked for; `announcements` says what was read. `tasks_requested`
    wants all tasks where some have no room here, `board_requested` the figures.

    Args:
        load: answers the view; runs off the UI thread.
        suggest: answers households that are worth a visit, after everything else is shown.
        guide: answers unread announcements and the quotas that hold, likewise.
        count: answers the figures, after everything else is shown; None where the view has them already.
        counts: where both of these run, so that no look-up waits for them.
        can_import: offer to bring in a register while there are no households.
    """

    help_topic = "today"

    opened = Signal(object)
    privacy_requested = Signal()
    proposals_requested = Signal()
    place_requested = Signal(str)
    log_requested = Signal()
    import_requested = Signal()
    put_off = Signal(object, object)
    finished = Signal(object)
    called_off = Signal(object)
    due = Signal(int)
    guidance_requested = Signal()
    tasks_requested = Signal()
    board_requested = Signal()

    def __init__(
        self,
        load: Callable[[], TodayView],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        count: Callable[[], Sequence[Tile]] | None = None,
        suggest: Callable[[], Sequence[Suggestion]] | None = None,
        guide: Callable[[], Guided] | None = None,
        counts: Tasks | None = None,
        can_import: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._count = count
        self._suggest = suggest
        self._guide = guide
        self._guided: Guided = ((), ())
        self._tiles_shown: tuple[Tile, ...] = ()
        self._suggestions: tuple[Suggestion, ...] = ()
        self._tasks = tasks
        self._counts = counts or tasks
        self._can_import = can_import
        self._view: TodayView | None = None
        log = Button(_("Log support"), icon="clipboard-pen", hint="Ctrl+N", kind=Kind.PRIMARY)
        log.clicked.connect(self.log_requested)
        said = Button(_("Announcements and quotas"), icon="messages-square")
        said.clicked.connect(self.guidance_requested)
        figures = Button(_("Figures"), icon="chart-column")
        figures.clicked.connect(self.board_requested)
        self._head = PageHead("", "", [figures, said, log])
        self.announcements = AnnouncementsCard()
        self.quotas = QuotasCard()
        self._tiles = TileRow()
        self._todo = Card(_("To do"))
        # No lists that scroll: the page does, and one bar beside another leads nowhere.
        self._todo_rows = column()
        self._todo.body.addLayout(self._todo_rows, 1)
        self._recent = Card(_("Just logged"))
        self._recent_rows = column()
        self._recent.body.addLayout(self._recent_rows, 1)
        self._suggested = Card(_("Worth a visit"))
        self._suggested.hide()
        self.body.addWidget(self._head)
        self.body.addWidget(self.announcements)
        self.body.addWidget(self._tiles)
        cards = SideBySide()
        left = column(gap=4)
        left.addWidget(self._todo, 1)
        left.addWidget(self.quotas)
        cards.add(left, 4)
        right = column(gap=4)
        right.addWidget(self._recent, 1)
        right.addWidget(self._suggested)
        cards.add(right, 3)
        self.body.addWidget(cards, 1)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload)

    @property
    def view(self) -> TodayView | None:
        """What is shown, or None while nothing was read."""
        return self._view

    def reload(self) -> None:
        """Read everything again, what is to be done first."""
        self.is_fresh()
        self._tasks.run(self._load, self._show_first, owner=self, failed=self._failed)
        if self._guide is not None:
            self._tasks.run(self._guide, self.show_guidance, owner=self, failed=self._failed)

    def _show_first(self, view: TodayView) -> None:
        """Draw what is to be done, and only then begin to count: that would keep it waiting."""
        self.show_view(view)
        # Once this turn is over, at whose end Qt draws it.
        QTimer.singleShot(0, self, self._begin_to_count)

    def _begin_to_count(self) -> None:
        if self._count is not None:
            self._counts.run(self._count, self.show_tiles, owner=self, failed=self._failed)
        if self._suggest is not None:
            self._counts.run(self._suggest, self.show_suggestions, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self._view = None
        self.show_problem(words_for(problem))

    def show_view(self, view: TodayView) -> None:
        """Draw the view, unless it is the one that is shown: a row with the focus would lose it."""
        if view == self._view:
            return
        self._view = view
        self.show_content()
        self._head.set_words(format_day(view.on), self._about(view))
        if not view.counting:
            self.show_tiles(view.tiles)
        elif not self._tiles_shown:
            # As high as they will be, so that nothing jumps under somebody's hand.
            self._tiles.show_tiles([IndicatorTile(label, "…", _("being counted")) for label in view.counting])
        self._show_todo(view)
        self._show_recent(view)
        self.due.emit(view.todo_today)

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Draw the figures, unless they are those that are shown."""
        if tuple(tiles) == self._tiles_shown:
            return
        self._tiles_shown = tuple(tiles)
        self._tiles.show_tiles([
            IndicatorTile(
                tile.label,
                words.share(tile.figure),
                words.figure_note(tile),
                share=tile.figure.share,
                target=tile.figure.target,
            )
            for tile in tiles
        ])  # fmt: skip
        self._tiles.setVisible(bool(tiles))

    @staticmethod
    def _about(view: TodayView) -> str:
        households = ngettext("{n} household", "{n} households", view.households)
        people = ngettext("{n} resident", "{n} residents", view.people)
        size = (
            households.format(n=format_number(view.households)),
            people.format(n=format_number(view.people)),
        )
        names = [words.capital(view.unit_name), view.commune_name]
        return " · ".join([*dict.fromkeys(name for name in names if name), ", ".join(size)])

    def _show_todo(self, view: TodayView) -> None:
        clear(self._todo_rows)
        self._todo.set_head(_("To do"), self._todo_note(view))
        for reminder in view.reminders:
            self._todo_rows.addWidget(reminder_row(reminder, self._follow))
            self._todo_rows.addWidget(Divider())
        for heading, count, rows in spans(view):
            words_ = f"{heading} · {format_number(count)}"
            self._todo_rows.addSpacing(space(2))
            self._todo_rows.addWidget(Text(words_, Style.LABEL))
            for at, row in enumerate(rows):
                if at:
                    self._todo_rows.addWidget(Divider())
                self._todo_rows.addWidget(self._todo_row(row))
            if left := count - len(rows):
                more = ngettext("and {n} more", "and {n} more", left).format(n=format_number(left))
                rest = Button(more, kind=Kind.LINK)
                rest.setAccessibleName(f"{heading}: {more}")
                rest.clicked.connect(self.tasks_requested)
                beside = line()
                beside.addWidget(rest)
                beside.addStretch(1)
                self._todo_rows.addLayout(beside)
        if not view.todo:
            self._todo_rows.addWidget(self._nothing_to_do(view))
        else:
            self._todo_rows.addStretch(1)

    def show_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        """Draw the households that are worth a visit."""
        if tuple(suggestions) == self._suggestions:
            return
        self._suggestions = tuple(suggestions)
        clear(self._suggested.body)
        self._suggested.setVisible(bool(suggestions))
        for row in suggestions:
            open_it = Button(_("Open"), kind=Kind.SMALL)
            open_it.setAccessibleName(_("Open {title}").format(title=row.head_name))
            open_it.setProperty("household_id", row.household_id)
            open_it.clicked.connect(self._open_from)
            item = ItemRow(row.head_name, suggestion_words(row), behind=[open_it], wrap=True)
            self._suggested.body.addWidget(item)

    def show_guidance(self, guided: Guided) -> None:
        """Draw what the commune said and asked for."""
        if guided == self._guided:
            return
        self._guided = guided
        said, asked = guided
        self.announcements.show_rows(said)
        self.quotas.show_rows(asked)

    @staticmethod
    def _todo_note(view: TodayView) -> str:
        if not view.todo:
            return ""
        today = ngettext("{n} today", "{n} today", view.todo_today).format(n=view.todo_today)
        week = ngettext("{n} this week", "{n} this week", view.todo_week).format(n=view.todo_week)
        return f"{today} · {week}"

    def _todo_row(self, row: TodoRow) -> ItemRow:
        due = due_words(row.days_left)
        open_it = Button(_("Open"), kind=Kind.SMALL)
        open_it.setAccessibleName(_("Open {title}").format(title=row.title))
        open_it.setProperty("household_id", row.household_id)
        open_it.clicked.connect(self._open_from)
        tone = Tone.BAD if row.days_left < 0 else None
        return ItemRow(
            row.title,
            row.detail,
            before=IconTile(words.group_icon(row.service_group), tone),
            behind=[Pill(due.words, due.tone), open_it, self._task_menu(row)],
        )

    def _task_menu(self, row: TodoRow) -> MenuButton:
        """What can be done with a task besides logging a visit."""
        today = row.due - timedelta(days=row.days_left)
        menu = MenuButton("", kind=Kind.SMALL)
        menu.setAccessibleName(_("More for {title}").format(title=row.title))
        for words_, days in (
            (_("Tomorrow ({day})"), 1),
            (_("In a week ({day})"), 7),
        ):
            day = today + timedelta(days=days)
            menu.offer(words_.format(day=format_date(day)), partial(self.put_off.emit, row, day))
        menu.offer(_("Another day…"), partial(self.put_off.emit, row, None))
        menu.offer(_("Done without a visit"), partial(self.finished.emit, row))
        menu.offer(_("Not needed any more"), partial(self.called_off.emit, row))
        return menu

    def _follow(self, leads: str) -> None:
        if leads == PRIVACY:
            self.privacy_requested.emit()
        elif leads == PROPOSALS:
            self.proposals_requested.emit()
        else:
            self.place_requested.emit(leads)

    def _nothing_to_do(self, view: TodayView) -> QWidget:
        if not view.households and self._can_import:
            first = EmptyState(
                "house",
                _("No households yet"),
                _("Bring in the village's household register from Excel. What you promise people will "
                  "then stand here on the day it is due."),
                action=_("Import a register"),
                action_icon="file-spreadsheet",
            )  # fmt: skip
            first.acted.connect(self.import_requested)
            return first
        return EmptyState(
            "circle-check",
            _("Nothing is due"),
            _("When you log a visit and agree to come back, the promise appears here on its day."),
        )

    def _show_recent(self, view: TodayView) -> None:
        clear(self._recent_rows)
        self._recent.set_head(_("Just logged"), self._week_note(view))
        for at, row in enumerate(view.recent):
            if at:
                self._recent_rows.addWidget(Divider())
            where = words.standing(row.standing)
            item = ItemRow(
                row.title,
                recent_detail(row, view),
                before=IconTile(words.group_icon(row.service_group)),
                behind=[Pill(where.words, where.tone, icon=where.icon)],
                opens=True,
            )
            item.setProperty("household_id", row.household_id)
            item.opened.connect(self._open_from)
            self._recent_rows.addWidget(item)
        if not view.recent:
            empty = EmptyState(
                "clipboard-pen",
                _("Nothing logged yet"),
                _("Every visit you log appears here, with where it stands on its way to the province."),
                action=_("Log the first visit") if view.households else "",
            )
            empty.acted.connect(self.log_requested)
            self._recent_rows.addWidget(empty)
        else:
            self._recent_rows.addStretch(1)

    @staticmethod
    def _week_note(view: TodayView) -> str:
        if not view.week_supports:
            return ""
        supports = ngettext("This week: {n} support", "This week: {n} supports", view.week_supports)
        households = ngettext("{n} household", "{n} households", view.week_households)
        first = supports.format(n=format_number(view.week_supports))
        return f"{first} · {households.format(n=format_number(view.week_households))}"

    def _open_from(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.opened.emit(bytes(sender.property("household_id")))
