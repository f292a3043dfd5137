"""Saying what was seen or told of one person or household: a yes or a no for each fact, from the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tongcds.domain.facts import HOW_NAMES, How, is_need
from tongcds.domain.views import FactState, Seen, Tone
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_past_day
from tongcds.i18n import _, format_date
from ui import theme
from ui.forms.day_line import DayLine
from ui.theme import Length, Style
from ui.widgets.choices import Answer, ChoicePills
from ui.widgets.field import LabeledField
from ui.widgets.form_dialog import FormDialog
from ui.widgets.notice import Notice
from ui.widgets.surface import ScrollColumn, column, line
from ui.widgets.text import Text

_BY_HAND: Final = (How.SEEN, How.TOLD)


class FactPills(ChoicePills):
    """Yes or not yet for one fact. Up and Down go to the fact before and after it."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(step)


class FactsDialog(FormDialog):
    """Every fact of one person or household. `saved` carries what was answered, as a tuple of `Seen`.

    Args:
        subject: "person" or "household".
        name: whom it is about, in words.
        facts: what is known until now.
        today: no later day can be chosen.
        warn: what is doubtful about the answers given until now, as sentences.
    """

    help_topic = "households"

    saved = Signal(object)

    def __init__(
        self,
        subject: str,
        subject_id: bytes,
        name: str,
        facts: Sequence[FactState],
        today: date,
        *,
        warn: Callable[[Mapping[str, bool]], Sequence[str]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("What was seen or told"), name, parent=parent)
        self._warn = warn
        self.doubt = Notice("triangle-alert", Tone.WARN)
        self._subject = subject
        self._subject_id = subject_id
        self._today = today
        self.how = ChoicePills(
            _("How it is known"), [Answer(how, _(HOW_NAMES[how]), Tone.INFO) for how in _BY_HAND], How.SEEN
        )
        self.day = DayLine(partial(read_past_day, today=today), today)
        self.day.show_day(today)
        self._day_field = LabeledField(_("Day"), self.day)
        self.pills: dict[str, FactPills] = {}
        self._build(facts)

    def _build(self, facts: Sequence[FactState]) -> None:
        box = self.box
        when = line(gap=4)
        how = column(gap=1)
        how.addWidget(Text(_("How it is known"), Style.LABEL))
        how.addWidget(self.how)
        when.addLayout(how)
        when.addWidget(self._day_field, 1)
        box.addLayout(when)
        scroll = ScrollColumn(gap=1)
        for fact in facts:
            if not is_need(fact.fact):
                scroll.body.addLayout(self._row(fact))
        scroll.body.addWidget(Text(_("What is needed"), Style.HEADING))
        for fact in facts:
            if is_need(fact.fact):
                scroll.body.addLayout(self._row(fact))
        scroll.body.addStretch(1)
        # At the largest text size the list scrolls rather than leave the cheap laptop's screen.
        scroll.setMinimumHeight(4 * theme.current().control)
        self._scroll = scroll
        box.addWidget(scroll, 1)
        box.addWidget(self.doubt)
        box.addWidget(Text(_("Key 1 is yes, 2 is not yet; arrows go on"), Style.NOTE))
        self.end(self.save)
        above = self.parentWidget()
        room = above.height() if isinstance(above, QWidget) else Length.WINDOW[1]
        inner = scroll.body.sizeHint().height() - scroll.sizeHint().height()
        self.resize(self.minimumWidth(), min(self.sizeHint().height() + inner, room))
        if self.pills:
            next(iter(self.pills.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, fact: FactState) -> QHBoxLayout:
        need = is_need(fact.fact)
        answers = [Answer(value, words, tone) for value, words, tone in _answers(need=need)]
        pills = FactPills(fact.label, answers)
        pills.stepped.connect(self._step)
        pills.changed.connect(self._doubt)
        self.pills[fact.fact] = pills
        row = line(gap=2)
        row.addWidget(Text(fact.label, Style.STRONG), 1)
        row.addWidget(Text(_known(fact), Style.NOTE))
        row.addWidget(pills)
        return row

    def _doubt(self) -> None:
        """Point at what is doubtful; it keeps nobody from saving."""
        if self._warn is not None:
            said = {code: value for code, one in self.pills.items() if isinstance(value := one.value(), bool)}
            self.doubt.say("\n".join(self._warn(said)))

    def _step(self, step: int) -> None:
        pills = list(self.pills.values())
        at = next(at for at, one in enumerate(pills) if one is self.sender())
        wanted = pills[(at + step) % len(pills)]
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll.ensureWidgetVisible(wanted)

    def answered(self) -> tuple[Seen, ...]:
        """What was said, fact by fact; facts that nobody spoke of are left out."""
        day, how = self.day.day(), self.how.value()
        if day is None or not isinstance(how, How):
            return ()
        return tuple(
            Seen(self._subject, self._subject_id, code, value, day, how.value)
            for code, pills in self.pills.items()
            if isinstance(value := pills.value(), bool)
        )

    def save(self) -> None:
        """Hand over what was answered and close; without an answer it only closes."""
        day = self.day.day()
        code = "date_invalid" if day is None else "date_in_future" if day > self._today else ""
        self._day_field.show_error(_(SENTENCES[code]) if code else "")
        if code:
            self.day.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if answered := self.answered():
            self.saved.emit(answered)
        self.accept()


def _answers(*, need: bool) -> tuple[tuple[bool, str, Tone], ...]:
    if need:
        return ((True, _("needed"), Tone.WARN), (False, _("not needed"), Tone.QUIET))
    return ((True, _("yes"), Tone.GOOD), (False, _("not yet"), Tone.WARN))


def _known(fact: FactState) -> str:
    """What is known until now: "yes, 12/03/2026"."""
    if fact.value is None:
        return _("not asked")
    day = format_date(fact.held_on) if fact.held_on is not None else ""
    return ", ".join(part for part in (_("yes") if fact.value else _("not yet"), day) if part)
