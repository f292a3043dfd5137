"""Ghi nhận hỗ trợ: one visit, typed without a mouse; its draft, and saving it.

What is right and wrong is decided by `tongcds.forms.visit`, drawn by `ui.forms.visit_form`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from tongcds.clock import Clock, business_date
from tongcds.domain.views import Draft, HouseholdDetail, HouseholdRow, ServiceChoice, VisitEntry
from tongcds.forms.visit import VisitSession, drafted_guests, drafted_household
from tongcds.i18n import _, format_time, ngettext
from ui.errors import words_for
from ui.forms.visit_form import VisitForm
from ui.forms.visit_parts import Effort
from ui.tasks import Tasks
from ui.theme import Style
from ui.widgets.button import Button, Kind
from ui.widgets.drafting import Drafting
from ui.widgets.page import Page
from ui.widgets.surface import PageHead
from ui.widgets.text import Text


@dataclass(frozen=True, slots=True)
class SavedVisit:
    """What `saved` carries.

    `words` is a sentence for the message bar, `answer` what `save` answered; with `again` the screen is
    ready for the next visit and stays.
    """

    words: str
    answer: object
    again: bool


@dataclass(frozen=True, slots=True)
class _Start:
    services: Sequence[ServiceChoice]
    draft: Draft | None
    drafted: HouseholdDetail | None
    wanted: HouseholdDetail | None
    guests: tuple[HouseholdDetail, ...] = ()


def _same(household_id: bytes | None) -> bytes | None:
    return household_id


class LogVisitScreen(Page):
    """The form for one visit. `saved` carries a `SavedVisit`; `left` is Esc, with the draft kept.

    `logbook_requested` wants the log of all visits.

    Args:
        find: the households that fit what was typed, best first.
        household: the household of an id, None when it is not there any more.
        services: what can be chosen today.
        save: writes a visit and forgets its draft, in one step; its answer goes on with `saved`.
        save_draft: keeps the form as it is; called while one types.
        load_draft: the draft that was not saved, or None.
        drop_draft: forgets it.
        reads: for what only reads.
        writes: for what writes; it has to keep the order.
        clock: decides what today is.
        save_group: writes one session for several households; without it, one visit is for one.
        last: what was logged last, to be repeated.
        correcting: says which visit this one stands in for; "" for a new one.
        effort: what is asked of time and distance.
    """

    help_topic = "log"

    saved = Signal(object)
    left = Signal()
    logbook_requested = Signal()

    def __init__(
        self,
        *,
        find: Callable[[str], Sequence[HouseholdRow]],
        household: Callable[[bytes], HouseholdDetail | None],
        services: Callable[[], Sequence[ServiceChoice]],
        save: Callable[[VisitEntry], object],
        save_draft: Callable[[dict[str, object]], object],
        load_draft: Callable[[], Draft | None],
        drop_draft: Callable[[], object],
        reads: Tasks,
        writes: Tasks,
        clock: Clock,
        save_group: Callable[[Sequence[VisitEntry]], object] | None = None,
        last: Callable[[], VisitEntry | None] | None = None,
        correcting: str = "",
        effort: Effort | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.keep_escape(self._escape)
        self._correcting = correcting
        self._household = household
        self._load_services = services
        self._save = save
        self._save_group = save_group
        self._last = last
        self._save_draft = save_draft
        self._load_draft = load_draft
        self._drop_draft = drop_draft
        self._reads = reads
        self._writes = writes
        self._clock = clock
        self._services: tuple[ServiceChoice, ...] = ()
        self._dropped: Mapping[str, object] = {}
        self._dropped_home: HouseholdDetail | None = None
        self._dropped_guests: list[HouseholdDetail] = []
        self._started = False
        self._saving = False
        self._has_draft = False
        self.form = VisitForm(
            VisitSession(business_date(clock)), find=find, household=household, reads=reads, effort=effort
        )
        self.form.edited.connect(self._heed)
        self.form.again_requested.connect(self._repeat)
        self.form.companions.setVisible(save_group is not None)
        self.form.again.setVisible(last is not None)
        self._build()
        self._drafting = Drafting(self)
        self._drafting.due.connect(self._write_draft)

    def _build(self) -> None:
        self.discard = Button("", kind=Kind.LINK)
        self.discard.clicked.connect(self._discard_or_bring_back)
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self._leave)
        self.next = Button(_("Save and next"))
        self.next.clicked.connect(self._save_and_next)
        self.done = Button(_("Save"), icon="check", hint="Ctrl+Return", kind=Kind.PRIMARY)
        self.done.clicked.connect(self._save_and_leave)
        # Not the shortcuts of the buttons: those wait for a tenth of a second, and fast hands type on.
        for keys in ("Return", "Enter"):
            QShortcut(QKeySequence(f"Ctrl+{keys}"), self).activated.connect(self._save_and_leave)
            QShortcut(QKeySequence(f"Ctrl+Shift+{keys}"), self).activated.connect(self._save_and_next)
        QShortcut(QKeySequence("Ctrl+G"), self).activated.connect(self.form.take_along)
        QShortcut(QKeySequence("Ctrl+R"), self).activated.connect(self._repeat)
        self.logbook = Button(_("Open the log"), kind=Kind.LINK)
        self.logbook.clicked.connect(self.logbook_requested)
        if self._correcting:
            self.logbook.hide()
            self.next.hide()
        actions = [self.discard, self.logbook, leave, self.next, self.done]
        self._head = PageHead(_("Log support"), "", actions)
        self._trouble = Text("", Style.ERROR, wrap=True)
        self._trouble.hide()
        self.body.addWidget(self._head)
        self.body.addWidget(self._trouble)
        self.body.addWidget(self.form, 1)
        self.begin_at(self.form)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)
        self.retried.connect(self._start_again)
        self._offer_discard()
        self._say("")

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.form.isAncestorOf(now):
            self._scroll.ensureWidgetVisible(now)

    # Beginning

    def start(self, household_id: bytes | None = None) -> None:
        """Begin a visit, for this household if one is given; a draft that was not saved comes back first."""
        self.keep_draft()
        self._started = True
        # Only when every draft on its way is written can the latest one be read.
        self._writes.run(partial(_same, household_id), self._read_start, owner=self)

    def _read_start(self, household_id: bytes | None) -> None:
        prepare = partial(self._prepare, household_id)
        self._reads.run(prepare, self._begin, owner=self, failed=self._fail)

    def _prepare(self, household_id: bytes | None) -> _Start:
        draft = self._load_draft()
        drafted = drafted_household(draft.content) if draft is not None else None
        homes = drafted_guests(draft.content) if draft is not None else ()
        guests = tuple(home for one in homes if (home := self._read(one)) is not None)
        return _Start(self._load_services(), draft, self._read(drafted), self._read(household_id), guests)

    def _read(self, household_id: bytes | None) -> HouseholdDetail | None:
        return self._household(household_id) if household_id is not None else None

    def _start_again(self) -> None:
        self.start()

    def _fail(self, problem: Exception) -> None:
        self.show_problem(words_for(problem))

    def _begin(self, start: _Start) -> None:
        self.show_content()
        self._services = tuple(start.services)
        session = VisitSession(business_date(self._clock))
        self._has_draft = start.draft is not None
        if start.draft is not None:
            session.restore(start.draft.content, start.drafted, self._services, start.guests)
            brought = _("Draft of {time} brought back").format(time=format_time(start.draft.saved_at))
            self._say(self._correcting or brought)
        else:
            self._say("")
            if start.wanted is not None:
                session.choose_household(start.wanted)
        self._show(session, keep_search=True)

    def _show(self, session: VisitSession, *, keep_search: bool = False) -> None:
        self._dropped = {}
        self._trouble.hide()
        self.form.show_session(session, self._services, keep_search=keep_search)
        self._offer_discard()
        if self.isVisible():
            self.form.enter()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        session = self.form.session
        yesterdays = session.is_untouched and session.today != business_date(self._clock)
        if not self._started or yesterdays:
            self.start(session.household.household_id if session.household is not None else None)
        # At once: fast hands do not wait until everything is read.
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
        session = self.form.session
        if not session.is_untouched:
            self._has_draft = True
            keep = partial(self._save_draft, session.content())
            self._writes.run(keep, self._kept, owner=self, failed=self._not_kept)
        elif self._has_draft:
            self._has_draft = False
            self._writes.run(self._drop_draft, self._forgotten, owner=self)

    def _kept(self, _answer: object) -> None:
        self._say(_("Draft kept at {time}").format(time=format_time(self._clock())))

    def _not_kept(self, problem: Exception) -> None:
        self._complain(words_for(problem))

    def _forgotten(self, _answer: object) -> None:
        self._say("")

    def _say(self, draft: str) -> None:
        keys = _("Tab goes to the next field, Ctrl Enter saves")
        self._head.set_words(_("Log support"), " · ".join(part for part in (draft, keys) if part))

    def _offer_discard(self) -> None:
        self.discard.setVisible(bool(self._dropped) or not self.form.session.is_untouched)
        self.discard.set_words(_("Bring it back") if self._dropped else _("Empty the form"))

    def _discard_or_bring_back(self) -> None:
        before = self._dropped
        now = self.form.session
        content = now.content()
        if not before:
            self._dropped_home = now.household
            self._dropped_guests = [guest.household for guest in now.guests]
        session = VisitSession(business_date(self._clock))
        if before:
            session.restore(before, self._dropped_home, self._services, self._dropped_guests)
        elif self.form.session.household is not None:
            session.choose_household(self.form.session.household)
        self._show(session)
        self._drafting.touch()
        self._dropped = {} if before else content
        self._offer_discard()

    # Leaving and saving

    def _escape(self) -> None:
        if not self.form.take_back_search():
            self._leave()

    def hideEvent(self, event: QHideEvent) -> None:
        self.keep_draft()
        super().hideEvent(event)

    def _leave(self) -> None:
        self.keep_draft()
        self.left.emit()

    def _save_and_leave(self) -> None:
        self._try_to_save(again=False)

    def _save_and_next(self) -> None:
        if self._correcting:
            return
        self._try_to_save(again=True)

    def _try_to_save(self, *, again: bool) -> None:
        if self._saving:
            return
        problems = self.form.problems()
        self.form.show_problems(problems)
        self._trouble.hide()
        if problems:
            self.form.go_to(problems[0])
            return
        self._saving = True
        self._drafting.forget()
        entries = self.form.session.entries()
        save = partial(self._save, entries[-1])
        if self._save_group is not None and len(entries) > 1:
            save = partial(self._save_group, entries)
        self._writes.run(save, partial(self._saved, again=again), owner=self, failed=self._not_saved)

    def _repeat(self) -> None:
        if self._last is not None:
            self._reads.run(self._last, self._bring, owner=self, failed=self._not_kept)

    def _bring(self, entry: VisitEntry | None) -> None:
        if entry is not None:
            self.form.repeat(entry, self._services)
        else:
            self._complain(_("Nothing was logged yet that could be repeated."))

    def _not_saved(self, problem: Exception) -> None:
        self._saving = False
        self._complain(words_for(problem))
        self._drafting.touch()

    def _complain(self, sentence: str) -> None:
        self._trouble.setText(sentence)
        self._trouble.setVisible(bool(sentence))

    def _saved(self, answer: object, *, again: bool) -> None:
        self._saving = False
        self._has_draft = False
        session = self.form.session
        homes = [guest.household for guest in session.guests]
        homes += [session.household] if session.household is not None else []
        name = ", ".join(home.head_name for home in homes)
        count = len(session.chosen())
        words = ngettext("Saved: {name}, {n} service.", "Saved: {name}, {n} services.", count)
        self._show(VisitSession(business_date(self._clock)))
        self._say("")
        self.saved.emit(SavedVisit(words.format(name=name, n=count), answer, again))
