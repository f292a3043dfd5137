"""Somebody of a household comes or goes: leaves for good or a time, comes back, joins another household."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.leaving import Leaving, leaving_words, load_leaving_reasons
from tongcds.domain.views import AwayRow, HouseholdDetail, Movement
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_coming_day, read_past_day
from tongcds.i18n import _, format_date
from ui.forms.day_line import DayLine
from ui.household_words import person_note
from ui.theme import Style
from ui.widgets.field import Choice, LabeledField, LineField
from ui.widgets.form_dialog import FormDialog
from ui.widgets.text import Text

RETURNS: Final = "returns"
JOINS: Final = "joins"


@dataclass(frozen=True, slots=True)
class JoinWanted:
    """Somebody goes to the household that `named` means: its code, or the text of a QR code."""

    person_id: bytes
    named: str
    relation: str
    new_head: bytes | None


@dataclass(frozen=True, slots=True)
class ReturnWanted:
    """Somebody is back from this day on."""

    person_id: bytes
    on: date


class MovementDialog(FormDialog):
    """`wanted` carries a `Movement`, a `ReturnWanted` or a `JoinWanted`.

    Args:
        household: as it stands.
        gone: who of it is away or left and could come back.
        today: no later day can be chosen for what happened.
        person_id: who is chosen at first.
    """

    help_topic = "household-form"

    wanted = Signal(object)

    def __init__(
        self,
        household: HouseholdDetail,
        gone: Sequence[AwayRow],
        today: date,
        *,
        person_id: bytes | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Comings and goings"), parent=parent)
        self._household = household
        self._gone = {row.person_id: row for row in gone}
        self._today = today
        self.who = Choice()
        for person in household.people:
            self.who.addItem(f"{person.full_name} ({person_note(person)})", person.person_id)
        for row in gone:
            if row.left:
                said = ", ".join(filter(None, (leaving_words(row.why), _day(row.since))))
                self.who.addItem(f"{row.full_name} ({said})", row.person_id)
        if person_id is not None:
            self.who.choose(person_id)
        self.what = Choice()
        self.day = DayLine(partial(read_past_day, today=today), today)
        self.day.show_day(today)
        self.back_by = DayLine(partial(read_coming_day, today=today), today, _("not known"))
        self.other = LineField()
        self.relation = LineField("", _("wife, child…"))
        self.head = Choice()
        self._note = Text("", Style.NOTE, wrap=True)
        self._day = LabeledField(_("From which day on"), self.day)
        self._back = LabeledField(_("Expected back by"), self.back_by)
        self._other = LabeledField(_("Code of that household, or the code on its sheet"), self.other)
        self._relation = LabeledField(_("Relation to its head"), self.relation)
        self._head = LabeledField(_("New head of this household"), self.head)
        for part in (
            LabeledField(_("Who"), self.who),
            LabeledField(_("What happens"), self.what),
            self._day, self._back, self._other, self._relation, self._head, self._note,
        ):  # fmt: skip
            self.box.addWidget(part)
        self.box.addStretch(1)
        self.end(self.save)
        self.who.currentIndexChanged.connect(self._show_person)
        self.what.currentIndexChanged.connect(self._show_fields)
        self._show_person()
        (self.what if person_id is not None else self.who).setFocus(Qt.FocusReason.OtherFocusReason)

    def _person(self) -> bytes:
        chosen = self.who.currentData()
        return chosen if isinstance(chosen, bytes) else b""

    def _show_person(self) -> None:
        """What can happen with whoever is chosen, and who could be the head after them."""
        person, gone = self._person(), self._gone.get(self._person())
        blocked = self.what.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.what.clear()
        if gone is not None:
            self.what.addItem(_("Comes back"), RETURNS)
        if gone is None or not gone.left:
            for code, reason in load_leaving_reasons().items():
                self.what.addItem(reason.name(), code)
            self.what.addItem(_("Goes to another household of the register"), JOINS)
        self.what.blockSignals(blocked)
        self.head.clear()
        self.head.addItem(_("Choose who"), None)
        for other in self._household.people:
            if other.person_id != person:
                self.head.addItem(f"{other.full_name} ({person_note(other)})", other.person_id)
        self._show_fields()

    def _show_fields(self) -> None:
        what = str(self.what.currentData())
        reason = load_leaving_reasons().get(what)
        leaving = reason.leaving if reason is not None else None
        self._day.setVisible(what != JOINS and leaving is not Leaving.MISTAKE)
        self._back.setVisible(leaving is Leaving.AWAY)
        self._other.setVisible(what == JOINS)
        self._relation.setVisible(what == JOINS)
        self._head.setVisible(self._needs_head())
        self._note.setText(_note(what, leaving))
        for field in (self._day, self._back, self._other, self._head):
            field.show_error("")

    def _needs_head(self) -> bool:
        """Whether the head goes for good and others stay."""
        what = str(self.what.currentData())
        reason = load_leaving_reasons().get(what)
        goes = what == JOINS or (reason is not None and reason.leaving is not Leaving.AWAY)
        chosen = self._person()
        is_head = any(one.is_head for one in self._household.people if one.person_id == chosen)
        return goes and is_head and len(self._household.people) > 1

    def save(self) -> None:
        """Hand over what happened and close, where it is whole."""
        what, person, day = str(self.what.currentData()), self._person(), self.day.day()
        head = self.head.currentData() if self._needs_head() else None
        if self._needs_head() and head is None:
            self._head.show_error(_("Say who is the head now."))
            self.head.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        new_head = head if isinstance(head, bytes) else None
        if what == JOINS:
            named = self.other.text().strip()
            self._other.show_error("" if named else _("Write the code of the household."))
            if named:
                self._hand_over(JoinWanted(person, named, self.relation.text(), new_head))
            return
        wrong = "date_invalid" if day is None else "date_in_future" if day > self._today else ""
        self._day.show_error(_(SENTENCES[wrong]) if wrong else "")
        back = self.back_by.day() if not self._back.isHidden() else None
        unread = not self._back.isHidden() and bool(self.back_by.text().strip()) and back is None
        self._back.show_error(_(SENTENCES["date_invalid"]) if unread else "")
        if day is None or wrong or unread:
            return
        if what == RETURNS:
            self._hand_over(ReturnWanted(person, day))
        else:
            self._hand_over(Movement(person, what, day, back, new_head))

    def _hand_over(self, wanted: object) -> None:
        self.wanted.emit(wanted)
        self.accept()


def _note(what: str, leaving: Leaving | None) -> str:
    """What follows, before it is saved."""
    if what == JOINS:
        return _("Their history goes with them; visits stay where they were made.")
    if what == RETURNS:
        return _("Whoever had left counts again from this day on, and not for the days between.")
    return {
        Leaving.GOOD: _("From this day on they do not count in this household any more."),
        Leaving.AWAY: _("They still belong to the household and count there; it says that they are away."),
        Leaving.MISTAKE: _("They are taken out as if they had never been here, also of past days."),
    }.get(leaving or Leaving.GOOD, "")


def _day(day: date | None) -> str:
    return format_date(day) if day is not None else ""
