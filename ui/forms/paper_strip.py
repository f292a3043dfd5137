"""The fields of one line of a printed list, beside each other as on the paper, and what was understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from tongcds.domain.facts import Subject
from tongcds.domain.paper_keys import STATES, lettered_facts, numbered_services
from tongcds.domain.views import STOP_WORDS, PaperHome, StopState, Tone
from tongcds.forms.paper_line import AGAIN, FACTS, FIELDS, MET, NOTE, SERVICES, Reading
from tongcds.i18n import _, language
from ui.theme import Style, space
from ui.widgets.field import LabeledField, LineField
from ui.widgets.notice import Notice
from ui.widgets.surface import Card, line
from ui.widgets.text import Text

_SHARES: Final = {MET: 2, SERVICES: 4, FACTS: 4, AGAIN: 3, NOTE: 5}
_ENTER: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_SKIP_TO_NOTE: Final = frozenset(
    key for key, state in STATES.items() if state in {StopState.ABSENT, StopState.DECLINED}
)


class PaperStrip(Card):
    """Signals: `edited` carries a field and its text, `wanted` what was typed to name a line.

    `finished` asks to save the line and go on, `stepped` to go on (1) or back (-1) without saving.
    """

    edited = Signal(str, str)
    wanted = Signal(str)
    finished = Signal()
    stepped = Signal(int)

    def __init__(self, today: date, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent=parent)
        self._today = today
        self.name = LineField()
        self.fields = {field: LineField() for field in FIELDS}
        self._named = LabeledField(_("Line, code or QR"), self.name)
        words = {
            MET: _("Met"),
            SERVICES: _("Services"),
            FACTS: _("Facts"),
            AGAIN: _("Come back on"),
            NOTE: _("Difficulty, note"),
        }
        self._labeled = {field: LabeledField(words[field], editor) for field, editor in self.fields.items()}
        self._heard = Text("", Style.BODY, wrap=True)
        self.doubt = Notice("triangle-alert", Tone.WARN)
        self._keys = Text("", Style.NOTE, wrap=True)
        row = line(gap=3)
        row.addWidget(self._named, 3)
        for field, labeled in self._labeled.items():
            row.addWidget(labeled, _SHARES[field])
        self.body.setSpacing(space(2))
        self.body.addLayout(row)
        self.body.addWidget(self._heard)
        self.body.addWidget(self.doubt)
        self.body.addWidget(self._keys)
        for field, editor in self.fields.items():
            editor.setObjectName(field)
            editor.textEdited.connect(self._type)
            editor.installEventFilter(self)
        self.name.installEventFilter(self)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def _type(self, text: str) -> None:
        self.edited.emit(self.sender().objectName(), text)

    def show_line(self, home: PaperHome, texts: Mapping[str, str]) -> None:
        """Draw a line of the list."""
        head = home.head_name or home.code
        self.set_head(f"{home.place} · {head}" if home.place else head, _people(home))
        self.name.clear()
        self._named.show_error("")
        for field, editor in self.fields.items():
            if editor.text() != texts[field]:
                editor.setText(texts[field])

    def show_reading(self, reading: Reading, trouble: str, *, marked: bool) -> None:
        """Say what the line was taken for; `marked`: also, at its field, what cannot be read."""
        for field, labeled in self._labeled.items():
            labeled.show_error(reading.problems.get(field, "") if marked else "")
        said = [reading.heard[field] for field in FIELDS if reading.heard.get(field)]
        self._heard.setText(trouble or " · ".join(said))
        self._heard.restyle(Style.ERROR if trouble else Style.BODY)

    def show_doubts(self, sentences: Sequence[str]) -> None:
        """Say what is doubtful about the line; none takes the words away."""
        self.doubt.say("\n".join(sentences))

    def complain_of_name(self, sentence: str) -> None:
        """Say at the field for the line that none is meant."""
        self._named.show_error(sentence)
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name.selectAll()

    def enter(self, field: str = MET) -> None:
        """Put the focus into a field."""
        editor = self.fields.get(field, self.fields[MET])
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        editor.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            plain = event.modifiers() in {
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            }
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
            if plain and event.key() in _ENTER:
                self._go_on(watched)
                return True
            if plain and step is not None:
                self.stepped.emit(step)
                return True
        return super().eventFilter(watched, event)

    def _go_on(self, field: QObject) -> None:
        if field is self.name:
            if self.name.text().strip():
                self.wanted.emit(self.name.text())
            else:
                self.enter()
        elif field is self.fields[NOTE]:
            self.finished.emit()
        elif field is self.fields[MET] and self.fields[MET].text().strip() in _SKIP_TO_NOTE:
            self.enter(NOTE)
        elif isinstance(field, QWidget):
            field.focusNextChild()

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        """What may be written into the field where the keys are."""
        if now is not None and self.isAncestorOf(now):
            self._keys.setText(_keys_of(now.objectName(), self._today))


def _people(home: PaperHome) -> str:
    people = [f"{at} {name}" for at, (_person, name) in enumerate(home.people, 1)]
    return " · ".join((home.code, *people) if home.code else people)


def _keys_of(field: str, today: date) -> str:
    said = language()
    match field:
        case "met":
            states = ", ".join(f"{key} {_(STOP_WORDS[state])}" for key, state in STATES.items())
            return _("{states}. Enter goes on, Ctrl Enter saves, Up and Down change the line.").format(
                states=states
            )
        case "services":
            services = " · ".join(
                f"{number} {service.short(said)}" for number, service in numbered_services(today).items()
            )
            ends = _(
                "behind it: t did it alone, h come back, k declined; .2 for the second person. Names do too, "
                "with commas between them."
            )
            return f"{services} — {ends}"
        case "facts":
            facts = lettered_facts().items()
            own = " · ".join(f"{a} {fact.short(said)}" for a, fact in facts if fact.subject is Subject.PERSON)
            homes = " · ".join(
                f"{a} {fact.short(said)}" for a, fact in facts if fact.subject is Subject.HOUSEHOLD
            )
            return _("{own}. Household: {homes}. p- is not yet, 2p the second person.").format(
                own=own, homes=homes
            )
        case "again":
            return _("A day such as 30/11, +7 or Monday.")
        case "note":
            return _("Enter saves the line and goes on to the next one.")
        case _:
            return _("The number on the paper, a household code, or the scanned code of a sheet.")
