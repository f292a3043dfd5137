"""Writing a difficulty down, answering one, saying which other one it is the same as, and which to list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.difficulties import load_kinds
from tongcds.domain.periods import PERIOD_OF, Period, PeriodKind, before
from tongcds.domain.views.difficulties import LONGEST, DifficultyRow, DifficultyText
from tongcds.errors import SENTENCES
from tongcds.i18n import _, language
from ui.forms.text_dialog import TextDialog
from ui.widgets.field import Choice, LabeledField, LineField, TextArea
from ui.widgets.form_dialog import FormDialog


class DifficultyDialog(FormDialog):
    """`written` carries a `DifficultyText`."""

    help_topic = "difficulties"

    written = Signal(object)

    def __init__(self, row: DifficultyRow | None = None, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Difficulty"), parent=parent)
        says = row.says if row is not None else DifficultyText("signal", "")
        self.kind = Choice([(kind.name(language()), code) for code, kind in load_kinds().items()])
        self.kind.choose(says.kind)
        self.text = TextArea(says.text)
        self._text = LabeledField(
            _("What hinders the work"), self.text, _("Name nobody: units above read it.")
        )
        self.place, self.cause = LineField(says.place), LineField(says.cause)
        self.tried, self.proposal = LineField(says.done), LineField(says.proposal)
        self.box.addWidget(LabeledField(_("Kind"), self.kind))
        self.box.addWidget(self._text)
        for words, field in (
            (_("Where"), self.place),
            (_("Cause"), self.cause),
            (_("What was done about it"), self.tried),
            (_("Proposal"), self.proposal),
        ):
            field.setMaxLength(LONGEST)
            self.box.addWidget(LabeledField(words, field))
        self.end(self.save)
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand it over and close, where it says something."""
        text = self.text.toPlainText().strip()
        wrong = "difficulty_empty" if not text else "text_too_long" if len(text) > LONGEST else ""
        self._text.show_error(_(SENTENCES[wrong]).format(most=LONGEST) if wrong else "")
        if not wrong:
            fields = (self.place, self.cause, self.tried, self.proposal)
            says = DifficultyText(self.kind.currentData(), text, *(field.text().strip() for field in fields))
            self.written.emit(says)
            self.accept()


class AnswerDialog(TextDialog):
    """`given` carries the answer."""

    help_topic = "difficulties"
    missing, most = "difficulty_answer_missing", LONGEST

    def __init__(self, about: str, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Answer"), about, _("What is done about it"), parent=parent)


class SameDialog(FormDialog):
    """`chosen` carries the id of the difficulty that it is the same as."""

    help_topic = "difficulties"

    chosen = Signal(object)

    def __init__(
        self, about: str, others: Sequence[tuple[str, bytes]], *, parent: QWidget | None = None
    ) -> None:
        super().__init__(_("The same as…"), about, parent=parent)
        self.other = Choice(list(others))
        hint = _("Both stay as they were told; an answer to the chosen one counts for both.")
        self.box.addWidget(LabeledField(_("Which one"), self.other, hint))
        self.end(self.save)
        self.other.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the choice over and close."""
        self.chosen.emit(self.other.currentData())
        self.accept()


class ListDialog(FormDialog):
    """Of which period and unit the list is; `chosen` carries a `Period` and the unit's id, None for all.

    Args:
        today: the latest periods before and around it are offered.
        below: the units below, by id and name.
    """

    help_topic = "difficulties"

    chosen = Signal(object, object)

    def __init__(
        self, today: date, below: Sequence[tuple[bytes, str]], *, parent: QWidget | None = None
    ) -> None:
        super().__init__(_("List of difficulties (B06)"), parent=parent)
        self._periods = _offered_periods(today)
        self.period = Choice([(period.name, at) for at, period in enumerate(self._periods)])
        self.unit = Choice([(_("This unit and all below it"), None), *((name, unit) for unit, name in below)])
        hint = _("What was told by the end of the period and not settled before it.")
        self.box.addWidget(LabeledField(_("Period"), self.period, hint))
        units = LabeledField(_("Unit"), self.unit)
        if not below:
            units.hide()
        self.box.addWidget(units)
        self.end(self.save, _("Show"))
        self.period.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the choice over and close."""
        self.chosen.emit(self._periods[self.period.currentIndex()], self.unit.currentData())
        self.accept()


def _offered_periods(today: date) -> tuple[Period, ...]:
    now = [
        PERIOD_OF[kind](today)
        for kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF, PeriodKind.YEAR)
    ]
    return tuple(period for one in now for period in (one, before(one)))
