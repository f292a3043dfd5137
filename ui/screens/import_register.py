"""Nhập danh sách hộ: choose a file, see row by row what would be written, write it; Cancel at any time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from tongcds.clock import Clock, business_date
from tongcds.domain.views import ImportChoices, ImportEncoding, ImportPreview, ImportSheet, Tone
from tongcds.errors import CancelledError, UserError
from tongcds.i18n import _, format_number, ngettext
from ui.errors import words_for
from ui.forms.import_header import ImportHeaderPane
from ui.forms.import_preview import ImportPreviewPane
from ui.tasks import Progress, Tasks
from ui.turns import next_turn
from ui.widgets.button import Button, Kind
from ui.widgets.field import Choice
from ui.widgets.messages import EmptyState, ProgressStrip
from ui.widgets.notice import Notice
from ui.widgets.page import Page
from ui.widgets.surface import Card, PageHead

Answer = TypeVar("Answer")
_ESTIMATE_AFTER: Final = 2.0


class Prepared(Protocol):
    """A file that was read and compared."""

    @property
    def preview(self) -> ImportPreview:
        """What would be written."""


class Prepare(Protocol):
    """Reads a file; refuses what is no register with a UserError, changes nothing."""

    def __call__(
        self,
        path: Path,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
        *,
        choices: ImportChoices,
        forget: bool,
    ) -> Prepared:
        """Read it as it was said to be meant; `forget` drops what was remembered of columns."""


class Peek(Protocol):
    """Answers with the top of a file in which somebody has to show the header."""

    def __call__(
        self,
        path: Path,
        *,
        choices: ImportChoices,
        cancelled: Callable[[], bool],
    ) -> tuple[ImportSheet, ...]:
        """Read no more than the sheets' first rows."""


Apply = Callable[[Prepared, Callable[[int, int], None], Callable[[], bool]], object]


class ImportScreen(Page):
    """Brings in a register. `applied` carries what `apply` answered; `left` is Esc, with nothing changed.

    Args:
        prepare: reads and compares a file.
        apply: writes all of it, or nothing when it is cancelled.
        peek: answers with the top of a file, where nobody can tell which row is its header.
        tasks: runs both.
        clock: for the estimate of how long it still takes.
    """

    help_topic = "import"

    applied = Signal(object)
    left = Signal()

    def __init__(
        self,
        *,
        prepare: Prepare,
        apply: Apply,
        peek: Peek,
        tasks: Tasks,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.keep_escape(self._leave)
        self._prepare = prepare
        self._apply = apply
        self._peek = peek
        self._tasks = tasks
        self._clock = clock
        self._prepared: Prepared | None = None
        self._path = Path()
        self._choices = ImportChoices()
        self._encodings: tuple[ImportEncoding, ...] = ()
        self._work: Progress | None = None
        self._asked_from: QWidget | None = None
        self._started = clock()
        self._doing = ""
        self.setAcceptDrops(True)
        self._build()
        next_turn(self, self._get_ready)

    def _get_ready(self) -> None:
        """Make what a file will be shown in, turn by turn, while somebody looks for the file."""
        if self.pane.get_ready():
            next_turn(self, self._get_ready)

    def _build(self) -> None:
        self.other = Button(_("Choose another file"))
        self.other.clicked.connect(self.choose_file)
        self.go = Button("", icon="check", kind=Kind.PRIMARY)
        self.go.clicked.connect(self.write)
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self._leave)
        self._head = PageHead(_("Import a household register"), "", [leave, self.other, self.go])
        self.refusal = Notice("triangle-alert", Tone.BAD)
        self.refusal.hide()
        self.strip = ProgressStrip("file-spreadsheet")
        self.strip.pressed.connect(self._cancel)
        self.strip.hide()
        self._stack = QStackedWidget()
        self._first = Card()
        self.first = EmptyState(
            "file-spreadsheet",
            _("Choose the register, an Excel file"),
            _(
                "Drag the file here, or press the button. The program recognises the columns and shows every "
                "row before anything is written."
            ),
            action=_("Choose a file…"),
            action_icon="folder-open",
        )
        self.first.acted.connect(self.choose_file)
        self._first.body.addWidget(self.first)
        self.pane = ImportPreviewPane(business_date(self._clock))
        self.pane.column_chosen.connect(self._take_column_for)
        self.pane.sensitive_chosen.connect(self._choose_sensitive)
        self.pane.encoding_chosen.connect(self._choose_encoding)
        self.pane.forget_chosen.connect(self._forget_columns)
        self.pane.header_wanted.connect(self._ask_header)
        self.pane.letters_chosen.connect(self._choose_letters)
        self.pane.review_said.connect(self._take_review)
        self.header = ImportHeaderPane()
        self.header.row_chosen.connect(self._take_row_for_header)
        self.header.column_chosen.connect(self._take_column_of_header)
        self.header.read_as.connect(self._read_letters_of_header)
        self.header.settled.connect(self._read)
        self._stack.addWidget(self._first)
        self._stack.addWidget(self.header)
        self._stack.addWidget(self.pane)
        self.body.addWidget(self._head)
        self.body.addWidget(self.refusal)
        self.body.addWidget(self.strip)
        self.body.addWidget(self._stack, 1)
        self.begin_at(self.first.action)
        self._show_first()

    # Choosing

    def choose_file(self) -> None:
        """Ask for a file."""
        dialog = QFileDialog(self, _("Choose the register"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [_("Spreadsheets (*.xlsx *.xlsm *.xls *.ods *.csv *.tsv *.txt)"), _("All files (*)")]
        )
        dialog.fileSelected.connect(self.open_file)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile() and self._work is None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.open_file(event.mimeData().urls()[0].toLocalFile())

    def open_file(self, path: str) -> None:
        """Read a file and show what it would change."""
        self._path = Path(path)
        self._choices = ImportChoices(sensitive=self._choices.sensitive)
        self._encodings = ()
        self._read()

    def _take_column_for(self, sheet: str, letter: str, field: str) -> None:
        self._note_column(sheet, letter, field)
        self._read()

    def _note_column(self, sheet: str, letter: str, field: str) -> None:
        columns = {**self._choices.columns, (sheet, letter): field}
        self._choices = replace(self._choices, columns=columns)

    def _choose_sensitive(self, on: bool) -> None:  # noqa: FBT001 - what a check row says
        self._choices = replace(self._choices, sensitive=on)
        self._read()

    def _choose_encoding(self, encoding: str) -> None:
        self._choices = replace(self._choices, encoding=encoding or None)
        self._read()

    def _choose_letters(self, sheet: str, letter: str, encoding: str) -> None:
        self._note_letters(sheet, letter, encoding)
        self._read()

    def _note_letters(self, sheet: str, letter: str, encoding: str) -> None:
        said = {**self._choices.column_encodings, (sheet, letter): encoding}
        told = {column: encoding for column, encoding in said.items() if encoding}
        self._choices = replace(self._choices, column_encodings=told)

    def _take_review(self, held_on: date, decision_no: str) -> None:
        self._choices = replace(self._choices, held_on=held_on, decision_no=decision_no)
        self._read()

    def _forget_columns(self) -> None:
        self._choices = replace(self._choices, columns={})
        self._read(forget=True)

    def _read(self, *, forget: bool = False) -> None:
        prepare = partial(
            self._prepare,
            self._path,
            choices=self._choices,
            forget=forget,
        )
        work = self._begin(_("Reading {file}").format(file=self._path.name))
        run = partial(_unless_cancelled, partial(prepare, work.report, work.is_cancelled))
        self._tasks.run(run, partial(self._read_done, work), owner=self, failed=self._refuse)

    # The header, where nobody recognised it

    def _ask_header(self) -> None:
        """Show the top of the file and ask which row names the columns."""
        peek = partial(self._peek, self._path, choices=self._choices)
        work = self._begin(_("Reading {file}").format(file=self._path.name))
        run = partial(_unless_cancelled, partial(peek, cancelled=work.is_cancelled))
        self._tasks.run(run, partial(self._show_header, work), owner=self, failed=self._refuse)

    def _show_header(self, work: Progress, sheets: tuple[ImportSheet, ...] | None) -> None:
        if work is not self._work:
            return
        self._end()
        if not sheets:
            self._show()
            return
        rows = {**self._choices.header_rows, **{sheet.name: sheet.header_row for sheet in sheets}}
        self._choices = replace(self._choices, header_rows=rows)
        self.header.show_sheets(sheets)
        self._head.set_words(_("Import a household register"), self._path.name)
        self.go.hide()
        self.other.show()
        self._stack.setCurrentWidget(self.header)
        (self._chosen_in(self.header) or self.header.row).setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_row_for_header(self, sheet: str, row: int) -> None:
        rows = {**self._choices.header_rows, sheet: row}
        self._choices = replace(self._choices, header_rows=rows)
        self._ask_header()

    def _take_column_of_header(self, sheet: str, letter: str, field: str) -> None:
        self._note_column(sheet, letter, field)
        self._ask_header()

    def _read_letters_of_header(self, sheet: str, letter: str, encoding: str) -> None:
        self._note_letters(sheet, letter, encoding)
        self._ask_header()

    def _read_done(self, work: Progress, prepared: Prepared | None) -> None:
        if work is not self._work:
            return
        self._end()
        self._prepared = prepared if prepared is not None else self._prepared
        self._show()

    def _refuse(self, problem: Exception) -> None:
        self._end()
        self._prepared = None
        if isinstance(problem, UserError) and problem.code == "no_register":
            self._ask_header()
        else:
            self._show()
        self.refusal.say(words_for(problem))

    # Writing

    def write(self) -> None:
        """Write what the preview shows."""
        prepared = self._prepared
        if prepared is None or self._work is not None:
            return
        work = self._begin(_("Writing"))
        apply = partial(self._apply, prepared, work.report, work.is_cancelled)
        done = partial(self._written, work)
        self._tasks.run(partial(_unless_cancelled, apply), done, owner=self, failed=self._not_written)

    def _written(self, work: Progress, answer: object) -> None:
        if work is not self._work:
            return
        self._end()
        if answer is None:
            self._show()
            self.refusal.say(_("Stopped. Nothing was written."), icon="info", tone=Tone.QUIET)
        else:
            # Whoever hears of it leaves this screen: what it shows need not be drawn anew.
            self.applied.emit(answer)

    def _not_written(self, problem: Exception) -> None:
        self._end()
        self._show()
        self.refusal.say(words_for(problem))

    # Long work

    def _begin(self, doing: str) -> Progress:
        self._cancel()
        self._asked_from = self.focusWidget()
        work = self._work = Progress(self)
        work.moved.connect(self._show_progress)
        self._started = self._clock()
        self._doing = doing
        self.refusal.hide()
        self.strip.show()
        self.strip.show_progress(doing, "", None, _("Cancel"))
        for button in (self.go, self.other, self.first.action):
            button.setEnabled(False)
        self.pane.setEnabled(False)
        self.header.setEnabled(False)
        return work

    def _end(self) -> None:
        if self._work is not None:
            self._work.deleteLater()
            self._work = None
        self.strip.hide()
        for button in (self.go, self.other, self.first.action):
            button.setEnabled(True)
        self.pane.setEnabled(True)
        self.header.setEnabled(True)

    def _cancel(self) -> None:
        if self._work is not None:
            self._work.cancel()

    def _show_progress(self, done: int, total: int) -> None:
        if self._work is None or self.sender() is not self._work:
            return
        words = _("{what}: {n} of {all}").format(
            what=self._doing, n=format_number(done), all=format_number(total)
        )
        passed = (self._clock() - self._started).total_seconds()
        left = ""
        if passed >= _ESTIMATE_AFTER and 0 < done < total:
            seconds = max(1, round(passed * (total - done) / done))
            left = ngettext("about {n} second left", "about {n} seconds left", seconds).format(n=seconds)
        self.strip.show_progress(words, left, done / total if total else None, _("Cancel"))

    # Showing

    def _show(self) -> None:
        if self._prepared is None:
            self._show_first()
            return
        preview = self._prepared.preview
        about = " · ".join(part for part in (preview.file_name, preview.about) if part)
        self._head.set_words(_("Import a household register"), about)
        nothing = not preview.households_to_write and not preview.people_to_write
        self.go.set_words(_("Nothing to write") if nothing else write_words(preview))
        self.go.setEnabled(not nothing)
        self.go.show()
        self.other.show()
        # Once answered, the question stays in sight, so that the answer can be changed.
        self._encodings = preview.encodings or self._encodings
        self.pane.show_preview(preview, sensitive=self._choices.sensitive)
        self.pane.ask_encoding(self._encodings, self._choices.encoding)
        self._stack.setCurrentWidget(self.pane)
        self.begin_at(self.go)
        if self.isVisible():
            last = self.other if nothing else self.go
            (self._chosen_in(self.pane) or last).setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen_in(self, part: QWidget) -> Choice | None:
        """The field of that part in which the choice was made that the file was read anew for."""
        field = self._asked_from
        return field if isinstance(field, Choice) and part.isAncestorOf(field) else None

    def _show_first(self) -> None:
        self._head.set_words(_("Import a household register"), _("From Excel, with a preview; can be undone"))
        self.go.hide()
        self.other.hide()
        self._stack.setCurrentWidget(self._first)
        self.begin_at(self.first.action)

    # Leaving

    def _leave(self) -> None:
        if self._work is not None:
            self._cancel()
        else:
            self.left.emit()


def write_words(preview: ImportPreview) -> str:
    """What the button says: "Import 141 households, 583 people"."""
    households = ngettext("{n} household", "{n} households", preview.households_to_write)
    people = ngettext("{n} person", "{n} people", preview.people_to_write)
    return _("Import {households}, {people}").format(
        households=households.format(n=format_number(preview.households_to_write)),
        people=people.format(n=format_number(preview.people_to_write)),
    )


def _unless_cancelled(work: Callable[[], Answer]) -> Answer | None:
    """What the work answers, None when it was stopped: the screen has to know, to leave its progress."""
    try:
        return work()
    except CancelledError:
        return None
