"""One person of a household as a row to fill in; the rarer fields open under the row that is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from tongcds.domain.identity import FEMALE, MALE
from tongcds.domain.views import Lookalike, Revealed, Tone
from tongcds.forms.days import read_past_day
from tongcds.forms.person_line import (
    BIRTH,
    DAY,
    ID_NUMBER,
    MASKED,
    NAME,
    NOTE,
    PHONE,
    PRESENCE,
    RELATION,
    SEX,
    PersonLine,
    Presence,
)
from tongcds.i18n import N_, _, pgettext
from ui.forms.day_line import DayLine
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.choices import Answer, ChoicePills
from ui.widgets.field import Choice, LineField, mark_wrong
from ui.widgets.notice import Notice
from ui.widgets.surface import Divider, column, line
from ui.widgets.text import Text

SHOWN_MS: Final = 30_000
"""How long a number that somebody asked for stays readable."""

_SHARES: Final = {NAME: 6, BIRTH: 3, RELATION: 4, PHONE: 4}
_UNDER: Final = {ID_NUMBER: 4, NOTE: 5}
_PRESENCES: Final = {
    Presence.HERE: N_("Lives here"),
    Presence.JOINED: N_("Joined the household"),
    Presence.MOVED: N_("Moved away"),
    Presence.MARRIED_OUT: N_("Married elsewhere"),
    Presence.DIED: N_("Died"),
    Presence.OTHER: N_("Left for another reason"),
    Presence.SPLIT: N_("Goes into a new household"),
}
_WHY: Final = {
    "id_number": N_("the same personal number"),
    "phone": N_("the same phone, nearly the same name"),
    "name": N_("the same name and year of birth"),
    "alike": N_("nearly the same name, the same year of birth"),
    "name_only": N_("the same name"),
    "near": N_("the same name, the year of birth is one off"),
    "phone_only": N_("the same phone number"),
}


def sex_pills(name: str) -> ChoicePills:
    """Female or male, as a row of two pills."""
    answers = [
        Answer(FEMALE, pgettext("sex", "Female"), Tone.INFO),
        Answer(MALE, pgettext("sex", "Male"), Tone.INFO),
    ]
    return ChoicePills(name, answers)


def lookalike_words(found: Lookalike) -> str:
    """Somebody who is on record already, in one sentence."""
    year = str(found.birth_year) if found.birth_year is not None else ""
    about = ", ".join(part for part in (found.full_name, year, found.code, found.village_name) if part)
    return _("On record already: {about} ({why}).").format(about=about, why=_(_WHY[found.why]))


class _Line(LineField):
    """A line whose width is its share of the row alone."""

    def __init__(self, placeholder: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__("", placeholder, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)


def heading_row() -> QHBoxLayout:
    """The names of the columns, over the first row."""
    names = {NAME: _("Full name"), BIRTH: _("Birth"), RELATION: _("Relation"), PHONE: _("Phone")}
    row = line(gap=2)
    for field, words in names.items():
        label = Text(words, Style.CAPTION)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row.addWidget(label, _SHARES[field])
        if field == BIRTH:
            sex = Text(_("Sex"), Style.CAPTION)
            sex.setFixedWidth(sex_pills("").sizeHint().width())
            row.addWidget(sex)
    return row


class PersonRow(QWidget):
    """Draws a `PersonLine` and writes what is typed into it.

    `edited` carries the field; `entered` is Enter; `dropped` wants the row taken out; `reveal_asked` carries
    a field whose number is wanted in full (F2), which `show_number` answers; it is hidden again by itself.
    """

    edited = Signal(str)
    reveal_asked = Signal(str)
    entered = Signal()
    dropped = Signal()

    def __init__(self, person: PersonLine, today: date, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = person
        self.fields: dict[str, QLineEdit] = {
            NAME: _Line(),
            BIRTH: _Line(_("1985, 2/1985, 1/2/1985")),
            RELATION: _Line(_("wife, child…")),
            PHONE: _Line(),
            ID_NUMBER: _Line(_("Personal number")),
            NOTE: _Line(_("Note")),
        }
        self.sex = sex_pills(_("Sex"))
        self.presence = Choice()
        self.day = DayLine(lambda words: read_past_day(words, today), today, _("today, or the day"))
        self.drop = Button(pgettext("person", "Take out"), icon="x", kind=Kind.LINK)
        self.reveal = Button(_("show numbers"), hint="F2", kind=Kind.LINK)
        # Its key is at hand in every field; a stop for Tab would be one too many.
        self.reveal.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._hiding = QTimer(self)
        self._hiding.setSingleShot(True)
        self._hiding.setInterval(SHOWN_MS)
        self._hiding.timeout.connect(self.hide_numbers)
        self._wrong = Text("", Style.ERROR, wrap=True)
        self._doubt = Notice("triangle-alert", Tone.WARN)
        self.refusal = Notice("triangle-alert", Tone.WARN)
        self._said: dict[str, str] = {}
        self._doubts: tuple[str, ...] = ()
        self._found: tuple[Lookalike, ...] = ()
        self._under = QWidget()
        self._build()
        self.show_line()

    def _build(self) -> None:
        first = line(gap=2)
        for field, share in _SHARES.items():
            first.addWidget(self.fields[field], share)
            if field == BIRTH:
                first.addWidget(self.sex)
        second = line(self._under, gap=2)
        for field, share in _UNDER.items():
            second.addWidget(self.fields[field], share)
        offered = [
            p for p in Presence if self.line.record is not None or p in {Presence.HERE, Presence.JOINED}
        ]
        for presence in offered:
            self.presence.addItem(_(_PRESENCES[presence]), presence.value)
        second.addWidget(self.presence)
        second.addWidget(self.day, 3)
        self.day.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        second.addWidget(self.reveal)
        second.addWidget(self.drop)
        box = column(self, gap=2)
        box.setContentsMargins(0, 0, 0, space(1))
        box.addLayout(first)
        box.addWidget(self._under)
        box.addWidget(self._wrong)
        box.addWidget(self._doubt)
        box.addWidget(self.refusal)
        box.addWidget(Divider())
        self._wrong.hide()
        for field, editor in self.fields.items():
            editor.setObjectName(field)
            editor.textEdited.connect(self._type)
            editor.installEventFilter(self)
        for other in (self.sex, self.presence, self.day):
            other.installEventFilter(self)
        self.sex.changed.connect(self._choose_sex)
        self.presence.activated.connect(self._choose_presence)
        self.day.textEdited.connect(self._type_day)
        self.day.day_changed.connect(self._type_day)
        self.drop.clicked.connect(self.dropped)
        self.reveal.clicked.connect(self.ask_numbers)

    def ask_numbers(self) -> None:
        """Want every masked number of this person in full."""
        for field in MASKED:
            if self.line.can_reveal(field):
                self.reveal_asked.emit(field)

    def show_number(self, field: str, shown: Revealed) -> None:
        """Show a number in full for a while, and who does not want it used; it counts as unchanged."""
        if self.line.reveal(field, shown.number):
            self._hiding.start()
            self.refusal.say(shown.refusal or self.refusal.words())
            self.show_line()

    def hide_numbers(self) -> None:
        """Mask what was shown and not changed."""
        self._hiding.stop()
        self.line.mask()
        self.refusal.say("")
        self.show_line()

    def hideEvent(self, event: QHideEvent) -> None:
        self.hide_numbers()
        super().hideEvent(event)

    def show_line(self) -> None:
        """Draw the texts of the line anew."""
        texts = self.line.sheet.texts
        for field, editor in self.fields.items():
            if editor.text() != texts[field]:
                editor.setText(texts[field])
        self.sex.choose(texts[SEX] or None)
        self.presence.choose(self.line.presence.value)
        self.day.setText(texts[DAY])
        self.day.setVisible(self.line.needs_day)
        self.reveal.setVisible(any(map(self.line.can_reveal, MASKED)))

    def name_fields(self, at: int) -> None:
        """Give every field its accessible name, with the number of the person."""
        names = {
            NAME: _("Full name of person {n}"),
            BIRTH: _("Birth of person {n}"),
            RELATION: _("Relation of person {n} to the head"),
            PHONE: _("Phone of person {n}"),
            ID_NUMBER: _("Personal number of person {n}"),
            NOTE: _("Note on person {n}"),
        }
        for field, words in names.items():
            self.fields[field].setAccessibleName(words.format(n=at))
        self.presence.setAccessibleName(_("Whether person {n} lives here").format(n=at))
        self.day.setAccessibleName(_("Day on which person {n} came or left").format(n=at))
        self.drop.setAccessibleName(_("Take out person {n}").format(n=at))
        self.reveal.setAccessibleName(_("Show the numbers of person {n}").format(n=at))

    def open_under(self, *, on: bool) -> None:
        """Show the rarer fields, or put them away again."""
        self._under.setVisible(on)

    def chain(self) -> tuple[QWidget, ...]:
        """The fields in reading order."""
        fields = self.fields
        return (
            fields[NAME], fields[BIRTH], self.sex, fields[RELATION], fields[PHONE], fields[ID_NUMBER],
            fields[NOTE], self.presence, self.day, self.drop,
        )  # fmt: skip

    def enter(self, field: str = NAME) -> None:
        """Put the focus on a field."""
        self.open_under(on=True)
        places: dict[str, QWidget] = {**self.fields, SEX: self.sex, PRESENCE: self.presence, DAY: self.day}
        places[field].setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problems(self, said: dict[str, str]) -> None:
        """Say under the row what is wrong, by field; nothing takes it away."""
        self._said = dict(said)
        for field, editor in (*self.fields.items(), (DAY, self.day), (PRESENCE, self.presence)):
            mark_wrong(editor, wrong=field in said)
            editor.setAccessibleDescription(said.get(field, ""))
        self._wrong.setText(" ".join(dict.fromkeys(said.values())))
        self._wrong.setVisible(bool(said))

    def show_doubts(self, words: Sequence[str]) -> None:
        """Say what should be looked at once more."""
        self._doubts = tuple(words)
        self._say_doubts()

    def show_lookalikes(self, found: Sequence[Lookalike]) -> None:
        """Say who is on record already and may be the same person."""
        self._found = tuple(found)
        self._say_doubts()

    def _say_doubts(self) -> None:
        words = "\n".join(dict.fromkeys((*map(lookalike_words, self._found), *self._doubts)))
        if words != self._doubt.words():
            self._doubt.say(words)

    def _put(self, field: str, text: str) -> None:
        self.line.sheet.texts[field] = text
        if field in self._said:
            self.show_problems({name: said for name, said in self._said.items() if name != field})
        self.edited.emit(field)

    def _type(self, text: str) -> None:
        self._put(self.sender().objectName(), text)

    def _type_day(self) -> None:
        self._put(DAY, self.day.text())

    def _choose_sex(self, value: object) -> None:
        self._put(SEX, str(value))

    def _choose_presence(self) -> None:
        self._put(PRESENCE, str(self.presence.currentData()))
        self.day.setVisible(self.line.needs_day)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
            if enter and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
                self.entered.emit()
                return True
            if event.key() == Qt.Key.Key_F2:
                self.ask_numbers()
                return True
        return super().eventFilter(watched, event)
