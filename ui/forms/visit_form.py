"""Draws a visit that is being logged and writes what is typed into its session; the screen saves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QWidget

from tongcds.domain.views import HouseholdDetail, HouseholdRow, Result, ServiceChoice, VisitEntry
from tongcds.forms.days import read_coming_day, read_past_day
from tongcds.forms.visit import Place, Problem, VisitSession
from tongcds.i18n import _, format_date, format_day, pgettext
from ui.forms.day_line import DayLine
from ui.forms.household_picker import HouseholdPicker
from ui.forms.people_list import PeopleList
from ui.forms.service_picker import ServicePicker
from ui.forms.support_table import SupportTable
from ui.forms.visit_parts import Companions, Effort, Note, fit_cards, shifts
from ui.household_words import row_of
from ui.tasks import Tasks
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.field import EnterMoves, LabeledField
from ui.widgets.surface import Card, column, line
from ui.widgets.text import Text

_TEXTS: Final = (Place.DAY, Place.MINUTES, Place.DISTANCE, Place.FOLLOW_UP)


class VisitForm(QWidget):
    """The two cards of the form. `edited` says that something was filled in or taken out.

    `again_requested` wants the services of the last visit (`repeat` brings them).

    Args:
        session: what it draws at first; `show_session` changes it.
        find: the households that fit what was typed, best first.
        household: the household of an id, None when it is not there any more.
        reads: runs `find` and `household`.
        effort: what is asked of time and distance; the time alone without it.
    """

    edited = Signal()
    again_requested = Signal()

    def __init__(
        self,
        session: VisitSession,
        *,
        find: Callable[[str], Sequence[HouseholdRow]],
        household: Callable[[bytes], HouseholdDetail | None],
        reads: Tasks,
        effort: Effort | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self._household = household
        self._reads = reads
        self._asked = b""
        self.picker = HouseholdPicker(
            find, reads, label=pgettext("form field", "Household"), today=session.today
        )
        self.people = PeopleList(_("Who was helped"))
        self.companions = Companions()
        self.companions.more.clicked.connect(self.take_along)
        self.again = Button(_("Same as last time"), hint="Ctrl+R", kind=Kind.SMALL)
        self.again.clicked.connect(self.again_requested)
        self.day = DayLine(self._read_day, session.today)
        self.effort = effort or Effort(minutes=True, distance=False)
        self.minutes = self.effort.minutes
        self.follow_up = DayLine(self._read_follow_up, session.today, _("+7 days, +14 days, a date…"))
        self.services = ServicePicker(self._has_chosen)
        self.supports = SupportTable()
        self.note = Note()
        self._fields = {
            Place.DAY: LabeledField(_("Day"), self.day),
            **self.effort.fields,
            Place.FOLLOW_UP: LabeledField(_("Next appointment"), self.follow_up),
        }
        self._services_error = Text("", Style.ERROR, wrap=True)
        self._services_error.hide()
        self._weekday = Text("", Style.NOTE)
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(space(4))
        self._left = self._build_left()
        self._cards.addWidget(self._left)
        self._cards.addWidget(self._build_right(), 1)
        self._listen()
        self.setFocusProxy(self.picker)

    def _build_left(self) -> Card:
        card = Card()
        when = line(gap=3)
        when.addWidget(self._fields[Place.DAY], 3)
        when.addWidget(self.effort, 2)
        card.body.setSpacing(space(3))
        card.body.addWidget(self.picker)
        card.body.addWidget(self.people)
        card.body.addWidget(self.companions)
        card.body.addLayout(when)
        card.body.addLayout(self._build_follow_up())
        card.body.addStretch(1)
        return card

    def _build_follow_up(self) -> QBoxLayout:
        box = column()
        box.addWidget(self._fields[Place.FOLLOW_UP])
        box.addLayout(shifts(self._weekday, self._shift))
        return box

    def _build_right(self) -> Card:
        card = Card(_("What did you help with?"))
        card.head.addWidget(self.again)
        card.head.addWidget(self.services.field)
        card.body.addWidget(self._services_error)
        card.body.addWidget(self.services)
        card.body.addSpacing(space(2))
        card.body.addWidget(self.supports)
        card.body.addSpacing(space(2))
        card.body.addWidget(LabeledField(_("Note"), self.note), 1)
        return card

    def _listen(self) -> None:
        enter = EnterMoves(self)
        for field in (self.day, self.minutes, self.effort.distance, self.follow_up):
            field.installEventFilter(enter)
            field.textEdited.connect(self._type)
            field.editingFinished.connect(self._settle)
        self.day.day_changed.connect(self._type)
        self.follow_up.day_changed.connect(self._type)
        self.picker.highlighted.connect(self._preview)
        self.picker.chosen.connect(self._choose)
        self.people.ticked.connect(self._tick)
        self.people.finished.connect(self._go_to_services)
        self.services.toggled.connect(self._toggle)
        self.services.answered.connect(self._choose_service)
        self.services.finished.connect(self._go_on)
        self.supports.narrowed.connect(self._narrow)
        self.supports.answered.connect(self._answer)
        self.supports.removed.connect(self._drop)
        self.supports.parted.connect(self._part)
        self.note.textChanged.connect(self._write_note)

    def show_session(
        self, session: VisitSession, services: Sequence[ServiceChoice], *, keep_search: bool = False
    ) -> None:
        """Draw another session whole; with `keep_search`, but for a search that fast hands have begun."""
        self.session = session
        self._asked = b""
        self.show_problems(())
        if session.household is not None:
            self.picker.show_choice(row_of(session.household))
        elif not keep_search or self.picker.choice() is not None:
            self.picker.show_choice(None)
        self._show_people()
        self.day.setText(session.day_words or format_date(session.today))
        self.effort.show_session(session)
        self.follow_up.setText(session.follow_up_words)
        blocked = self.note.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.note.setPlainText(session.note)
        self.note.blockSignals(blocked)
        self.services.field.clear()
        self.services.show_services(services)
        self._show_supports()
        self._show_weekday()

    def enter(self) -> None:
        """Put the focus where typing begins."""
        if self.session.household is not None:
            self.people.enter()
        else:
            self.picker.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_back_search(self) -> bool:
        """Put the chosen household back into a search that was begun over it; False if there was none."""
        if self.session.household is None or self.picker.choice() is not None:
            return False
        self.picker.show_choice(row_of(self.session.household))
        return True

    # Problems

    def problems(self) -> tuple[Problem, ...]:
        """What keeps the visit from being saved; a search that is not finished is one of them."""
        found = self.session.problems()
        waits = self.picker.choice() is None and bool(self.picker.field.text().strip())
        if self.session.guests and not waits:
            idle = self.picker.choice() is not None and not self.session.helped
            words = _("Tick at least one person who was helped.")
            return (Problem(Place.PEOPLE, words), *found) if idle else found
        if self.picker.choice() is not None or any(one.place is Place.HOUSEHOLD for one in found):
            return found
        return (Problem(Place.HOUSEHOLD, VisitSession(self.session.today).problems()[0].words), *found)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say each problem at its place; none takes all of them away."""
        said: dict[Place, str] = {}
        for problem in problems:
            said.setdefault(problem.place, problem.words)
        self.picker.show_error(said.get(Place.HOUSEHOLD, ""))
        self.people.show_error(said.get(Place.PEOPLE, ""))
        for place, field in self._fields.items():
            field.show_error(said.get(place, ""))
        self._services_error.setText(said.get(Place.SERVICES, ""))
        self._services_error.setVisible(Place.SERVICES in said)
        self.supports.show_error(said.get(Place.SUPPORTS, ""))

    def go_to(self, problem: Problem) -> None:
        """Put the focus where a problem is put right."""
        places: dict[Place, QWidget] = {
            Place.HOUSEHOLD: self.picker.field,
            Place.DAY: self.day,
            Place.MINUTES: self.minutes,
            Place.DISTANCE: self.effort.distance,
            Place.FOLLOW_UP: self.follow_up,
            Place.SERVICES: self.services.field,
        }
        if problem.place is Place.PEOPLE:
            self.people.enter()
        elif problem.place is Place.SUPPORTS:
            people, result = self.supports.row(problem.service)
            wanted = result if result.value() is None else people
            wanted.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            places[problem.place].setFocus(Qt.FocusReason.OtherFocusReason)

    # The household and its people

    def _preview(self, row: HouseholdRow) -> None:
        # People are shown while one still searches, unless that would take away what was ticked.
        along = any(one.household.household_id == row.household_id for one in self.session.guests)
        if not along and (self.session.household is None or not self.session.helped):
            self._ask(row, then=self._show_preview)

    def _choose(self, row: HouseholdRow) -> None:
        self._ask(row, then=self._take_household)

    def _ask(self, row: HouseholdRow, *, then: Callable[[HouseholdDetail], None]) -> None:
        self._asked = row.household_id
        read = partial(self._household, row.household_id)
        self._reads.run(
            read, partial(self._if_asked, then, row.household_id), owner=self, failed=self._cannot_read
        )

    def _if_asked(
        self, then: Callable[[HouseholdDetail], None], wanted: bytes, detail: HouseholdDetail | None
    ) -> None:
        if wanted != self._asked:
            return
        if detail is not None:
            then(detail)
        else:
            self.picker.take_held()
            self.picker.show_error(_("This household is not in the register any more. Choose another one."))

    def _cannot_read(self, problem: Exception) -> None:
        self.picker.take_held()
        raise problem

    def _show_preview(self, detail: HouseholdDetail) -> None:
        if self.picker.choice() is None:
            self._use(detail)

    def _take_household(self, detail: HouseholdDetail) -> None:
        self._use(detail)
        self.people.enter()
        for event in self.picker.take_held():
            focus: QWidget | None = self.focusWidget()
            QApplication.sendEvent(focus if focus is not None else self, event)
        self.edited.emit()

    def _use(self, detail: HouseholdDetail) -> None:
        if detail != self.session.household:
            self.session.choose_household(detail)
            self._show_people()
            self._show_supports()

    def _show_people(self) -> None:
        helped = [person.person_id for person in self.session.helped]
        self.people.show_people(self.session.people, helped)
        self.companions.show_guests(self.session.guests)
        self._order()

    def _order(self) -> None:
        """Tab goes on in reading order, also to what came later."""
        chain: list[QWidget] = [self.picker.field, *self.people.rows(), self.companions.more]
        chain += (self.day, self.minutes, self.effort.distance, self.follow_up, self.again)
        chain.append(self.services.field)
        for code in self.supports.codes():
            chain += self.supports.row(code)
        chain.append(self.note)
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def take_along(self) -> None:
        """Keep this household with those who are ticked, and look for the next one."""
        if not self.companions.isVisible():
            return
        if not self.session.take_along():
            self.people.show_error(_("Tick at least one person who was helped."))
            return
        self.picker.show_choice(None)
        self._show_people()
        self._show_supports()
        self.picker.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()

    def repeat(self, entry: VisitEntry, services: Sequence[ServiceChoice]) -> None:
        """Choose the services, results and minutes of another visit."""
        self.session.repeat(entry, services)
        self.minutes.setText(self.session.minutes_words)
        self._changed_supports()
        self._go_on()

    def _tick(self, person_id: bytes, on: bool) -> None:  # noqa: FBT001 - what a check row says
        self.session.tick(person_id, on=on)
        self.people.show_error("")
        self._show_supports()
        self.edited.emit()

    # Services and supports

    def _has_chosen(self, code: str) -> bool:
        return self.session.has_chosen(code)

    def _go_to_services(self) -> None:
        self.services.field.setFocus(Qt.FocusReason.TabFocusReason)

    def _go_on(self) -> None:
        waiting = [chosen.key for chosen in self.session.chosen() if chosen.result is None]
        if waiting:
            self.supports.row(waiting[0])[1].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.note.setFocus(Qt.FocusReason.TabFocusReason)

    def _toggle(self, service: ServiceChoice) -> None:
        if self.session.has_chosen(service.code):
            self.session.drop(service.code)
        else:
            self.session.choose(service)
        self._changed_supports()

    def _choose_service(self, service: ServiceChoice, result: Result) -> None:
        self.session.choose(service, result)
        self._changed_supports()

    def _narrow(self, code: str, person_id: bytes) -> None:
        self.session.narrow(code, person_id)
        self._changed_supports()

    def _answer(self, code: str, result: Result) -> None:
        self.session.answer(code, result)
        self._changed_supports()

    def _drop(self, code: str) -> None:
        self.session.drop(code)
        self._changed_supports()

    def _part(self, code: str) -> None:
        self.session.set_apart(code)
        self._changed_supports()
        service = code.partition("/")[0]
        first = next(one for one in self.session.chosen() if one.service.code == service)
        self.supports.row(first.key)[1 if first.is_apart else 0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed_supports(self) -> None:
        self._services_error.hide()
        self.supports.show_error("")
        self._show_supports()
        self.edited.emit()

    def _show_supports(self) -> None:
        everybody = self.session.everybody
        along = [person for guest in self.session.guests for person in guest.people]
        self.supports.show_chosen(self.session.chosen(), (*along, *self.session.people), everybody)
        self.services.refresh()
        self._order()

    # Texts

    def _read_day(self, words: str) -> date | None:
        return read_past_day(words, self.session.today)

    def _read_follow_up(self, words: str) -> date | None:
        return read_coming_day(words, self.session.day or self.session.today)

    def _type(self) -> None:
        session = self.session
        day = self.day.text()
        session.day_words = "" if day == format_date(session.today) else day
        self.effort.write(session)
        session.follow_up_words = self.follow_up.text()
        for place, field in self._fields.items():
            if field.editor.hasFocus():
                self._fields[place].show_error("")
        self._show_weekday()
        self.edited.emit()

    def _settle(self) -> None:
        """A field was left: write its day out, and say what is wrong with what stands there."""
        if not self.day.text().strip():
            self.day.show_day(self.session.today)
        wrong = {problem.place: problem.words for problem in self.session.problems()}
        for place in _TEXTS:
            self._fields[place].show_error(wrong.get(place, ""))
        if self.day.day() is not None:
            day = self.day.text()
            self.session.day_words = "" if day == format_date(self.session.today) else day
        self.session.follow_up_words = self.follow_up.text()
        self._show_weekday()

    def _shift(self) -> None:
        button = self.sender()
        if button is not None:
            self.follow_up.setText(f"+{button.property('days')}")
            self._type()
            self.follow_up.show_day(self.session.follow_up_on)
            self._settle()

    def _show_weekday(self) -> None:
        day = self.session.follow_up_on
        self._weekday.setText(format_day(day) if day is not None else "")

    def _write_note(self) -> None:
        self.session.note = self.note.toPlainText()
        self.edited.emit()

    # Room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_left"):
            self._fit()

    def _fit(self) -> None:
        """Side by side where there is room, tighter where there is less, else one under the other."""
        fit_cards(self._cards, self._left, self.width(), (self.services, self.supports))
