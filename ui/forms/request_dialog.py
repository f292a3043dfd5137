"""Writing a request about personal data down, and saying how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.privacy import STATE_NAMES, RequestState, load_request_kinds
from tongcds.domain.views import NewRequest, RequestRow, Tone
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_past_day
from tongcds.i18n import _
from ui.forms.day_line import DayLine
from ui.theme import Style
from ui.widgets.choices import Answer, ChoicePills
from ui.widgets.field import Choice, LabeledField, LineField
from ui.widgets.form_dialog import FormDialog
from ui.widgets.surface import column, line
from ui.widgets.text import Text


class RequestDialog(FormDialog):
    """A new request. `written` carries a `NewRequest` and the code of a household, or ""."""

    help_topic = "privacy"

    written = Signal(object, str)

    def __init__(
        self, villages: Sequence[tuple[bytes, str]], today: date, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(_("A request about personal data"), parent=parent)
        self._today = today
        self.kind = Choice([(kind.name(), kind.code) for kind in load_request_kinds().values()])
        self.who = LineField()
        self.code = LineField("", _("code, where it is in the register"))
        self.village = Choice([(name, village) for village, name in villages])
        self.day = DayLine(partial(read_past_day, today=today), today)
        self.day.show_day(today)
        self.detail = LineField()
        self._who = LabeledField(_("Who asks"), self.who)
        self._day = LabeledField(_("Received on"), self.day)
        self.box.addWidget(LabeledField(_("What is asked"), self.kind))
        who = line(gap=3)
        who.addWidget(self._who, 2)
        who.addWidget(LabeledField(_("Household"), self.code), 1)
        self.box.addLayout(who)
        when = line(gap=3)
        when.addWidget(self._day, 1)
        place = LabeledField(_("Village"), self.village)
        if len(villages) <= 1:
            place.hide()
        when.addWidget(place, 1)
        self.box.addLayout(when)
        self.box.addWidget(LabeledField(_("In their words"), self.detail))
        self.end(self.save)
        self.kind.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand over what was written and close, where it is whole."""
        day, village = self.day.day(), self.village.currentData()
        code = "date_invalid" if day is None else "date_in_future" if day > self._today else ""
        self._day.show_error(_(SENTENCES[code]) if code else "")
        who = self.who.text().strip()
        self._who.show_error("" if who else _("Write the name."))
        if code or not who or day is None or village is None:
            return
        kind = str(self.kind.currentData())
        wanted = NewRequest(kind, who, day, bytes(village), detail=self.detail.text().strip())
        self.written.emit(wanted, self.code.text().strip())
        self.accept()


class CloseDialog(FormDialog):
    """How a request ended. `closed` carries the state and what the person was told."""

    help_topic = "privacy"

    closed = Signal(str, str)

    def __init__(self, row: RequestRow, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Request of {name}").format(name=row.who), parent=parent)
        states = (RequestState.DONE, RequestState.DECLINED)
        tones = (Tone.GOOD, Tone.WARN)
        self.state = ChoicePills(
            _("How it ended"),
            [Answer(state, _(STATE_NAMES[state]), tone) for state, tone in zip(states, tones, strict=True)],
            RequestState.DONE,
        )
        self.answer = LineField()
        self._answer = LabeledField(_("What the person was told"), self.answer)
        how = column(gap=1)
        how.addWidget(Text(_("How it ended"), Style.LABEL))
        how.addWidget(self.state)
        self.box.addLayout(how)
        self.box.addWidget(self._answer)
        self.end(self.save)
        self.state.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand over how it ended; declining needs a reason."""
        state, answer = self.state.value(), self.answer.text().strip()
        missing = state == RequestState.DECLINED and not answer
        self._answer.show_error(_(SENTENCES["answer_missing"]) if missing else "")
        if not missing and isinstance(state, RequestState):
            self.closed.emit(state.value, answer)
            self.accept()
