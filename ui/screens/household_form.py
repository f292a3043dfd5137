"""Thêm hộ, sửa hộ: a household and its people filled in from the keyboard alone; lies over the register."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from tongcds.clock import Clock, business_date
from tongcds.domain.views import Draft, HouseholdChange, HouseholdStart, Lookalike, PersonQuery, Revealed
from tongcds.errors import UserError
from tongcds.forms.household import HouseholdSession, draft_name
from tongcds.i18n import _, format_time
from ui.errors import words_for
from ui.forms.household_form import HouseholdForm
from ui.forms.person_row import PersonRow
from ui.tasks import Tasks
from ui.theme import Style
from ui.widgets.button import Button, Kind
from ui.widgets.drafting import Drafting
from ui.widgets.page import Page
from ui.widgets.surface import PageHead
from ui.widgets.text import Text


@dataclass(frozen=True, slots=True)
class SavedHousehold:
    """What `saved` carries: a sentence for the message bar and what `save` answered."""

    words: str
    answer: object


class HouseholdFormScreen(Page):
    """The form of one household. `saved` carries a `SavedHousehold`; `left` is Esc, with the draft kept.

    Args:
        household_id: the household to edit, None for a new one.
        begin_at: a person, or None for the household itself, and the field where typing begins.
        load: what the form begins with.
        lookalikes: who is on record already and may be the one that is typed.
        taken: whether another household of a village has this code.
        reveal: a masked number of a person in full; noted, so it is a write.
        save: writes the household and forgets the draft, in one step; its answer goes on with `saved`.
        save_draft: keeps the form under a name; called while one types.
        load_draft: the draft of that name, or None.
        drop_draft: forgets it.
        reads: for what only reads.
        writes: for what writes; it has to keep the order.
        clock: decides what today is.
    """

    help_topic = "household-form"

    saved = Signal(object)
    left = Signal()

    def __init__(
        self,
        household_id: bytes | None,
        *,
        begin_at: tuple[bytes | None, str] | None = None,
        load: Callable[[bytes | None], HouseholdStart],
        lookalikes: Callable[[PersonQuery], Sequence[Lookalike]],
        taken: Callable[[bytes, str, bytes | None], bool],
        reveal: Callable[[bytes, str], Revealed],
        save: Callable[[HouseholdChange], object],
        save_draft: Callable[[str, dict[str, object]], object],
        load_draft: Callable[[str], Draft | None],
        drop_draft: Callable[[str], object],
        reads: Tasks,
        writes: Tasks,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.keep_escape(self._leave)
        self._household_id = household_id
        self._begin_here = begin_at
        self._draft = draft_name(household_id)
        self._load = load
        self._lookalikes = lookalikes
        self._taken = taken
        self._reveal = reveal
        self._save = save
        self._save_draft = save_draft
        self._load_draft = load_draft
        self._drop_draft = drop_draft
        self._reads = reads
        self._writes = writes
        self._clock = clock
        self._name = ""
        self._saving = False
        self._has_draft = False
        self._dropped: Mapping[str, object] = {}
        self.form: HouseholdForm | None = None
        self._build()
        self._drafting = Drafting(self)
        self._drafting.due.connect(self._write_draft)
        self.begin()

    def _build(self) -> None:
        self.discard = Button("", kind=Kind.LINK)
        self.discard.clicked.connect(self._discard_or_bring_back)
        self.discard.hide()
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self._leave)
        self.done = Button(_("Save"), icon="check", hint="Ctrl+Return", kind=Kind.PRIMARY)
        self.done.clicked.connect(self.try_to_save)
        for keys in ("Return", "Enter"):
            QShortcut(QKeySequence(f"Ctrl+{keys}"), self).activated.connect(self.try_to_save)
        self._head = PageHead("", "", [self.discard, leave, self.done])
        self._trouble = Text("", Style.ERROR, wrap=True)
        self._trouble.hide()
        self.body.addWidget(self._head)
        self.body.addWidget(self._trouble)
        self.body.addStretch(1)
        self.retried.connect(self.begin)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)
        self._say("")

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.form is not None and self.form.isAncestorOf(now):
            self._scroll.ensureWidgetVisible(now)

    def _show_number(self, row: PersonRow, field: str) -> None:
        if row.line.record is not None:
            work = partial(self._reveal, row.line.record.person_id, field)
            self._writes.run(work, partial(row.show_number, field), owner=row)

    # Beginning

    def begin(self) -> None:
        """Read the household and its draft, and show them."""
        self._reads.run(self._read, self._begin, owner=self, failed=self._fail)

    def _read(self) -> tuple[HouseholdStart, Draft | None]:
        return self._load(self._household_id), self._load_draft(self._draft)

    def _fail(self, problem: Exception) -> None:
        self.show_problem(words_for(problem))

    def _begin(self, read: tuple[HouseholdStart, Draft | None]) -> None:
        start, draft = read
        self.show_content()
        session = HouseholdSession(start, business_date(self._clock))
        self._has_draft = draft is not None
        self._name = session.head.name if session.head is not None else ""
        self._say("")
        if draft is not None:
            session.restore(draft.content)
            self._say(_("Draft of {time} brought back").format(time=format_time(draft.saved_at)))
        self._show(session)

    def _show(self, session: HouseholdSession) -> None:
        if self.form is None:
            self.form = HouseholdForm(
                session,
                business_date(self._clock),
                lookalikes=self._lookalikes,
                taken=self._taken,
                reads=self._reads,
            )
            self.form.edited.connect(self._heed)
            self.form.reveal_asked.connect(self._show_number)
            self.body.insertWidget(2, self.form, 1)
        else:
            self.form.show_session(session)
        self._dropped = {}
        self._offer_discard()
        if self.isVisible():
            self.enter()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.enter()

    def enter(self) -> None:
        """Put the focus where typing begins."""
        if self.form is None:
            return
        if self._begin_here is not None:
            self.form.enter_at(*self._begin_here)
        else:
            self.form.enter()

    # The draft

    def _heed(self) -> None:
        self._dropped = {}
        self._drafting.touch()
        self._offer_discard()

    def keep_draft(self) -> None:
        """Write the draft now if something was typed since the last time."""
        self._drafting.flush()

    def _write_draft(self) -> None:
        if self.form is None:
            return
        session = self.form.session
        if not session.is_untouched:
            self._has_draft = True
            keep = partial(self._save_draft, self._draft, session.content())
            self._writes.run(keep, self._kept, owner=self, failed=self._not_kept)
        elif self._has_draft:
            self._has_draft = False
            self._writes.run(partial(self._drop_draft, self._draft), self._forgotten, owner=self)

    def _kept(self, _answer: object) -> None:
        self._say(_("Draft kept at {time}").format(time=format_time(self._clock())))

    def _not_kept(self, problem: Exception) -> None:
        self._complain(words_for(problem))

    def _forgotten(self, _answer: object) -> None:
        self._say("")

    def _say(self, draft: str) -> None:
        keys = _("Enter goes to the next person, Ctrl Enter saves")
        title = _("Add a household")
        if self._household_id is not None:
            title = _("Edit the household of {name}").format(name=self._name) if self._name else _("Edit")
        self._head.set_words(title, " · ".join(part for part in (draft, keys) if part))

    def _offer_discard(self) -> None:
        touched = self.form is not None and not self.form.session.is_untouched
        self.discard.setVisible(bool(self._dropped) or touched)
        self.discard.set_words(_("Bring it back") if self._dropped else _("Undo all changes"))

    def _discard_or_bring_back(self) -> None:
        if self.form is None:
            return
        before, content = self._dropped, self.form.session.content()
        session = HouseholdSession(self.form.session.start, business_date(self._clock))
        if before:
            session.restore(before)
        self._show(session)
        self._drafting.touch()
        self._dropped = {} if before else content
        self._offer_discard()

    # Leaving and saving

    def hideEvent(self, event: QHideEvent) -> None:
        self.keep_draft()
        super().hideEvent(event)

    def _leave(self) -> None:
        self.keep_draft()
        self.left.emit()

    def try_to_save(self) -> None:
        """Save, or say what is missing and go there."""
        if self._saving or self.form is None:
            return
        problems = self.form.session.problems()
        self.form.show_problems(problems)
        self._complain("")
        if problems:
            self.form.go_to(problems[0])
            return
        self._saving = True
        self._drafting.forget()
        work = partial(self._save, self.form.session.change())
        self._writes.run(work, self._saved, owner=self, failed=self._not_saved)

    def _not_saved(self, problem: Exception) -> None:
        self._saving = False
        self._complain(words_for(problem))
        self._drafting.touch()
        if isinstance(problem, UserError) and problem.code == "stale_record":
            self._reads.run(partial(self._load, self._household_id), self._rebase, owner=self)

    def _rebase(self, start: HouseholdStart) -> None:
        if self.form is not None:
            self._show(self.form.session.rebased(start))

    def _complain(self, sentence: str) -> None:
        self._trouble.setText(sentence)
        self._trouble.setVisible(bool(sentence))

    def _saved(self, answer: object) -> None:
        self._saving = False
        self._has_draft = False
        head = self.form.session.head if self.form is not None else None
        words = _("Saved: household of {name}.").format(name=head.name if head is not None else "")
        self.saved.emit(SavedHousehold(words, answer))
