"""Dữ liệu cá nhân: requests with their due days, exported files, the access log, what is kept too long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.consent import detail_words
from tongcds.domain.privacy import audit_words, finding_words, load_request_kinds, request_words
from tongcds.domain.views import (
    AuditLine,
    AuditView,
    ConsentRenewal,
    ExportRow,
    RequestRow,
    RetentionRow,
    Tone,
)
from tongcds.i18n import _, format_date, format_number, format_time, ngettext
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.household_words import due_words
from ui.tasks import Tasks
from ui.theme import Style
from ui.widgets.button import Button, Kind
from ui.widgets.messages import EmptyState
from ui.widgets.notice import Notice
from ui.widgets.page import Page
from ui.widgets.pill import Pill
from ui.widgets.surface import Card, Divider, ItemRow, PageHead, ScrollColumn, SideBySide, clear, column
from ui.widgets.text import Text

_MOST: Final = 100
_HEEDED: Final = frozenset({"privacy_request", "audit", "consent", "household", "person", "export"})
_SHORT: Final = 2
_OF_HOUSEHOLDS: Final = frozenset({"bulk", "day"})
_OF_PEOPLE: Final = frozenset({"export", "print", "without"})


@dataclass(frozen=True, slots=True)
class PrivacyView:
    """Everything that the screen shows."""

    requests: tuple[RequestRow, ...]
    log: AuditView
    retention: tuple[RetentionRow, ...]
    exports: tuple[ExportRow, ...] = ()
    renewals: tuple[ConsentRenewal, ...] = ()


class PrivacyScreen(Page):
    """Requests at the left, the log at the right. `left` is Esc; the other signals carry a `RequestRow`.

    Args:
        load: answers the view; runs off the UI thread.
    """

    help_topic = "privacy"

    left = Signal()
    add_requested = Signal()
    replied = Signal(object)
    extended = Signal(object)
    closed = Signal(object)
    retention_confirmed = Signal(object)
    export_requested = Signal()
    export_deleted = Signal(object)
    consent_asked = Signal(object)

    def __init__(
        self,
        load: Callable[[], PrivacyView],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        can_write: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._tasks = tasks
        self._can_write = can_write
        self._rows: dict[bytes, RequestRow] = {}
        self._retention: tuple[RetentionRow, ...] = ()
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.left)
        self.add = Button(_("Write a request down"), icon="plus", kind=Kind.PRIMARY)
        if not can_write:
            self.add.hide()
        self.add.clicked.connect(self.add_requested)
        QShortcut(QKeySequence("Escape"), self).activated.connect(self.left)
        self.body.addWidget(
            PageHead(
                _("Personal data"), _("What people asked for, and who looked at what"), [leave, self.add]
            )
        )
        self._kept = Notice("clock", Tone.WARN)
        self.body.addWidget(self._kept)
        self.erase_kept = Button(_("Look and erase…"), kind=Kind.SMALL)
        self.erase_kept.clicked.connect(self._confirm_retention)
        self.erase_kept.hide()
        self.body.addWidget(self.erase_kept, 0, Qt.AlignmentFlag.AlignLeft)
        self._requests = Card(_("Requests"))
        self._request_rows = ScrollColumn()
        self._requests.body.addWidget(self._request_rows)
        self.export = Button(_("Export the register…"), icon="file-spreadsheet")
        if not can_write:
            self.export.hide()
        self.export.clicked.connect(self.export_requested)
        self._exports = Card(_("Exported files"))
        self._exports.body.addWidget(
            Text(
                _("Files that you wrote out of the vault. Anybody who has them can open them; delete them "
                  "when they are no longer needed."),
                Style.NOTE,
                wrap=True,
            )
        )  # fmt: skip
        self._export_rows = ScrollColumn()
        self._exports.body.addWidget(self._export_rows, 1)
        self._exports.body.addWidget(self.export, 0, Qt.AlignmentFlag.AlignLeft)
        self._log = Card(_("Access log"))
        self._whole = Notice("shield-check", Tone.GOOD)
        self._log.body.addWidget(self._whole)
        self._log_rows = ScrollColumn()
        self._log_rows.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._log_rows.setAccessibleName(_("Access log"))
        self._log.body.addWidget(self._log_rows, 1)
        first = QWidget()
        parts = column(first, gap=4)
        parts.addWidget(self._requests, 3)
        parts.addWidget(self._exports, 2)
        cards = SideBySide()
        cards.add(first, 4)
        cards.add(self._log, 3)
        self.body.addWidget(cards, 1)
        self.begin_at(self.add if can_write else leave)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_view, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self.show_problem(words_for(problem))

    def show_view(self, view: PrivacyView) -> None:
        """Draw the view."""
        self.show_content()
        self._rows = {row.request_id: row for row in view.requests}
        self._show_requests(view.requests, view.renewals)
        self._show_exports(view.exports)
        self._show_log(view.log)
        self._retention = view.retention
        count = len(view.retention)
        words = ngettext(
            "{n} record is kept for longer than its kind may be.",
            "{n} records are kept for longer than their kind may be.",
            count,
        )
        self._kept.say(words.format(n=format_number(count)) if count else "")
        self.erase_kept.setVisible(bool(count) and self._can_write)

    def _show_requests(self, rows: Sequence[RequestRow], renewals: Sequence[ConsentRenewal]) -> None:
        clear(self._request_rows.body)
        lines = [*map(self._request, rows), *map(self._renewal, renewals[:_MOST])]
        for at, one in enumerate(lines):
            if at:
                self._request_rows.body.addWidget(Divider())
            self._request_rows.body.addWidget(one)
        if not lines:
            self._request_rows.body.addWidget(
                EmptyState(
                    "circle-check",
                    _("Nobody asked for anything"),
                    _("When somebody wants to see, correct or have erased what is written about them, write "
                      "it down here; the days until it is due are counted for you."),
                )
            )  # fmt: skip
        else:
            self._request_rows.body.addStretch(1)

    def _request(self, row: RequestRow) -> QWidget:
        kinds = load_request_kinds()
        kind = kinds[row.kind].name() if row.kind in kinds else row.kind
        behind: list[QWidget] = []
        if row.days_left is not None:
            due = due_words(row.days_left)
            behind.append(Pill(due.words, due.tone))
        if row.days_left is not None and self._can_write:
            if row.replied_on is None:
                behind.append(self._step(_("Replied"), row, self._reply))
            elif row.kind in kinds and kinds[row.kind].extension_days and row.extended_to is None:
                behind.append(self._step(_("Extend"), row, self._extend))
            behind.append(self._step(_("Close…"), row, self._close))
        return ItemRow(
            " · ".join(filter(None, (row.who, kind))),
            " · ".join(filter(None, (request_words(row), row.village, row.detail, row.answer))),
            behind=behind,
        )

    def _renewal(self, one: ConsentRenewal) -> QWidget:
        day = format_date(one.expires_on)
        words = _("Consent expired, {day}; ask again") if one.expired else _("Consent runs out on {day}")
        behind: list[QWidget] = [Pill(_("to renew"), Tone.WARN)]
        if self._can_write:
            ask = Button(_("Ask again…"), kind=Kind.SMALL)
            ask.setAccessibleName(_("Ask {name} again").format(name=one.name))
            ask.setProperty("household_id", one.household_id)
            ask.clicked.connect(self._ask_again)
            behind.append(ask)
        return ItemRow(one.name, words.format(day=day), behind=behind)

    def _ask_again(self) -> None:
        self.consent_asked.emit(bytes(self.sender().property("household_id")))

    def _show_exports(self, rows: Sequence[ExportRow]) -> None:
        clear(self._export_rows.body)
        for at, row in enumerate(rows[:_MOST]):
            if at:
                self._export_rows.body.addWidget(Divider())
            remove = Button(_("Delete the file"), kind=Kind.SMALL)
            remove.setAccessibleName(_("Delete {name}").format(name=row.name))
            remove.setProperty("export_id", row.export_id)
            remove.clicked.connect(self._delete_export)
            people = ngettext("{n} person", "{n} people", row.people).format(n=format_number(row.people))
            gone = "" if row.there else _("not there any more")
            when = f"{format_date(row.at)}, {format_time(row.at)}"
            detail = " · ".join(filter(None, (when, people, gone, row.folder)))
            self._export_rows.body.addWidget(ItemRow(row.name, detail, behind=[remove]))
        if not rows:
            self._export_rows.body.addWidget(Text(_("You exported nothing."), Style.MUTED, wrap=True))
        self._export_rows.body.addStretch(1)

    def _delete_export(self) -> None:
        self.export_deleted.emit(self.sender().property("export_id"))

    @staticmethod
    def _step(words: str, row: RequestRow, slot: Callable[[], None]) -> Button:
        button = Button(words, kind=Kind.SMALL)
        button.setAccessibleName(f"{words} · {row.who}")
        button.setProperty("request_id", row.request_id)
        button.clicked.connect(slot)
        return button

    def _asked(self) -> RequestRow:
        return self._rows[bytes(self.sender().property("request_id"))]

    def _reply(self) -> None:
        self.replied.emit(self._asked())

    def _extend(self) -> None:
        self.extended.emit(self._asked())

    def _close(self) -> None:
        self.closed.emit(self._asked())

    def _confirm_retention(self) -> None:
        self.retention_confirmed.emit(self._retention)

    def _show_log(self, log: AuditView) -> None:
        wrong = [finding_words(one.code, one.sequence) for one in log.findings]
        if wrong:
            self._whole.say("\n".join(wrong[:_SHORT]), icon="triangle-alert", tone=Tone.BAD)
        else:
            self._whole.say(_("The access log is whole."))
        clear(self._log_rows.body)
        for at, one in enumerate(log.lines[:_MOST]):
            if at:
                self._log_rows.body.addWidget(Divider())
            self._log_rows.body.addWidget(ItemRow(*log_line(one)))
        if not log.lines:
            self._log_rows.body.addWidget(Text(_("Nobody looked at anything yet."), Style.MUTED, wrap=True))
        self._log_rows.body.addStretch(1)


def log_line(one: AuditLine) -> tuple[str, str]:
    """A line of the access log: who did what, and under it about whom and when."""
    when = format_date(one.on) if one.at is None else f"{format_date(one.on)}, {format_time(one.at)}"
    count = ngettext("{n} household", "{n} households", one.count).format(n=format_number(one.count))
    people = ngettext("{n} person", "{n} people", one.count).format(n=format_number(one.count))
    how_many = count if one.kind in _OF_HOUSEHOLDS else people if one.kind in _OF_PEOPLE and one.count else ""
    parts = [when, one.about, how_many, detail_words(one.detail)]
    return f"{one.person}: {audit_words(one.kind)}", " · ".join(filter(None, parts))
