"""The card of the chart: which kind, the chart itself, and the ways to take it along as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import BoardRow, BoardView, CloseView
from tongcds.i18n import _
from ui.forms.board_charts import GROUPS, chart_of
from ui.theme import Style
from ui.widgets.button import Button, Kind
from ui.widgets.chart import Chart, ChartKind
from ui.widgets.choices import Answer, ChoicePills
from ui.widgets.flow import FlowRow
from ui.widgets.surface import Card
from ui.widgets.text import Text


class ChartCard(Card):
    """`chosen`: another kind of chart is wanted. `saved` carries a `QImage` and what it should be called."""

    chosen = Signal()
    saved = Signal(object, str)
    said = Signal(str)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._name = ""
        self.kinds = ChoicePills(
            _("Chart"),
            [
                Answer(ChartKind.LINE, _("Months"), None),
                Answer(ChartKind.BARS, _("Units"), None),
                Answer(ChartKind.MULTIPLES, _("Small charts"), None),
                Answer(GROUPS, _("Groups"), None),
            ],
            ChartKind.LINE,
        )
        self.kinds.changed.connect(self._choose)
        self.chart = Chart()
        self.chart.told.connect(self._tell)
        self._told = Text("", Style.NOTE)
        self.notes = Text("", Style.NOTE, wrap=True)
        copy = Button(_("Copy chart"), icon="copy", hint="Ctrl+C", kind=Kind.SMALL)
        copy.clicked.connect(self.copy_chart)
        save = Button(_("Save picture"), icon="hard-drive-download", hint="Ctrl+S", kind=Kind.SMALL)
        save.clicked.connect(self.save_chart)
        above = FlowRow()
        for widget in (self.kinds, copy, save):
            above.flow.addWidget(widget)
        self.body.addWidget(above)
        self.body.addWidget(self.chart, 1)
        self.body.addWidget(self._told)
        self.body.addWidget(self.notes)

    def show_view(self, view: BoardView, close: CloseView | None, rows: Sequence[BoardRow]) -> None:
        """Draw the chosen kind; without the figures of twelve months (still being counted) what there is."""
        (indicator,) = view.indicators
        self._name = f"{indicator.code} {view.last.isoformat()}.png"
        self.chart.show_data(*chart_of(view, close, rows, self.kinds.value()))
        notes = dict.fromkeys((*view.notes, *(close.notes if close is not None else ())))
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))
        self._told.setText("")

    def copy_chart(self) -> None:
        """Put the chart on the clipboard, as a picture."""
        QGuiApplication.clipboard().setImage(self.chart.picture())
        self.said.emit(_("The chart is on the clipboard; paste it into a document."))

    def save_chart(self) -> None:
        """Hand the picture over to become a file."""
        if self._name:
            self.saved.emit(self.chart.picture(), self._name)

    def _choose(self, _kind: object) -> None:
        self.chosen.emit()

    def _tell(self, told: str) -> None:
        self._told.setText(told)
