"""Small forms of a training session: postponing, calling off, repeating, a guest, slips, whom to invite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QWidget

from tongcds.domain.training import DAYS_TO_VISIT, read_time, split_year, time_words
from tongcds.domain.views import HouseholdFilter
from tongcds.domain.views.training import LARGEST, LONGEST, Guest, Ratings, TrainingRow
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_coming_day
from tongcds.i18n import _, format_number, ngettext
from ui.forms.day_line import DayLine
from ui.forms.text_dialog import TextDialog
from ui.theme import Style
from ui.widgets.choices import CheckRow
from ui.widgets.field import Choice, LabeledField, LineField
from ui.widgets.form_dialog import FormDialog
from ui.widgets.surface import line
from ui.widgets.text import Text

_FIRST_YEAR: Final = 1900
_OLDER: Final = 60
_A_WEEK: Final = "7"


class NumberField(LineField):
    """A whole number, 0 to a most; empty means none."""

    def __init__(self, most: int, number: int | None = None, *, parent: QWidget | None = None) -> None:
        super().__init__("" if number is None else str(number), parent=parent)
        self.setValidator(QIntValidator(0, most, self))

    def number(self) -> int | None:
        """The number that stands here."""
        return int(self.text()) if self.text().strip() else None


class PostponeDialog(FormDialog):
    """`given` carries the day, the time in minutes after midnight, and the reason."""

    help_topic = "training"

    given = Signal(object, object, str)

    def __init__(self, row: TrainingRow, today: date, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Postpone"), row.title, parent=parent)
        self._today = today
        self.day = DayLine(partial(read_coming_day, today=today), today, _("+7 days, +14 days, a date…"))
        self.time = LineField(time_words(row.starts))
        self.reason = LineField()
        self.reason.setMaxLength(LONGEST)
        self._day = LabeledField(_("Day"), self.day)
        self._time = LabeledField(_("Begins at"), self.time)
        when = line(gap=3)
        when.addWidget(self._day)
        when.addWidget(self._time)
        self.box.addLayout(when)
        self.box.addWidget(LabeledField(_("Reason"), self.reason, _("The teams read it; name nobody.")))
        self.end(self.save)
        self.day.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand it over and close, where day and time are ones."""
        day, starts = self.day.day(), read_time(self.time.text())
        wrong = "date_invalid" if day is None else "training_day_over" if day < self._today else ""
        self._day.show_error(_(SENTENCES[wrong]) if wrong else "")
        self._time.show_error("" if starts is not None else _(SENTENCES["training_time_wrong"]))
        if not wrong and starts is not None:
            self.given.emit(day, starts, self.reason.text().strip())
            self.accept()


class CallOffDialog(TextDialog):
    """`given` carries the reason."""

    help_topic = "training"
    missing, most = "training_reason_missing", LONGEST

    def __init__(self, row: TrainingRow, *, parent: QWidget | None = None) -> None:
        title, hint = _("Call off"), _("The teams read it; name nobody.")
        super().__init__(title, row.title, _("Reason"), hint, words=title, parent=parent)


class RepeatDialog(FormDialog):
    """`given` carries after how many days, and how often."""

    help_topic = "training"

    given = Signal(int, int)

    def __init__(self, row: TrainingRow, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Repeat"), row.title, parent=parent)
        self.every, self.times = NumberField(366, int(_A_WEEK)), NumberField(52, 3)
        self._every = LabeledField(_("Every so many days"), self.every)
        self._times = LabeledField(_("How often"), self.times)
        both = line(gap=3)
        both.addWidget(self._every)
        both.addWidget(self._times)
        self.box.addLayout(both)
        self.end(self.save)
        self.times.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand both over and close, where they are numbers."""
        every, times = self.every.number() or 0, self.times.number() or 0
        sentence = _(SENTENCES["training_repeat_wrong"]).format(days=366, times=52)
        self._every.show_error("" if every else sentence)
        self._times.show_error("" if times else sentence)
        if every and times:
            self.given.emit(every, times)
            self.accept()


class GuestDialog(FormDialog):
    """`given` carries a `Guest`, and whether it is a second one of that name."""

    help_topic = "training"

    given = Signal(object, bool)

    def __init__(
        self, typed: str, villages: Sequence[str], today: date, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(_("Guest"), _("Somebody of no register here"), parent=parent)
        self._today = today
        name, year = split_year(typed)
        self.name = LineField(name)
        self.name.setMaxLength(LONGEST)
        self.year = LineField("" if year is None else str(year))
        self.home = LineField(villages[0] if len(villages) == 1 else "")
        self.home.setMaxLength(LONGEST)
        self.another = CheckRow(_("A second person of this name, year and village"))
        self._name = LabeledField(_("Full name"), self.name)
        self._year = LabeledField(_("Born in"), self.year)
        self.box.addWidget(self._name)
        beside = line(gap=3)
        beside.addWidget(self._year, 1)
        beside.addWidget(LabeledField(_("Village"), self.home), 2)
        self.box.addLayout(beside)
        self.box.addWidget(self.another)
        self.end(self.save)
        (self.year if name else self.name).setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the guest over and close, where there is a name."""
        name, typed = self.name.text().strip(), self.year.text().strip()
        year = int(typed) if typed.isascii() and typed.isdigit() else None
        good = not typed or (year is not None and _FIRST_YEAR <= year <= self._today.year)
        self._name.show_error("" if name else _(SENTENCES["name_missing"]))
        self._year.show_error("" if good else _(SENTENCES["guest_year_wrong"]))
        if name and good:
            self.given.emit(Guest(name, year, self.home.text().strip()), self.another.isChecked())
            self.accept()


class SlipsDialog(FormDialog):
    """`given` carries `Ratings` to be added."""

    help_topic = "training"

    given = Signal(object)

    def __init__(self, title: str, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Count slips"), title, parent=parent)
        words = _("How many people said how they liked it. What other computers counted is added.")
        self.box.addWidget(Text(words, Style.NOTE, wrap=True))
        self.good, self.fair, self.poor = (NumberField(LARGEST) for _each in range(3))
        beside = line(gap=3)
        self._good = LabeledField(_("Liked it"), self.good)
        for field in (
            self._good,
            LabeledField(_("So so"), self.fair),
            LabeledField(_("Did not like it"), self.poor),
        ):
            beside.addWidget(field, 1)
        self.box.addLayout(beside)
        self.end(self.save)
        self.good.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the numbers over and close, where there is one."""
        slips = Ratings(*(field.number() or 0 for field in (self.good, self.fair, self.poor)))
        wrong = not 1 <= slips.good + slips.fair + slips.poor <= LARGEST
        sentence = _(SENTENCES["training_slips_wrong"]).format(most=LARGEST)
        self._good.show_error(sentence if wrong else "")
        if not wrong:
            self.given.emit(slips)
            self.accept()


class InviteDialog(FormDialog):
    """`given` carries a `HouseholdFilter` and the least age (0 for everybody); None for members.

    Args:
        members: whether it is a session at which members of teams or of the office learn.
    """

    help_topic = "training"

    given = Signal(object, int)

    def __init__(
        self,
        title: str,
        villages: Sequence[tuple[bytes, str]],
        *,
        members: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Invite"), title, parent=parent)
        self.members = CheckRow(_("Members of the teams or of the office"))
        self.members.setChecked(members)
        self.members.setVisible(members)
        self.box.addWidget(self.members)
        self.village = Choice([(_("All villages"), None), *((name, key) for key, name in villages)])
        self.needs = Choice(
            [
                (_("All households"), ""),
                (_("Households without a smartphone"), "no_smartphone"),
                (_("Somebody of 15 or older has no account"), "no_account_15"),
                (_("Somebody has no VNeID level 2"), "no_vneid"),
                (_("Poor households"), "poor"),
                (_("Never visited"), "never_visited"),
            ]
        )
        self.age = NumberField(120, _OLDER)
        self.box.addWidget(LabeledField(_("Village"), self.village))
        self.box.addWidget(LabeledField(_("Households"), self.needs))
        self.box.addWidget(LabeledField(_("Least age"), self.age, _("Empty: everybody of these households.")))
        self.end(self.save, _("Invite"))
        for field in (self.village, self.needs, self.age):
            field.setEnabled(not members)
            self.members.toggled.connect(field.setDisabled)
        (self.members if members else self.age).setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the narrowing over and close."""
        if self.members.isChecked():
            self.given.emit(None, 0)
            self.accept()
            return
        needs = self.needs.currentData()
        wanted = HouseholdFilter(
            needs=(needs,) if isinstance(needs, str) and needs else (),
            village_id=self.village.currentData(),
        )
        self.given.emit(wanted, self.age.number() or 0)
        self.accept()


class FinishDialog(FormDialog):
    """`given` carries the day by which the teams go to see whoever could not do it."""

    help_topic = "training"

    given = Signal(object)

    def __init__(self, title: str, to_visit: int, today: date, *, parent: QWidget | None = None) -> None:
        super().__init__(_("End the session"), title, parent=parent)
        self._today = today
        count = ngettext(
            "{n} person could not do a skill yet; their team has it as a task.",
            "{n} people could not do a skill yet; their teams have it as tasks.",
            to_visit,
        )
        words = count.format(n=format_number(to_visit)) if to_visit else _("Nobody is left to visit.")
        self.box.addWidget(Text(words, Style.BODY, wrap=True))
        self.day = DayLine(partial(read_coming_day, today=today), today)
        self.day.show_day(today + timedelta(days=DAYS_TO_VISIT))
        self._day = LabeledField(_("To be visited by"), self.day)
        if not to_visit:
            self._day.hide()
        self.box.addWidget(self._day)
        keep = self.end(self.save, _("End the session"))
        (self.day if to_visit else keep).setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the day over and close, where it is one."""
        day = self.day.day()
        wrong = "date_invalid" if day is None else "due_in_past" if day < self._today else ""
        self._day.show_error(_(SENTENCES[wrong]) if wrong else "")
        if not wrong:
            self.given.emit(day)
            self.accept()
