"""Two freely chosen units side by side: their figures, how far they are apart, and a small chart of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.views import PairView
from tongcds.i18n import _
from ui.errors import words_for
from ui.forms.board_charts import pair_chart
from ui.forms.board_parts import change_words, parts_words, value_words, why_words
from ui.tasks import Tasks
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.chart import Chart, ChartKind
from ui.widgets.field import Choice
from ui.widgets.surface import column, line, open_at
from ui.widgets.text import Text

_WIDE: Final = 1.6
Units = Sequence[tuple[bytes, str]]


class CompareDialog(QDialog):
    """`saved` carries a `QImage` that wants to become a file, and what it should be called.

    Args:
        units: what can be chosen.
        chosen: the two that it begins with.
        ask: answers a `PairView` of two units; runs off the UI thread.
        tasks: where.
    """

    help_topic = "board"

    saved = Signal(object, str)

    def __init__(
        self,
        units: Units,
        chosen: tuple[bytes, bytes],
        ask: Callable[[bytes, bytes], PairView],
        tasks: Tasks,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._ask, self._tasks = ask, tasks
        self._name = ""
        self.setWindowTitle(_("Two units side by side"))
        self.name = Text(self.windowTitle(), Style.TITLE, wrap=True)
        self.sides = [_Side(_("First unit"), units, chosen[0]), _Side(_("Second unit"), units, chosen[1])]
        beside = line(gap=3)
        for side in self.sides:
            side.unit.activated.connect(self.reload)
            beside.addWidget(side, 1)
        self.apart = Text("", Style.BODY, wrap=True)
        self.chart = Chart(ChartKind.MULTIPLES)
        self.told = Text("", Style.NOTE, wrap=True)
        self.chart.told.connect(self.told.setText)
        buttons = line(gap=2)
        for words, icon, keys, act in (
            (_("Copy chart"), "copy", "Ctrl+C", self.copy_chart),
            (_("Save picture"), "hard-drive-download", "Ctrl+S", self.save_chart),
        ):
            button = Button(words, icon=icon, hint=keys)
            button.clicked.connect(act)
            QShortcut(QKeySequence(keys), self).activated.connect(act)
            buttons.addWidget(button)
        buttons.addStretch(1)
        leave = Button(_("Close"), hint="Escape", kind=Kind.PRIMARY)
        leave.clicked.connect(self.reject)
        buttons.addWidget(leave)
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(self.name)
        box.addLayout(beside)
        box.addWidget(self.apart)
        box.addWidget(self.chart, 1)
        box.addWidget(self.told)
        box.addLayout(buttons)
        open_at(self, round(Length.DIALOG * _WIDE), Length.DIALOG)
        self.sides[1].unit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.reload()

    def reload(self) -> None:
        """Count, or read, both units."""
        first, second = (side.chosen() for side in self.sides)

        def ask() -> tuple[tuple[bytes, bytes], PairView]:
            return (first, second), self._ask(first, second)

        self.apart.setText(_("Counting …"))
        self._tasks.run(ask, self._answered, owner=self, failed=self._failed)

    def _answered(self, answer: tuple[tuple[bytes, bytes], PairView]) -> None:
        chosen, view = answer
        if chosen == tuple(side.chosen() for side in self.sides):
            self.show_view(view)

    def _failed(self, problem: Exception) -> None:
        self.apart.setText(words_for(problem))

    def show_view(self, view: PairView) -> None:
        """Draw both."""
        one = view.indicator
        self.name.setText(f"{one.name} ({one.code}) · {view.period}")
        self._name = f"{one.code} {view.last.isoformat()}.png"
        for side, row in zip(self.sides, view.rows, strict=True):
            figure = row.figures[0]
            told = [parts_words(figure), why_words(figure)]
            if row.against:
                was = value_words(one, row.against[0])
                told += [
                    _("was {value}").format(value=was) + f" ({view.against})",
                    change_words(one, figure, row.against[0]),
                ]
            side.show_figure(value_words(one, figure), " · ".join(filter(None, told)))
        first, second = (row.figures[0] for row in view.rows)
        apart = change_words(one, first, second)
        words = _("The first is {difference} from the second.").format(difference=apart) if apart else ""
        self.apart.setText("\n".join(filter(None, (words, *view.notes))))
        self.chart.show_data(pair_chart(view), ChartKind.MULTIPLES)
        self.told.setText("")

    def copy_chart(self) -> None:
        """Put the chart on the clipboard, as a picture."""
        QGuiApplication.clipboard().setImage(self.chart.picture())
        self.told.setText(_("The chart is on the clipboard; paste it into a document."))

    def save_chart(self) -> None:
        """Hand the picture over to become a file."""
        if self._name:
            self.saved.emit(self.chart.picture(), self._name)


class _Side(QWidget):
    """One of both units, and its figure."""

    def __init__(self, title: str, units: Units, chosen: bytes, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.unit = Choice([(name, unit) for unit, name in units])
        self.unit.setAccessibleName(title)
        self.unit.choose(chosen)
        self.unit.setMinimumContentsLength(12)
        self.unit.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.value = Text("…", Style.DISPLAY)
        self.detail = Text("", Style.NOTE, wrap=True)
        box = column(self, gap=1)
        for part in (self.unit, self.value, self.detail):
            box.addWidget(part)

    def chosen(self) -> bytes:
        return bytes(self.unit.currentData())

    def show_figure(self, value: str, detail: str) -> None:
        self.value.setText(value)
        self.detail.setText(detail)
        self.value.setAccessibleName(f"{self.unit.currentText()}: {value}. {detail}")
