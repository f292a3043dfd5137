"""One household opened: its people and what they have, what was promised, what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRectF, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QHideEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QSizePolicy, QWidget

from tongcds.clock import VIETNAM, Clock, business_date
from tongcds.domain.facts import is_need
from tongcds.domain.identity import format_phone
from tongcds.domain.privacy import consent_line
from tongcds.domain.views import (
    FactState,
    HistoryRow,
    HouseholdDetail,
    PersonRow,
    Revealed,
    Standing,
    Tone,
)
from tongcds.i18n import _, format_date, format_time
from ui import theme, words
from ui.forms.attachments_part import AttachmentsPart
from ui.forms.facts_dialog import FactsDialog
from ui.forms.person_row import SHOWN_MS
from ui.household_words import due_words, fact_warnings, need_words, person_note, poverty_words, short_day
from ui.theme import IconSize, Length, Style, space
from ui.widgets import paint
from ui.widgets.button import Button, Kind, key_words
from ui.widgets.cells import Cell, MarkCell, TextCell
from ui.widgets.flow import FlowRow
from ui.widgets.menu_button import MenuButton
from ui.widgets.notice import Notice
from ui.widgets.pill import Pill
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, ScrollColumn, clear, column, line
from ui.widgets.text import Icon, Text
from ui.widgets.timeline import Moment, Timeline

_SMARTPHONE: Final = "smartphone"
SHOWN_FACTS: Final = (_SMARTPHONE, "vneid2", "account", "online_service")
"""What a volunteer asks first; the other facts are in the history and in the figures."""

_OLD_PHONE: Final = "phone_2g"


def fact_cell(fact: FactState, facts: tuple[FactState, ...], today: date) -> MarkCell:
    """A fact as a cell. That nobody has asked yet looks different from a no."""
    if fact.value is None:
        return MarkCell(_("not asked"), "circle-question-mark", Tone.QUIET)
    if fact.value:
        day = short_day(fact.held_on, today) if fact.held_on is not None else ""
        return MarkCell(fact.note or day or _("yes"), "circle-check", Tone.GOOD)
    old = fact.fact == _SMARTPHONE and any(other.fact == _OLD_PHONE and other.value for other in facts)
    return MarkCell(fact.note or (_("2G phone") if old else _("not yet")), "circle-dashed", Tone.QUIET)


def history_state(row: HistoryRow, today: date) -> words.State:
    """Where a visit stands; with the day and time of its receipt where that is known."""
    state = words.standing(row.standing)
    if row.standing is Standing.PACKED and row.packed_in:
        words_ = _("On USB {file}, waiting for the receipt").format(file=row.packed_in)
        return state._replace(words=words_)
    if row.standing is Standing.RECEIVED and row.received_at is not None:
        day = short_day(row.received_at.astimezone(VIETNAM).date(), today)
        return state._replace(words=f"{state.words} {day} {format_time(row.received_at)}")
    return state


class HouseholdPanel(Card):
    """Shows a `HouseholdDetail`; what is asked for carries its id.

    `seen` carries what was answered about one person or the household, as a tuple of `Seen`.
    """

    log_requested = Signal(object)
    edit_requested = Signal(object)
    phone_requested = Signal(object)
    consent_requested = Signal(object)
    history_requested = Signal(object, str)
    print_requested = Signal(object)
    movement_requested = Signal(object)
    poverty_requested = Signal(object)
    seen = Signal(object)

    def __init__(
        self, *, can_log: bool, can_edit: bool, can_reveal: bool, clock: Clock, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._household: HouseholdDetail | None = None
        self._can_reveal = can_reveal
        self._can_edit = can_edit
        self._clock = clock
        self._hiding = QTimer(self)
        self._hiding.setSingleShot(True)
        self._hiding.setInterval(SHOWN_MS)
        self._hiding.timeout.connect(self.hide_phone)
        self.body.setSpacing(space(2.5))
        self._build_head(can_log=can_log)
        self._build_about()
        self._build_course()
        QWidget.setTabOrder(self.own_facts, self.history)
        QWidget.setTabOrder(self.history, self.people)
        QWidget.setTabOrder(self.people, self.attachments.add)
        QWidget.setTabOrder(self.attachments.remove, self._scroll)
        QWidget.setTabOrder(self._scroll, self.more)
        QWidget.setTabOrder(self.more, self.consent)

    def _build_head(self, *, can_log: bool) -> None:
        """Who it is, where, by which phone; and what can be done with the whole household."""
        self.heading = Text("", Style.TITLE)
        self._about = Text("", Style.NOTE)
        self._phone_icon = Icon("phone", size=IconSize.SMALL)
        self.phone = Text("", Style.NOTE)
        # Half a number is none; the words before it give way.
        self.phone.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.reveal = Button(_("show"), kind=Kind.LINK)
        self.reveal.setAccessibleName(_("Show the phone number"))
        self.reveal.clicked.connect(self._ask_phone)
        self.log = Button(_("Log support"), icon="clipboard-pen", kind=Kind.PRIMARY)
        if not can_log:
            self.log.hide()
        self.log.clicked.connect(self._ask_log)
        self.edit = Button(_("Edit"), icon="pen-line")
        self.edit.setAccessibleName(_("Edit the household"))
        if not self._can_edit:
            self.edit.hide()
        self.edit.clicked.connect(self._ask_edit)
        self.print = Button("", icon="printer", hint="")
        self.print.setAccessibleName(_("Print the survey sheet"))
        self.print.setToolTip(_("Print the survey sheet"))
        self.print.clicked.connect(self._ask_print)
        contact = line(gap=1)
        for widget in (self._about, self._phone_icon, self.phone, self.reveal):
            contact.addWidget(widget)
        contact.addStretch(1)
        names = column()
        names.addWidget(self.heading)
        names.addLayout(contact)
        top = line(gap=3)
        top.addLayout(names, 1)
        for button in (self.print, self.edit, self.log):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(top)
        self.refusal = Notice("triangle-alert", Tone.WARN)
        self.body.addWidget(self.refusal)

    def _offer(self, words_: str, keys: str, wanted: SignalInstance) -> None:
        """One more thing to do with the household that is shown, in the list and by its key."""

        def act() -> None:
            if self._household is not None and self._can_edit:
                wanted.emit(self._household.household_id)

        self.more.offer(f"{words_}\t{key_words(keys)}", act)
        QShortcut(QKeySequence(keys), self).activated.connect(act)

    def _build_about(self) -> None:
        """What is known of the household as a whole."""
        self._pills = FlowRow(gap=1.5)
        self.own_facts = Button(_("Facts of the household"), kind=Kind.LINK)
        if not self._can_edit:
            self.own_facts.hide()
        self.own_facts.clicked.connect(self._ask_own_facts)
        self.history = Button(_("Time line of facts"), kind=Kind.LINK, hint="Ctrl+T")
        self.history.clicked.connect(self._ask_history)
        QShortcut(QKeySequence("Ctrl+T"), self).activated.connect(self._ask_history)
        about = line(gap=2)
        about.addWidget(self._pills, 1)
        about.addWidget(self.own_facts, 0, Qt.AlignmentFlag.AlignVCenter)
        about.addWidget(self.history, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(about)

    def _build_course(self) -> None:
        """What scrolls: people, promises, attachments, and what was done."""
        self._people: RowsModel[PersonRow] = RowsModel([Column("", self._name_cell)], self)
        self.people = RowsView(self._people, name=_("People of the household"), pick=self._can_edit, side=2)
        self.people.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        keys = Qt.FocusPolicy.StrongFocus if self._can_edit else Qt.FocusPolicy.NoFocus
        self.people.setFocusPolicy(keys)
        self.people.installEventFilter(self)
        self.people.opened.connect(self._ask_facts)
        self.people.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._promises = column(gap=1.5)
        self.attachments = AttachmentsPart(can_edit=self._can_edit)
        self._course = Text(_("Course of support"), Style.HEADING)
        self.consent = Button("", kind=Kind.LINK)
        if not self._can_edit:
            self.consent.hide()
        self.consent.clicked.connect(self._ask_consent)
        # What is needed less often, in a list of its own; each has its key.
        self.more = MenuButton(_("More…"), kind=Kind.LINK)
        self.more.setAccessibleName(_("More to do with the household"))
        self.more.setToolTip(_("More to do with the household"))
        if not self._can_edit:
            self.more.hide()
        self._offer(_("Comings and goings…"), "Ctrl+B", self.movement_requested)
        self._offer(_("Poverty class…"), "Ctrl+Y", self.poverty_requested)
        self._timeline = Timeline()
        never = _("Nobody has visited yet. The first visit you log appears here.")
        self._never = Text(never, Style.MUTED, wrap=True)
        course = line(gap=2)
        course.addWidget(self._course, 1)
        course.addWidget(self.more, 0, Qt.AlignmentFlag.AlignVCenter)
        course.addWidget(self.consent, 0, Qt.AlignmentFlag.AlignVCenter)
        self._scroll = ScrollColumn(gap=2)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._scroll.setAccessibleName(_("Course of support"))
        self._scroll.installEventFilter(self)
        body = self._scroll.body
        body.addWidget(self.people)
        body.addLayout(self._promises)
        body.addSpacing(space(1))
        body.addWidget(self.attachments)
        body.addLayout(course)
        body.addWidget(self._timeline)
        body.addWidget(self._never)
        body.addStretch(1)
        self.body.addWidget(self._scroll, 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            self.update()
            if watched is self.people:
                self._mark_person(on=event.type() == QEvent.Type.FocusIn)
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._scroll.hasFocus():
            painter = QPainter(self)
            paint.begin(painter)
            paint.focus_ring(painter, QRectF(self.rect()), Length.RADIUS_CARD)

    def _mark_person(self, *, on: bool) -> None:
        """A person is chosen only while the keys are at the table; otherwise it is there to be read."""
        if not on:
            self.people.setCurrentIndex(QModelIndex())
        elif not self.people.currentIndex().isValid():
            self.people.choose(0)

    def household(self) -> HouseholdDetail | None:
        """What is shown."""
        return self._household

    def show_household(self, household: HouseholdDetail) -> None:
        """Show a household."""
        if self._household is None or self._household.household_id != household.household_id:
            self.attachments.leave()
        self._household = household
        self.heading.setText(_("Household of {name}").format(name=household.head_name))
        place = ", ".join(part for part in (household.village_name, household.commune_name) if part)
        known = [part for part in (household.code, place, household.address) if part]
        self._about.setText(" · ".join(known) + (" · " if household.has_phone else ""))
        self._show_phone(household.phone_masked, masked=True)
        self.refusal.say("")
        self._show_pills(household)
        if household.consent is not None:
            self.consent.setText(consent_line(household.consent))
            name = _("Consent: {words}").format(words=consent_line(household.consent))
            self.consent.setAccessibleName(name)
        self._show_people(household)
        clear(self._promises)
        for promise in household.open_follow_ups:
            state = due_words(promise.days_left)
            row = line(gap=2)
            row.addWidget(Pill(state.words, state.tone))
            row.addWidget(
                Text(" · ".join(part for part in (promise.title, promise.detail) if part), Style.BODY), 1
            )
            self._promises.addLayout(row)
        self._timeline.show_moments([self._moment(visit) for visit in household.history])
        self._timeline.setVisible(bool(household.history))
        self._never.setVisible(not household.history)
        self.attachments.show_rows(household.attachments)
        self.setAccessibleName(self.heading.words())

    def show_phone(self, household_id: bytes, shown: Revealed) -> None:
        """Show the whole number, and who does not want it, while this household is on the screen."""
        if self._household is not None and self._household.household_id == household_id:
            self._show_phone(format_phone(shown.number), masked=False)
            self.refusal.say(shown.refusal)
            self._hiding.start()

    def hide_phone(self) -> None:
        """Mask a number that was shown."""
        self._hiding.stop()
        if self._household is not None:
            self._show_phone(self._household.phone_masked, masked=True)
            self.refusal.say("")

    def hideEvent(self, event: QHideEvent) -> None:
        self.hide_phone()
        super().hideEvent(event)

    def _show_phone(self, words_: str, *, masked: bool) -> None:
        has = self._household is not None and self._household.has_phone
        self.phone.setText(words_)
        self.phone.setVisible(has)
        self._phone_icon.setVisible(has)
        self.reveal.setVisible(has and masked and self._can_reveal)

    def _show_pills(self, household: HouseholdDetail) -> None:
        clear(self._pills.flow)
        pills = []
        if poverty := poverty_words(household.poverty):
            pills.append(words.State(poverty, Tone.WARN))
        pills += [words.State(said, Tone.WARN, "hand-heart") for said in need_words(household)]
        for fact in household.facts:
            if is_need(fact.fact):
                continue
            if fact.value:
                pills.append(words.State(fact.label, Tone.GOOD, "check"))
            elif fact.value is False:
                pills.append(words.State(_("{fact}: not yet").format(fact=fact.label), Tone.QUIET))
        if household.unconsented:
            pills.append(words.State(_("Sensitive data without consent"), Tone.WARN, "triangle-alert"))
        if household.standing is not Standing.RECEIVED:
            pills.append(words.standing(household.standing))
        for pill in pills:
            self._pills.flow.addWidget(Pill(pill.words, pill.tone, icon=pill.icon))
        self._pills.setVisible(bool(pills))

    def _show_people(self, household: HouseholdDetail) -> None:
        labels = {fact.fact: fact.label for person in household.people for fact in person.facts}
        shown = [code for code in SHOWN_FACTS if code in labels][: self._fitting()]
        columns: list[Column[PersonRow]] = [Column(_("Person"), self._name_cell, stretch=1)]
        columns += [
            Column(labels[code], _FactOf(code, business_date(self._clock)), stretch=1) for code in shown
        ]
        self._people.columns = columns
        self._people.set_rows(household.people)
        rows = [self.people.rowHeight(at) for at in range(len(household.people))]
        header = self.people.horizontalHeader().sizeHint().height()
        self.people.setFixedHeight(header + sum(rows) + Length.LINE)

    def _fitting(self) -> int:
        """How many facts fit beside the names: all, or all but the last."""
        wide = self.width() >= theme.current().scaled(Length.READING)
        return len(SHOWN_FACTS) - (0 if wide else 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._household is not None and len(self._people.columns) != 1 + self._fitting():
            self._show_people(self._household)

    @staticmethod
    def _name_cell(person: PersonRow) -> Cell:
        return TextCell(person.full_name, second=person_note(person), strong=True)

    def _moment(self, visit: HistoryRow) -> Moment:
        state = history_state(visit, business_date(self._clock))
        title = " · ".join(part for part in (format_date(visit.on), visit.by) if part)
        if visit.withdrawn:
            title = _("{title} (withdrawn: {why})").format(title=title, why=visit.withdrawn)
        lines = (*visit.lines, *((f"“{visit.note}”",) if visit.note else ()))
        return Moment(title, lines, state.words, state.tone, state.icon)

    def _ask_print(self) -> None:
        if self._household is not None:
            self.print_requested.emit(self._household.household_id)

    def _ask_edit(self) -> None:
        if self._household is not None:
            self.edit_requested.emit(self._household.household_id)

    def _ask_consent(self) -> None:
        if self._household is not None:
            self.consent_requested.emit(self._household.household_id)

    def _ask_history(self) -> None:
        if self._household is not None:
            self.history_requested.emit(self._household.household_id, self.heading.words())

    def _ask_own_facts(self) -> None:
        shown = self._household
        if shown is not None:
            self._open_facts("household", shown.household_id, self.heading.words(), shown.facts)

    def _ask_facts(self, person: PersonRow) -> None:
        if self._can_edit:
            today = business_date(self._clock)
            warn = partial(fact_warnings, person, today)
            self._open_facts("person", person.person_id, person.full_name, person.facts, warn)

    def _open_facts(
        self,
        subject: str,
        subject_id: bytes,
        name: str,
        facts: tuple[FactState, ...],
        warn: Callable[[Mapping[str, bool]], Sequence[str]] | None = None,
    ) -> None:
        today = business_date(self._clock)
        dialog = FactsDialog(subject, subject_id, name, facts, today, warn=warn, parent=self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.saved.connect(self.seen)
        self.facts_dialog = dialog
        dialog.open()

    def _ask_log(self) -> None:
        if self._household is not None:
            self.log_requested.emit(self._household.household_id)

    def _ask_phone(self) -> None:
        if self._household is not None:
            self.phone_requested.emit(self._household.household_id)


class _FactOf:
    """Draws one fact of each person."""

    def __init__(self, code: str, today: date) -> None:
        self._code = code
        self._today = today

    def __call__(self, person: PersonRow) -> Cell:
        for fact in person.facts:
            if fact.fact == self._code:
                return fact_cell(fact, person.facts, self._today)
        return TextCell("")
