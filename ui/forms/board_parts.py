"""Parts of Tổng hợp in full: what is asked for, the bar that chooses it, and figures in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.periods import PERIOD_OF, Period, PeriodKind, after, before, year_before
from tongcds.domain.views import BoardFigure, BoardIndicator, Mark, Why
from tongcds.domain.views.board import WHY_WORDS
from tongcds.forms.days import read_past_day
from tongcds.i18n import N_, _, format_number, format_percent, format_points
from ui import theme, words
from ui.forms.day_line import DayLine
from ui.theme import Length, Style
from ui.widgets.button import Button, Kind
from ui.widgets.field import Choice
from ui.widgets.flow import FlowRow
from ui.widgets.surface import line
from ui.widgets.text import Text

_KINDS: Final = (
    (N_("Month"), PeriodKind.MONTH),
    (N_("15th to 14th"), PeriodKind.MID_MONTH),
    (N_("Quarter"), PeriodKind.QUARTER),
    (N_("Half year"), PeriodKind.HALF),
    (N_("Nine months"), PeriodKind.NINE_MONTHS),
    (N_("Year"), PeriodKind.YEAR),
    (N_("Other days"), PeriodKind.CUSTOM),
)
_AGAINST: Final = (
    (N_("Compared with nothing"), ""),
    (N_("The period before"), "before"),
    (N_("A year ago"), "year"),
)

_WHY_LONG: Final = {
    Why.NOBODY_LOOKED: N_("Nobody has looked yet: that is not 0."),
    Why.HIDDEN: N_(
        "Hidden: it would tell of fewer than five people, or a hidden figure would follow from it."
    ),
    Why.NOT_PUBLISHED: N_(
        "The server published nothing that answers for these days. It publishes month by month, of the last "
        "twelve months."
    ),
    Why.WAY_CHANGED: N_(
        "The way of counting changed within this period; look at the parts before and after."
    ),
    Why.NOT_COUNTED: N_("It was not counted yet in this period."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the screen is asked to show: an indicator of a unit (None: the own one) over a period."""

    code: str
    period: Period
    compare: str = ""
    unit_id: bytes | None = None
    old_communes: bool = False

    @property
    def against(self) -> Period | None:
        """The period that it is compared with."""
        if self.compare == "before":
            return before(self.period)
        if self.compare == "year":
            return year_before(self.period)
        return None


def value_words(indicator: BoardIndicator, figure: BoardFigure) -> str:
    """A figure in words: "70,1%", "5,5", "1.234", or what stands instead; unknown and hidden are not 0."""
    if figure.value is None:
        return _(WHY_WORDS[figure.why])
    return number_words(indicator, figure.value)


def number_words(indicator: BoardIndicator, value: float) -> str:
    """A value of an indicator in words."""
    if indicator.ratio and indicator.unit == "%":
        return format_percent(value, decimals=1)
    return format_number(round(value, 1))


def change_words(indicator: BoardIndicator, now: BoardFigure, then: BoardFigure) -> str:
    """How a figure moved, in points of a percentage or as a number; "" where one of both is not known."""
    if now.value is None or then.value is None:
        return ""
    if indicator.ratio and indicator.unit == "%":
        return _("{points} pts").format(points=format_points(now.value - then.value))
    moved = round(now.value - then.value, 1)
    return f"{'+' if moved > 0 else ''}{format_number(moved)}"


def parts_words(figure: BoardFigure) -> str:
    """Numerator and denominator: "287/450"; "" where there is no whole."""
    if figure.numerator is None or figure.denominator is None:
        return ""
    return f"{format_number(figure.numerator)}/{format_number(figure.denominator)}"


def why_words(figure: BoardFigure) -> str:
    """Why there is no figure, in a sentence; "" where there is one."""
    return "" if figure.why is Why.KNOWN else _(_WHY_LONG[figure.why])


def target_words(indicator: BoardIndicator, mark: Mark) -> str:
    """A target: "target 80,0%", "target at most 10"."""
    number = words.target(mark.value) if indicator.unit == "%" else ""
    if number:
        return number
    value = number_words(indicator, mark.value)
    return (_("target at most {value}") if mark.at_most else _("target {value}")).format(value=value)


class PeriodBar(FlowRow):
    """Chooses indicator, period and what it is compared with; `asked` carries an `Asked`."""

    asked = Signal(object)

    def __init__(
        self,
        indicators: Sequence[BoardIndicator],
        first: Asked,
        today: date,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self._now = first
        self._today = today
        self.indicator = Choice()
        self.indicator.setAccessibleName(_("Indicator"))
        for one in indicators:
            self.indicator.addItem(f"{one.pillar}: {one.short} ({one.code})", one.code)
        self.indicator.choose(first.code)
        # Whole in the list, shortened in the bar.
        self.indicator.view().setMinimumWidth(self.indicator.sizeHint().width())
        self.indicator.setMaximumWidth(theme.current().scaled(Length.LIST_LEAST))
        self.kind = Choice([(_(said), kind.value) for said, kind in _KINDS])
        self.kind.setAccessibleName(_("Kind of period"))
        self.kind.choose(first.period.kind.value)
        self.earlier = Button("<", kind=Kind.PLAIN)
        self.earlier.setAccessibleName(_("Earlier period"))
        self.later = Button(">", kind=Kind.PLAIN)
        self.later.setAccessibleName(_("Later period"))
        self.name = Text(first.period.name, Style.STRONG)
        self.name.setFixedHeight(theme.current().control)
        self.first = DayLine(partial(read_past_day, today=today), today, parent=self)
        self.last = DayLine(partial(read_past_day, today=today), today, parent=self)
        self.first.setAccessibleName(_("First day"))
        self.last.setAccessibleName(_("Last day"))
        self.compare = Choice([(_(said), value) for said, value in _AGAINST])
        self.compare.setAccessibleName(_("Compared with"))
        # Together on one line, however narrow the bar: the arrows turn what stands between them.
        turned = QWidget()
        beside = line(turned, gap=2)
        for part in (self.earlier, self.name, self.first, self.last, self.later):
            beside.addWidget(part)
        for widget in (self.indicator, self.kind, turned, self.compare):
            self.flow.addWidget(widget)
        self.indicator.activated.connect(self._choose_indicator)
        self.kind.activated.connect(self._choose_kind)
        self.compare.activated.connect(self._choose_compare)
        self.earlier.clicked.connect(self.go_back)
        self.later.clicked.connect(self.go_on)
        for field in (self.first, self.last):
            field.editingFinished.connect(self._choose_days)
        self._show()

    def now(self) -> Asked:
        """What is asked for."""
        return self._now

    def ask(self, **changed: object) -> None:
        """Ask for something else."""
        self._now = replace(self._now, **changed)  # type: ignore[arg-type]  # fields of `Asked`
        self._show()
        self.asked.emit(self._now)

    def go_back(self) -> None:
        """The period before."""
        self.ask(period=before(self._now.period))

    def go_on(self) -> None:
        """The period after, not beyond the one that runs."""
        following = after(self._now.period)
        if following.first <= self._today:
            self.ask(period=following)

    def _choose_indicator(self) -> None:
        self.ask(code=str(self.indicator.currentData()))

    def _choose_compare(self) -> None:
        self.ask(compare=str(self.compare.currentData()))

    def _choose_kind(self) -> None:
        kind = PeriodKind(str(self.kind.currentData()))
        day = min(self._now.period.last, self._today)
        if kind is PeriodKind.CUSTOM:
            self.ask(period=Period(min(self._now.period.first, day), day))
            self.first.setFocus()
        else:
            self.ask(period=PERIOD_OF[kind](day))

    def _choose_days(self) -> None:
        first, last = self.first.day(), self.last.day()
        if first is not None and last is not None and first <= last:
            period = Period(first, last)
            if period != self._now.period:
                self.ask(period=period)

    def _show(self) -> None:
        period = self._now.period
        custom = period.kind is PeriodKind.CUSTOM
        self.name.setText(period.name)
        self.name.setVisible(not custom)
        for field, day in ((self.first, period.first), (self.last, period.last)):
            field.setVisible(custom)
            field.show_day(day)
        self.later.setEnabled(after(period).first <= self._today)
        self.kind.choose(period.kind.value)
        self.compare.choose(self._now.compare)
        self.indicator.choose(self._now.code)
