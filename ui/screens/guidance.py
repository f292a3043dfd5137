"""Thông báo và chỉ tiêu giao: what the commune tells its teams and asks of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import AnnouncementRow, GuidanceView, QuotaRow, Standing, Tone
from tongcds.i18n import _, format_date, ngettext
from ui import words
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms.guidance_cards import (
    announcement_about,
    announcement_title,
    quota_days,
    quota_done,
    quota_name,
)
from ui.tasks import Tasks
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import MeterCell, PillCell, TextCell
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide, column
from ui.widgets.text import Text

_HEEDED: Final = frozenset({"announcement", "quota", "visit", "support", "village", "exchange"})


class GuidanceScreen(Page):
    """Announcements at the left, quotas at the right. `left` is Esc.

    The commune's office: `announce_requested` and `quota_requested` want a form, with a row to change it or
    None for a new one; `removed` carries a row of either kind. A team: `read_changed` carries an
    `AnnouncementRow` and whether it was read.

    Args:
        load: answers the view; runs off the UI thread.
        is_place: it stands in the rail, so that there is nothing to close.
    """

    help_topic = "guidance"

    left = Signal()
    announce_requested = Signal(object)
    quota_requested = Signal(object)
    removed = Signal(object)
    read_changed = Signal(object, bool)

    def __init__(
        self,
        load: Callable[[], GuidanceView],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        is_place: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._tasks = tasks
        self._view: GuidanceView | None = None
        self._build(is_place=is_place)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def _build(self, *, is_place: bool) -> None:
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.left)
        self.remove = Button(_("Take down"), icon="x", keys="Delete")
        self.remove.clicked.connect(self._remove)
        self.change = Button(_("Change"), icon="pen-line", keys="F2")
        self.change.clicked.connect(self._change)
        self.give = Button(_("Give a quota"), icon="plus")
        self.give.clicked.connect(self._give)
        self.write = Button(_("Write an announcement"), icon="plus", kind=Kind.PRIMARY)
        self.write.clicked.connect(self._write)
        self._head = PageHead(
            _("Announcements and quotas"),
            "",
            [*([] if is_place else [leave]), self.remove, self.change, self.give, self.write],
        )
        self._announcements: RowsModel[AnnouncementRow] = RowsModel(
            [
                Column(_("Announcement"), _said_cell, stretch=1),
                Column(_("Where it stands"), self._state_cell),
            ],
            self,
        )
        self.announcements = RowsView(self._announcements, name=_("Announcements"))
        self.announcements.opened.connect(self._open_announcement)
        self.announcements.picked.connect(self._show_text)
        self._text = Text("", Style.BODY, wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.read = Button("", icon="check", hint="Return", kind=Kind.SMALL)
        self.read.clicked.connect(self._toggle_read)
        below = QWidget()
        box = column(below, gap=2)
        box.setContentsMargins(space(4), space(3), space(4), space(3))
        box.addWidget(self._text)
        box.addWidget(self.read)
        said = Card(_("Announcements"), flush=True)
        said.body.addWidget(self.announcements, 1)
        said.body.addWidget(below)
        self._quotas: RowsModel[QuotaRow] = RowsModel(
            [
                Column(_("Village"), lambda row: TextCell(row.village, strong=True)),
                Column(_("Quota"), _quota_cell, stretch=1),
                Column(_("Progress"), lambda row: MeterCell(row.share, quota_done(row))),
            ],
            self,
        )
        self.quotas = RowsView(self._quotas, name=_("Quotas"))
        self.quotas.opened.connect(self._open_quota)
        self.quotas.picked.connect(self._offer)
        asked = Card(_("Quotas"), flush=True)
        asked.body.addWidget(self.quotas, 1)
        cards = SideBySide()
        cards.add(said, 1)
        cards.add(asked, 1)
        self.body.addWidget(self._head)
        self.body.addWidget(cards, 1)
        if not is_place:
            QShortcut(QKeySequence("Escape"), self).activated.connect(self.left)
        self.begin_at(self.announcements)
        self._empty = self._nothing_yet()

    def _nothing_yet(self) -> Callable[[bool], EmptyState]:
        def make(may_write: bool) -> EmptyState:  # noqa: FBT001 - who looks
            if not may_write:
                return EmptyState(
                    "messages-square",
                    _("Nothing from the commune yet"),
                    _("What the commune's office tells its teams, and the quotas that it gives them, "
                      "stand here after a sync."),
                )  # fmt: skip
            first = EmptyState(
                "messages-square",
                _("Nothing said or asked for yet"),
                _("An announcement stands on Today of every team, or of one village, on the days that you "
                  "choose. A quota asks each team for so many people or households; how far it has come is "
                  "counted from the log."),
                action=_("Write an announcement"),
                action_icon="plus",
            )  # fmt: skip
            first.acted.connect(self._write)
            return first

        return make

    # Reading

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_view, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self._view = None
        self.show_problem(words_for(problem))

    def show_view(self, view: GuidanceView) -> None:
        """Draw the view; what was chosen stays chosen."""
        self._view = view
        for button in (self.remove, self.change, self.give, self.write):
            button.setVisible(view.may_write)
        self.read.setVisible(not view.may_write and bool(view.announcements))
        if not view.announcements and not view.quotas:
            self.show_instead(self._empty(view.may_write))
            return
        self.show_content()
        said = ngettext("{n} announcement", "{n} announcements", len(view.announcements))
        asked = ngettext("{n} quota", "{n} quotas", len(view.quotas))
        counts = said.format(n=len(view.announcements)), asked.format(n=len(view.quotas))
        self._head.set_words(_("Announcements and quotas"), " · ".join(counts))
        self.announcements.show_rows(view.announcements)
        self.quotas.show_rows(view.quotas)
        self._show_text(self._chosen_announcement())

    # Cells

    def _state_cell(self, row: AnnouncementRow) -> PillCell:
        if not row.in_force:
            over = self._view is not None and row.says.valid_to < self._view.on
            return PillCell(
                _("over") if over else _("from {day}").format(day=format_date(row.says.valid_from))
            )
        if self._view is not None and self._view.may_write:
            state = words.standing(row.standing)
            return PillCell(state.words, state.tone, icon=state.icon)
        return PillCell(_("read")) if row.is_read else PillCell(_("new"), Tone.WARN)

    # What is chosen

    def _chosen_announcement(self) -> AnnouncementRow | None:
        row = self.announcements.current_row()
        return row if isinstance(row, AnnouncementRow) else None

    def _chosen_quota(self) -> QuotaRow | None:
        row = self.quotas.current_row()
        return row if isinstance(row, QuotaRow) else None

    def _chosen(self) -> AnnouncementRow | QuotaRow | None:
        """That of the list in which one is, the announcement where one is in neither."""
        if self.quotas.hasFocus() or not self._announcements.rowCount():
            return self._chosen_quota()
        return self._chosen_announcement()

    def _show_text(self, row: object) -> None:
        if isinstance(row, AnnouncementRow):
            self._text.setText("\n".join((row.says.text, announcement_about(row))))
            self.read.set_words(_("Not read after all") if row.is_read else _("I have read it"))
        else:
            self._text.setText("")
        self._offer(row)

    def _offer(self, _row: object) -> None:
        for button in (self.change, self.remove):
            button.setEnabled(self._chosen() is not None)

    # What is asked for

    def _write(self) -> None:
        self.announce_requested.emit(None)

    def _give(self) -> None:
        self.quota_requested.emit(None)

    def _open_announcement(self, row: AnnouncementRow) -> None:
        if self._view is not None and self._view.may_write:
            self.announce_requested.emit(row)
        else:
            self.read_changed.emit(row, not row.is_read)

    def _open_quota(self, row: QuotaRow) -> None:
        if self._view is not None and self._view.may_write:
            self.quota_requested.emit(row)

    def _toggle_read(self) -> None:
        row = self._chosen_announcement()
        if row is not None:
            self.read_changed.emit(row, not row.is_read)

    def _change(self) -> None:
        row = self._chosen()
        if isinstance(row, AnnouncementRow):
            self.announce_requested.emit(row)
        elif isinstance(row, QuotaRow):
            self.quota_requested.emit(row)

    def _remove(self) -> None:
        row = self._chosen()
        if row is not None:
            self.removed.emit(row)


def _said_cell(row: AnnouncementRow) -> TextCell:
    days = _("{first} to {last}").format(
        first=format_date(row.says.valid_from), last=format_date(row.says.valid_to)
    )
    where = row.village or _("the whole commune")
    return TextCell(
        announcement_title(row), second=f"{where} · {days}", strong=row.in_force and not row.is_read
    )


def _quota_cell(row: QuotaRow) -> TextCell:
    state = "" if row.standing is Standing.RECEIVED else words.standing(row.standing).words
    return TextCell(
        quota_name(row), second=" · ".join(filter(None, (quota_days(row), row.terms.note, state)))
    )
