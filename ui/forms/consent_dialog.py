"""Asking for consent: the text to read aloud, a yes or a no for each purpose, and how it was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from tongcds.domain.privacy import WAY_NAMES, Way, consent_line, consent_text, load_purposes
from tongcds.domain.views import ConsentAnswer, ConsentState, Tone
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_coming_day, read_past_day
from tongcds.i18n import _, format_date
from ui import theme
from ui.forms.day_line import DayLine
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.choices import Answer, ChoicePills
from ui.widgets.field import Choice, LabeledField, LineField
from ui.widgets.surface import ScrollColumn, column, line
from ui.widgets.text import Text


class ConsentDialog(QDialog):
    """Consent of a household and of each of its people. Nothing is ticked beforehand.

    `answered` carries a `ConsentAnswer`; `withdrawn` the id of a consent and the way it was taken back;
    `erase_asked` the kind and id of whoever asks to be erased, and their name.
    """

    help_topic = "privacy"

    answered = Signal(object)
    withdrawn = Signal(object, str)
    erase_asked = Signal(str, object, str)

    def __init__(
        self,
        household_id: bytes,
        states: Sequence[ConsentState],
        today: date,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._household_id = household_id
        self._states = tuple(states)
        self._today = today
        self.setWindowTitle(_("Consent"))
        names: list[tuple[str, object]] = [(_("The whole household"), 0)]
        names += [(state.name, at) for at, state in enumerate(self._states) if at]
        self.subject = Choice(names)
        self.subject.activated.connect(self._show_subject)
        self._known = Text("", Style.NOTE, wrap=True)
        self.purposes: dict[str, ChoicePills] = {}
        self.way = ChoicePills(
            _("How it was said"), [Answer(way, _(WAY_NAMES[way]), Tone.INFO) for way in Way], Way.SPOKEN
        )
        self.day = DayLine(partial(_past, today), today)
        self.day.show_day(today)
        self.day.textChanged.connect(self._propose_until)
        self._day_field = LabeledField(_("Day"), self.day)
        self.evidence = LineField("", _("number of the signed paper"))
        self.place = LineField("", _("where it was said"))
        self.until = DayLine(partial(_coming, today), today)
        self._until_field = LabeledField(_("Holds until"), self.until)
        self._wrong = Text("", Style.ERROR, wrap=True)
        self._wrong.hide()
        self._propose_until()
        self._build()
        self._show_subject()

    def _build(self) -> None:
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(_("Consent"), Style.TITLE))
        whose = line(gap=3)
        whose.addWidget(LabeledField(_("Who is asked"), self.subject), 1)
        whose.addWidget(self._known, 1)
        box.addLayout(whose)
        scroll = ScrollColumn(gap=2)
        scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        scroll.setAccessibleName(_("Text to read aloud"))
        scroll.body.addWidget(Text(_("Read aloud"), Style.LABEL))
        scroll.body.addWidget(Text(consent_text(self._today).text(), Style.BODY, wrap=True))
        for purpose in load_purposes().values():
            pills = ChoicePills(purpose.name(), [Answer(v, w, t) for v, w, t in _answers()])
            self.purposes[purpose.code] = pills
            row = line(gap=2)
            row.addWidget(Text(purpose.name(), Style.STRONG, wrap=True), 1)
            row.addWidget(pills)
            scroll.body.addLayout(row)
        scroll.body.addStretch(1)
        scroll.setMinimumHeight(4 * theme.current().control)
        box.addWidget(scroll, 1)
        how = column(gap=1)
        how.addWidget(Text(_("How it was said"), Style.LABEL))
        how.addWidget(self.way)
        box.addLayout(how)
        said = line(gap=3)
        said.addWidget(self._day_field, 1)
        said.addWidget(self._until_field, 1)
        box.addLayout(said)
        more = line(gap=3)
        more.addWidget(LabeledField(_("Place"), self.place), 1)
        more.addWidget(LabeledField(_("Paper"), self.evidence), 1)
        box.addLayout(more)
        box.addWidget(self._wrong)
        box.addLayout(self._buttons())
        above = self.parentWidget()
        room = above.height() if isinstance(above, QWidget) else Length.WINDOW[1]
        # As high as the text and the last purpose need at this width, not at the width that they would like.
        inside = self.minimumWidth() - 4 * space(5)
        inner = scroll.body.heightForWidth(inside) - scroll.sizeHint().height()
        self.resize(self.minimumWidth(), min(self.sizeHint().height() + max(inner, 0), room))
        self.subject.setFocus(Qt.FocusReason.OtherFocusReason)

    def _buttons(self) -> QHBoxLayout:
        buttons = line(gap=2)
        self.erase = Button(_("Erase their data…"), kind=Kind.LINK)
        self.erase.clicked.connect(self._ask_erase)
        self.withdraw = Button(_("Takes it back"), icon="undo-2")
        self.withdraw.clicked.connect(self._withdraw)
        leave = Button(_("Leave"), hint="Escape")
        leave.clicked.connect(self.reject)
        self.keep = Button(_("Save"), icon="check", hint="Ctrl+Return", kind=Kind.PRIMARY)
        self.keep.clicked.connect(self.save)
        for keys in ("Return", "Enter"):
            QShortcut(QKeySequence(f"Ctrl+{keys}"), self).activated.connect(self.save)
        buttons.addWidget(self.erase)
        buttons.addStretch(1)
        for button in (self.withdraw, leave, self.keep):
            buttons.addWidget(button)
        return buttons

    def _propose_until(self) -> None:
        """As long as the text says, where nobody writes another day; it begins with the day of the answer."""
        day = self.day.day() or self._today
        until = consent_text(day).holds_until(day)
        self.until.setPlaceholderText("" if until is None else format_date(until))

    def _state(self) -> ConsentState:
        return self._states[self.subject.currentIndex()]

    def _show_subject(self) -> None:
        state = self._state()
        self._known.setText(consent_line(state))
        self.withdraw.setVisible(state.consent_id is not None and state.withdrawn_on is None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter alone would press whatever button Qt takes for the default.
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)

    def save(self) -> None:
        """Hand over what was answered and close; a purpose that nobody spoke of stays unanswered."""
        day, way = self.day.day(), self.way.value()
        said = {code: pills.value() for code, pills in self.purposes.items()}
        answers = {code: value for code, value in said.items() if isinstance(value, bool)}
        code = "date_invalid" if day is None else "date_in_future" if day > self._today else ""
        self._day_field.show_error(_(SENTENCES[code]) if code else "")
        until = self.until.day()
        wrong = _wrong_until(self.until.text(), until, day or self._today)
        self._until_field.show_error(_(SENTENCES[wrong]) if wrong else "")
        self._wrong.setText("" if answers else _("Say yes or no for at least one purpose."))
        self._wrong.setVisible(not answers)
        if code or wrong or not answers or day is None or not isinstance(way, Way):
            return
        state = self._state()
        self.answered.emit(
            ConsentAnswer(
                self._household_id,
                state.subject,
                state.subject_id,
                {code: answers.get(code) for code in self.purposes},
                way.value,
                day,
                place=self.place.text().strip(),
                evidence=self.evidence.text().strip(),
                expires_on=until,
            )
        )
        self.accept()

    def _withdraw(self) -> None:
        way = self.way.value()
        if isinstance(way, Way):
            self.withdrawn.emit(self._state().consent_id, way.value)
            self.accept()

    def _ask_erase(self) -> None:
        state = self._state()
        self.erase_asked.emit(state.subject, state.subject_id, state.name)
        self.accept()


def _answers() -> tuple[tuple[bool, str, Tone], ...]:
    return ((True, _("agrees"), Tone.GOOD), (False, _("does not agree"), Tone.WARN))


def _past(today: date, words: str) -> date | None:
    return read_past_day(words, today)


def _coming(today: date, words: str) -> date | None:
    return read_coming_day(words, today)


def _wrong_until(words: str, until: date | None, day: date) -> str:
    """The code of what is wrong with a last day; "" for a good one and for none."""
    if until is None:
        return "date_invalid" if words.strip() else ""
    return "consent_over" if until < day else ""
