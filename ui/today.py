"""Wires Hôm nay: what it shows, and what is done with its tasks; other screens are wired in `ui.desktop`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Qt

from tongcds.actions import follow_ups, guidance, today
from tongcds.domain.views import AnnouncementRow, TodoRow
from tongcds.i18n import _, format_date
from ui.board import Board
from ui.desk import Desk, Undoable
from ui.forms.day_dialog import DayDialog
from ui.guidance import Guidance
from ui.screens.tasks import TasksRead, TasksScreen
from ui.screens.today import TodayScreen
from ui.targets import Targets


class Today(QObject):
    """Makes the screen; what leads to other places is for whoever made this to connect."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.guidance = Guidance(desk, self)
        self.board = Board(desk, self)
        self.targets = Targets(desk, self)
        self.board.targets_requested.connect(self.targets.open)
        self.dialog: DayDialog | None = None

    def screen(self) -> TodayScreen:
        """The screen, its tasks at work."""
        core = self._desk.core
        screen = TodayScreen(
            partial(today.work, core),
            self._desk.reads,
            self._desk.changes,
            count=partial(today.tiles, core),
            suggest=partial(today.suggestions, core),
            guide=partial(guidance.of_today, core),
            counts=self._desk.counts,
        )
        screen.opened.connect(self._desk.show)
        screen.put_off.connect(self._put_off)
        screen.finished.connect(self._finish)
        screen.called_off.connect(self._call_off)
        screen.due.connect(self._count)
        screen.tasks_requested.connect(self.list_tasks)
        screen.guidance_requested.connect(self.guidance.open)
        screen.board_requested.connect(self.board.open)
        screen.proposals_requested.connect(self.targets.list_proposals)
        screen.announcements.was_read.connect(self._read)
        return screen

    def list_tasks(self) -> None:
        """Show everything that is to be done, not only what has room on Hôm nay."""
        core, shell = self._desk.core, self._desk.window()

        def read() -> TasksRead:
            found = follow_ups.tasks(core)
            return found.rows, found.total

        screen = TasksScreen(read, self._desk.reads, self._desk.changes)
        screen.left.connect(shell.back)
        screen.opened.connect(self._desk.show)
        screen.put_off.connect(partial(self._put_off, day=None))
        screen.finished.connect(self._finish)
        screen.called_off.connect(self._call_off)
        shell.open_over(screen)

    def _read(self, row: AnnouncementRow) -> None:
        self.guidance.mark_read(row, True)  # noqa: FBT003 - as the signal of the screen

    def _count(self, due: int) -> None:
        self._desk.window().set_count("today", due)

    def _put_off(self, row: TodoRow, day: date | None) -> None:
        if day is not None:
            self._put_off_to(row, day)
            return
        dialog = DayDialog(_("Put off"), row.title, self._desk.core.today, parent=self._desk.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(partial(self._put_off_to, row))
        self.dialog = dialog
        dialog.open()

    def _put_off_to(self, row: TodoRow, day: date) -> None:
        words = _("Put off to {day}.").format(day=format_date(day))
        self._save(partial(follow_ups.put_off, self._desk.core, row.follow_up_id, day), words)

    def _finish(self, row: TodoRow) -> None:
        self._save(partial(follow_ups.finish, self._desk.core, row.follow_up_id), _("The task is done."))

    def _call_off(self, row: TodoRow) -> None:
        work = partial(follow_ups.call_off, self._desk.core, row.follow_up_id)
        self._save(work, _("The task was called off."))

    def _save(self, work: Callable[[], Undoable], said: str) -> None:
        self._desk.save(work, said, owner=self)
