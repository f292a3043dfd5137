"""Setting a target, and typing a figure in: forms of an office. What an action refuses is said in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.catalogue import Comparator, load_indicators
from tongcds.domain.formulas import counted_indicators
from tongcds.domain.targets import read_amount
from tongcds.domain.views import FigureTerms, TargetTerms, TypedFigure
from tongcds.domain.views.targets import LONGEST_LINE, LONGEST_WORDING
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_coming_day, read_past_day
from tongcds.i18n import N_, _, format_number, language
from ui.errors import words_for
from ui.forms.day_line import DayLine
from ui.theme import Style, space
from ui.widgets.field import Choice, LabeledField, LineField, TextArea
from ui.widgets.form_dialog import FormDialog
from ui.widgets.surface import ScrollColumn, line
from ui.widgets.text import Text

Units = Sequence[tuple[bytes, str]]

_SHORTEST: Final = 12
_COMPARATORS: Final = (
    (N_("at least"), Comparator.AT_LEAST),
    (N_("exactly, more is better"), Comparator.EQUAL),
    (N_("at most"), Comparator.AT_MOST),
    (N_("about"), Comparator.ABOUT),
    (N_("by a day (milestone)"), Comparator.BY),
)


class _OfficeDialog(FormDialog):
    """What both forms share: fields that scroll where the window is low, and a place for a refusal."""

    help_topic = "targets"

    def __init__(self, title: str, *, parent: QWidget | None) -> None:
        super().__init__(title, parent=parent)
        self.fields = ScrollColumn(gap=3)
        self.fields.body.setContentsMargins(0, 0, space(3), 0)
        self.box.addWidget(self.fields, 1)
        self.problem = Text("", Style.ERROR, wrap=True)
        self.problem.hide()

    def row(self, *fields: QWidget) -> None:
        """Fields beside each other."""
        beside = line(gap=3)
        for field in fields:
            beside.addWidget(field, 1)
        self.fields.body.addLayout(beside)

    def finish(self, save: Callable[[], None]) -> None:
        """Put the refusal and the buttons under the fields."""
        self.box.addWidget(self.problem)
        self.end(save)

    def show_problem(self, problem: Exception) -> None:
        """Say why it was not saved; what was written stays."""
        self.problem.setText(words_for(problem))
        self.problem.show()

    def _number(self, field: LabeledField, editor: LineField, *, missing: str = "") -> Decimal | None:
        """What was typed; `missing` is what to say where nothing was, if something has to be."""
        words = editor.text().strip()
        number = read_amount(words)
        wrong = missing if not words else "number_unreadable" if number is None else ""
        field.show_error(_(SENTENCES[wrong]).format(text=words) if wrong else "")
        return number

    def _days(self, first: LabeledField, last: LabeledField) -> tuple[date, date] | None:
        begin, end = (field.editor.day() for field in (first, last))  # type: ignore[attr-defined]  # day lines
        first.show_error("" if begin else _(SENTENCES["date_invalid"]))
        wrong = "date_invalid" if end is None else "days_reversed" if begin and end < begin else ""
        last.show_error(_(SENTENCES[wrong]) if wrong else "")
        return None if begin is None or end is None or wrong else (begin, end)

    def _dated(self, field: LabeledField) -> tuple[bool, date | None]:
        editor = field.editor
        day = editor.day()  # type: ignore[attr-defined]  # a day line
        wrong = bool(editor.text().strip()) and day is None  # type: ignore[attr-defined]  # as above
        field.show_error(_(SENTENCES["date_invalid"]) if wrong else "")
        return not wrong, day


class TargetDialog(_OfficeDialog):
    """`written` carries `TargetTerms`; whoever saves them accepts the dialog or shows the problem."""

    written = Signal(object)

    def __init__(
        self,
        terms: TargetTerms,
        units: Units,
        today: date,
        *,
        fixed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Target"), parent=parent)
        self._terms = terms
        speech = language()
        self.indicator = Choice(
            [(f"{entry.short(speech)} ({code})", code) for code, entry in load_indicators().items()]
        )
        self.indicator.choose(terms.indicator)
        self.unit = Choice([(name, unit) for unit, name in units])
        self.unit.choose(terms.unit_id)
        for choice in (self.indicator, self.unit):
            choice.setEnabled(not fixed)
            _narrow(choice)
        self.comparator = Choice([(_(said), value) for said, value in _COMPARATORS])
        self.comparator.choose(terms.comparator)
        self.value = LineField("" if terms.value is None else format_number(terms.value))
        self.measure = LineField(terms.measure)
        read = partial(read_coming_day, today=today)
        self.first, self.last = DayLine(read, today), DayLine(read, today)
        self.first.show_day(terms.first)
        self.last.show_day(terms.last)
        self.number = LineField(terms.document_no)
        self.dated = DayLine(partial(read_past_day, today=today), today)
        self.dated.show_day(terms.dated)
        self.issuer = LineField(terms.issuer)
        self.wording = TextArea(terms.wording)
        self.note = LineField(terms.note)
        for editor in (self.number, self.issuer, self.note, self.measure):
            editor.setMaxLength(LONGEST_LINE)
        self._value = LabeledField(_("Number"), self.value)
        self._first, self._last = LabeledField(_("From"), self.first), LabeledField(_("To"), self.last)
        self._dated_field = LabeledField(_("Day of the document"), self.dated)
        self._wording = LabeledField(_("Wording of the document"), self.wording)
        self.row(LabeledField(_("Indicator"), self.indicator))
        self.row(LabeledField(_("For whom"), self.unit), LabeledField(_("To be reached"), self.comparator))
        self.row(
            self._value, LabeledField(_("Unit of measure"), self.measure, _("Empty: the indicator's own."))
        )
        self.row(self._first, self._last)
        self.row(LabeledField(_("Number of the document"), self.number), self._dated_field)
        self.row(LabeledField(_("Issued by"), self.issuer))
        self.row(self._wording)
        self.row(LabeledField(_("Note"), self.note))
        self.finish(self.save)
        self.comparator.currentIndexChanged.connect(self._offer)
        self._offer()
        (self.value if fixed else self.indicator).setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer(self) -> None:
        self._value.setEnabled(self.comparator.currentData() != Comparator.BY)

    def save(self) -> None:
        """Hand it over, where it can be read."""
        comparator = Comparator(str(self.comparator.currentData()))
        milestone = comparator is Comparator.BY
        value = self._number(self._value, self.value, missing="" if milestone else "target_value_missing")
        days = self._days(self._first, self._last)
        fine, dated = self._dated(self._dated_field)
        wording = self.wording.toPlainText().strip()
        long = len(wording) > LONGEST_WORDING
        self._wording.show_error(_(SENTENCES["text_too_long"]).format(most=LONGEST_WORDING) if long else "")
        if (value is None and not milestone) or days is None or not fine or long:
            return
        self.written.emit(
            TargetTerms(
                unit_id=self.unit.currentData(),
                indicator=str(self.indicator.currentData()),
                comparator=comparator,
                value=None if milestone else value,
                measure=self.measure.text().strip(),
                first=days[0],
                last=days[1],
                document_no=self.number.text(),
                dated=dated,
                issuer=self.issuer.text(),
                wording=wording,
                note=self.note.text(),
                seed=self._terms.seed,
            )
        )


class FigureDialog(_OfficeDialog):
    """`written` carries `FigureTerms`. A correction keeps indicator, unit and period."""

    written = Signal(object)

    def __init__(
        self,
        units: Units,
        today: date,
        figure: TypedFigure | None = None,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Typed-in figure"), parent=parent)
        speech, counted = language(), set(counted_indicators())
        offered = [(c, e) for c, e in load_indicators().items() if c not in counted]
        self.indicator = Choice([(f"{entry.short(speech)} ({code})", code) for code, entry in offered])
        self.unit = Choice([(name, unit) for unit, name in units])
        _narrow(self.indicator)
        terms = None if figure is None else figure.terms
        read = partial(read_past_day, today=today)
        self.first, self.last, self.dated = (DayLine(read, today) for _each in range(3))
        self.first.show_day(terms.first if terms else date(today.year, 1, 1))
        self.last.show_day(terms.last if terms else date(today.year, 12, 31))
        self.value = LineField(format_number(terms.numerator) if terms else "")
        whole = "" if terms is None or terms.denominator is None else format_number(terms.denominator)
        self.whole = LineField(whole)
        self.source = LineField(terms.source if terms else "")
        self.number = LineField(terms.document_no if terms else "")
        self.note = LineField(terms.note if terms else "")
        for editor in (self.source, self.number, self.note):
            editor.setMaxLength(LONGEST_LINE)
        if terms is not None:
            self.indicator.choose(terms.indicator)
            self.unit.choose(terms.unit_id)
            self.dated.show_day(terms.dated)
            for fixed in (self.indicator, self.unit, self.first, self.last):
                fixed.setEnabled(False)
        self._first, self._last = LabeledField(_("From"), self.first), LabeledField(_("To"), self.last)
        self._value = LabeledField(_("Number, or part of a whole"), self.value)
        self._whole = LabeledField(
            _("Whole"), self.whole, _("Of a rank: among how many. Empty where the source does not tell it.")
        )
        self._source = LabeledField(_("Source"), self.source, _("Who published it."))
        self._dated_field = LabeledField(_("Day of the document"), self.dated)
        self.row(LabeledField(_("Indicator"), self.indicator))
        self.row(LabeledField(_("For whom"), self.unit))
        self.row(self._first, self._last)
        self.row(self._value, self._whole)
        self.row(self._source)
        self.row(LabeledField(_("Number of the document"), self.number), self._dated_field)
        self.row(LabeledField(_("Note"), self.note))
        self.finish(self.save)
        (self.value if figure else self.indicator).setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand it over, where it can be read."""
        value = self._number(self._value, self.value, missing="typed_value_missing")
        whole = self._number(self._whole, self.whole)
        days = self._days(self._first, self._last)
        fine, dated = self._dated(self._dated_field)
        source = self.source.text().strip()
        self._source.show_error("" if source else _(SENTENCES["typed_source_missing"]))
        unread = bool(self.whole.text().strip()) and whole is None
        if value is None or unread or days is None or not fine or not source:
            return
        self.written.emit(
            FigureTerms(
                unit_id=self.unit.currentData(),
                indicator=str(self.indicator.currentData()),
                first=days[0],
                last=days[1],
                numerator=value,
                denominator=whole,
                source=source,
                document_no=self.number.text(),
                dated=dated,
                note=self.note.text(),
            )
        )


def _narrow(choice: Choice) -> None:
    """Let a long entry be shortened in the form; the list shows it whole."""
    wide = choice.sizeHint().width()
    choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(_SHORTEST)
    choice.view().setMinimumWidth(wide)
