"""Typing in a printed list of a round: the fields of one line, over all lines of the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.actions import Changes
from tongcds.clock import Clock, business_date
from tongcds.domain import record_code
from tongcds.domain.views import (
    STOP_WORDS,
    EditUndo,
    PaperEntry,
    PaperHome,
    PaperStart,
    StopState,
    Tone,
)
from tongcds.forms.days import read_past_day
from tongcds.forms.paper_line import AGAIN, DAY, FACTS, MET, NOTE, SERVICES
from tongcds.forms.paper_session import LineStatus, PaperSession
from tongcds.i18n import N_, _, format_number, ngettext
from ui.errors import words_for
from ui.forms.day_line import DayLine
from ui.forms.paper_strip import PaperStrip
from ui.tasks import Tasks
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, PillCell, TextCell
from ui.widgets.drafting import Drafting
from ui.widgets.field import Choice, EnterMoves, LabeledField
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, line

SaveLine = Callable[..., tuple[EditUndo, Changes]]

_STATES: Final = {
    LineStatus.OPEN: (N_("not typed"), Tone.QUIET, ""),
    LineStatus.TYPED: (N_("not saved"), Tone.WARN, "pen-line"),
    LineStatus.DOUBTFUL: (N_("look again"), Tone.BAD, "triangle-alert"),
    LineStatus.SAVED: (N_("saved"), Tone.GOOD, "check"),
}


class PaperEntryScreen(Page):
    """Signals: `left` is Esc, with the draft kept; `saved` carries the `Changes` of a line.

    Args:
        round_id: whose list it is; None for papers of no round.
        load: what typing in begins with.
        named: the line that is meant by a number, a household code or the text of a QR code.
        doubts: what is doubtful about a line, as sentences.
        save: saves one line; takes `draft` and `instead_of` as `actions.paper_entry.save_line` does.
        take_back: takes back what a line wrote.
        save_draft: keeps what is typed and not saved, under a name.
        reads: for what only reads.
        writes: for what writes; it has to keep the order.
    """

    help_topic = "rounds"

    left = Signal()
    saved = Signal(object)

    def __init__(
        self,
        round_id: bytes | None,
        *,
        load: Callable[[bytes | None], PaperStart],
        named: Callable[[Sequence[PaperHome], str], PaperHome],
        doubts: Callable[[PaperEntry], Sequence[str]],
        save: SaveLine,
        take_back: Callable[[EditUndo], Changes],
        save_draft: Callable[[str, dict[str, object]], object],
        reads: Tasks,
        writes: Tasks,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.keep_escape(self._leave)
        self._round = round_id
        self._load = load
        self._named = named
        self._doubts = doubts
        self._asked: PaperEntry | None = None
        self._save = save
        self._save_draft = save_draft
        self._reads = reads
        self._writes = writes
        self._take_back = take_back
        self._today = business_date(clock)
        self.strip = PaperStrip(self._today)
        self._at: PaperHome | None = None
        self.session = PaperSession(None, (), self._today)
        self._build()
        self._drafting = Drafting(self)
        self._drafting.due.connect(self._write_draft)
        self.retried.connect(self.begin)
        self.begin()

    def _build(self) -> None:
        leave = Button(_("Leave"), hint="Escape")
        leave.clicked.connect(self._leave)
        done = Button(_("Save the line"), icon="check", hint="Ctrl+Return", kind=Kind.PRIMARY)
        done.clicked.connect(self.save_line)
        for keys in ("Return", "Enter"):
            QShortcut(QKeySequence(f"Ctrl+{keys}"), self).activated.connect(self.save_line)
        self.back = Button(_("Take the line back"), icon="undo-2", hint="Ctrl+D")
        self.back.clicked.connect(self.take_line_back)
        QShortcut(QKeySequence("Ctrl+D"), self).activated.connect(self.take_line_back)
        self._head = PageHead(_("Enter from paper"), "", [leave, self.back, done])
        self.day = DayLine(partial(_past, self._today), self._today)
        self.who = Choice()
        self._day = LabeledField(_("Day of the visits"), self.day)
        self.day.installEventFilter(EnterMoves(self))
        self.day.textEdited.connect(self._change_day)
        self.who.activated.connect(self._change_who)
        over = line(gap=3)
        over.addWidget(self._day, 1)
        over.addWidget(LabeledField(_("Who went"), self.who), 2)
        over.addStretch(3)
        self._model: RowsModel[PaperHome] = RowsModel(
            [
                Column(_("No."), lambda home: TextCell(str(home.place or "+"))),
                Column(_("Household"), _household_cell, stretch=3),
                Column(_("Met"), self._met_cell, stretch=1),
                Column(_("Services"), self._text_of(SERVICES), stretch=2),
                Column(_("Facts"), self._text_of(FACTS), stretch=2),
                Column(_("Come back on"), self._text_of(AGAIN), stretch=1),
                Column(_("Difficulty, note"), self._text_of(NOTE), stretch=2),
                Column(_("Where it stands"), self._state_cell, stretch=1),
            ],
            self,
        )
        self.rows = RowsView(self._model, name=_("Lines of the list"))
        self.rows.picked.connect(self._pick)
        self.rows.opened.connect(lambda _row: self.strip.enter())
        self._nothing = EmptyState(
            "clipboard-pen",
            _("No line yet"),
            _("Type the code of a household, or scan the code on its survey sheet, into the field above."),
        )
        card = Card(flush=True)
        card.body.addWidget(self.rows, 1)
        card.body.addWidget(self._nothing, 1)
        self.strip.edited.connect(self._write)
        self.strip.wanted.connect(self._seek)
        self.strip.finished.connect(self.save_line)
        self.strip.stepped.connect(self._step)
        self.body.addWidget(self._head)
        self.body.addLayout(over)
        # The fields over the list: at the largest text size the list scrolls away, not they.
        self.body.addWidget(self.strip)
        self.body.addWidget(card, 1)

    # Beginning

    def begin(self) -> None:
        """Read the list and its draft, and show them."""
        self._reads.run(partial(self._load, self._round), self._begin, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self.show_problem(words_for(problem))

    def _begin(self, start: PaperStart) -> None:
        self.show_content()
        self.session = PaperSession(start.row, start.homes, self._today)
        restored = self.session.restore(start.draft.content) if start.draft is not None else 0
        self.who.clear()
        self.who.addItem(_("As on the list"), None)
        for member in start.members:
            self.who.addItem(member.name, member.member_id)
        self.who.choose(self.session.who)
        self.day.setText(self.session.day_words)
        self._show_lines()
        self._go_to(self._first())
        if restored:
            words = ngettext("{n} line of before brought back", "{n} lines of before brought back", restored)
            self._say(words.format(n=format_number(restored)))
        if self.isVisible():
            self.enter()

    def _first(self) -> PaperHome | None:
        """The first line where something is left to do."""
        lines = self.session.lines
        wanting = [home for home in lines if self.session.status(home) is not LineStatus.OPEN]
        fresh = [home for home in lines if home.state is StopState.OPEN]
        return next(iter((*wanting, *fresh, *lines)), None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.enter()

    def enter(self) -> None:
        """Put the focus where typing begins."""
        if self._at is None:
            self.strip.name.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.strip.enter()

    # Showing

    def _say(self, words: str = "") -> None:
        row = self.session.round
        counts = self.session.counts()
        saved = _("{n} saved").format(n=format_number(counts[LineStatus.SAVED]))
        wrong = counts[LineStatus.DOUBTFUL]
        doubtful = _("{n} to look at again").format(n=format_number(wrong)) if wrong else ""
        about = row.name if row is not None else _("Papers of no round")
        self._head.set_words(
            _("Enter from paper"), " · ".join(part for part in (about, saved, doubtful, words) if part)
        )

    def _show_lines(self) -> None:
        at = self._at
        blocked = self.rows.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self._model.set_rows(self.session.lines)
        if at is not None:
            ids = [home.household_id for home in self.session.lines]
            self.rows.choose(ids.index(at.household_id))
        self.rows.blockSignals(blocked)
        self.rows.setVisible(bool(self.session.lines))
        self._nothing.setVisible(not self.session.lines)
        self._say()

    def _show_reading(self) -> None:
        if self._at is not None:
            reading = self.session.read(self._at)
            wrong = self.session.status(self._at) is LineStatus.DOUBTFUL
            self._day.show_error(reading.problems.get(DAY, ""))
            self.strip.show_reading(reading, self._trouble(), marked=wrong)
            self.back.setEnabled(self.session.before(self._at) is not None)
            self._ask_doubts(reading.entry)

    def _ask_doubts(self, entry: PaperEntry | None) -> None:
        """Point at what is doubtful in the line as it stands; it keeps nobody from saving."""
        if entry == self._asked:
            return
        self._asked = entry
        self.strip.show_doubts(())
        if entry is not None and (entry.seen or entry.supports):
            told = partial(self._show_doubts, entry)
            self._reads.run(partial(self._doubts, entry), told, owner=self, failed=self._not_kept)

    def _show_doubts(self, entry: PaperEntry, sentences: Sequence[str]) -> None:
        if entry == self._asked:
            self.strip.show_doubts(sentences)

    def _trouble(self) -> str:
        """What is to be said of the line besides what it means."""
        home = self._at
        if home is None:
            return ""
        wrong = self.session.wrong(home)
        before = home.state is not StopState.OPEN and self.session.before(home) is None
        if not wrong and before and self.session.status(home) is LineStatus.OPEN:
            return _("Written down before: {state}. Saving it again adds to that.").format(
                state=_(STOP_WORDS[home.state])
            )
        return wrong

    def _met_cell(self, home: PaperHome) -> Cell:
        typed = self.session.texts(home)[MET]
        return TextCell(typed or (_(STOP_WORDS[home.state]) if home.state is not StopState.OPEN else ""))

    def _text_of(self, field: str) -> Callable[[PaperHome], Cell]:
        return lambda home: TextCell(self.session.texts(home)[field])

    def _state_cell(self, home: PaperHome) -> Cell:
        words, tone, icon = _STATES[self.session.status(home)]
        return PillCell(_(words), tone, icon)

    # Going from line to line

    def _pick(self, row: object) -> None:
        if isinstance(row, PaperHome) and row != self._at:
            self._go_to(row)

    def _step(self, step: int) -> None:
        wanted = self.session.after(self._at, step) if self._at is not None else None
        if wanted is not None:
            self._go_to(wanted)
            self.strip.enter()

    def _go_to(self, home: PaperHome | None) -> None:
        self._at = home
        if home is None:
            return
        self.strip.show_line(home, self.session.texts(home))
        self._show_reading()
        self._show_lines()

    def _seek(self, typed: str) -> None:
        if (round_id := record_code.read_round(typed)) is not None:
            self._drafting.flush()
            self._round, self._at = round_id, None
            self.begin()
            return
        find = partial(self._named, tuple(self.session.lines), typed)
        self._reads.run(find, self._found, owner=self, failed=self._not_found)

    def _found(self, home: PaperHome) -> None:
        self.session.add(home)
        self._go_to(home)
        self.strip.enter()

    def _not_found(self, problem: Exception) -> None:
        self.strip.complain_of_name(words_for(problem))

    # What is typed

    def _write(self, field: str, text: str) -> None:
        if self._at is not None:
            self.session.write(self._at, field, text)
            self._heed()

    def _change_day(self, text: str) -> None:
        self.session.day_words = text
        self._heed()

    def _change_who(self) -> None:
        who = self.who.currentData()
        self.session.who = who if isinstance(who, bytes) else None
        self._heed()

    def _heed(self) -> None:
        self._show_reading()
        self._show_lines()
        self._drafting.touch()

    def _write_draft(self) -> None:
        keep = partial(self._save_draft, self.session.draft, self.session.content())
        self._writes.run(keep, lambda _kept: None, owner=self, failed=self._not_kept)

    def _not_kept(self, problem: Exception) -> None:
        self._say(words_for(problem))

    # Saving and leaving

    def save_line(self) -> None:
        """Save the line and go on to the next; one that cannot be read is marked and stays as typed."""
        home = self._at
        if home is None or self.session.is_sending(home):
            return
        if self.session.status(home) in {LineStatus.OPEN, LineStatus.SAVED}:
            self._go_on(home)
            return
        reading = self.session.read(home)
        if reading.entry is None:
            field, sentence = next(iter(reading.problems.items()))
            self.session.mark_wrong(home, sentence)
            self._heed()
            if field == DAY:
                self.day.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self.strip.enter(field)
            return
        self._send(home, reading.entry)
        self._go_on(home)

    def _send(self, home: PaperHome, entry: PaperEntry) -> None:
        texts = dict(self.session.texts(home))
        self._drafting.forget()
        self.session.mark_sending(home)
        work = partial(
            self._save,
            entry,
            draft=(self.session.draft, self.session.content()),
            instead_of=self.session.before(home),
        )
        done = partial(self._done, self.session, home, texts)
        self._writes.run(work, done, owner=self, failed=partial(self._not_saved, self.session, home))

    def _done(
        self, session: PaperSession, home: PaperHome, texts: dict[str, str], answer: tuple[EditUndo, Changes]
    ) -> None:
        undo, changes = answer
        session.mark_saved(home, texts, undo)
        self._show_lines()
        self._show_reading()
        self.saved.emit(changes)

    def _not_saved(self, session: PaperSession, home: PaperHome, problem: Exception) -> None:
        session.mark_wrong(home, words_for(problem))
        self._heed()

    def take_line_back(self) -> None:
        """Undo what the line wrote; its texts stay, to be typed over and saved again."""
        home = self._at
        undo = self.session.before(home) if home is not None else None
        if home is None or undo is None or self.session.is_sending(home):
            return
        self.session.forget(home)
        self._writes.run(partial(self._take_back, undo), self._taken_back, owner=self, failed=self._not_kept)

    def _taken_back(self, changes: Changes) -> None:
        self._heed()
        self.saved.emit(changes)

    def _go_on(self, home: PaperHome) -> None:
        following = self.session.after(home)
        if following is not None:
            self._go_to(following)
            self.strip.enter()
        else:
            self.strip.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        self._drafting.flush()
        super().hideEvent(event)

    def _leave(self) -> None:
        self._drafting.flush()
        self.left.emit()


def _household_cell(home: PaperHome) -> Cell:
    return TextCell(home.head_name or home.code, home.code, strong=True)


def _past(today: date, words: str) -> date | None:
    return read_past_day(words, today)
