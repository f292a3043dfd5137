"""The time line of what was observed of a household and its people; a wrong observation is withdrawn here."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.facts import MISTAKE_NAMES, how_words
from tongcds.domain.views import ObservationRow, Tone
from tongcds.errors import SENTENCES
from tongcds.i18n import _, format_date
from ui import theme, words
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, MarkCell, TextCell
from ui.widgets.field import Choice, LabeledField
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import column, line
from ui.widgets.text import Text


class ObservationsDialog(QDialog):
    """Every observation, the latest day first. `withdrawn` carries the row and the reason.

    Args:
        name: the household, in words.
        rows: what was observed.
    """

    help_topic = "households"

    withdrawn = Signal(object, str)

    def __init__(self, name: str, rows: Sequence[ObservationRow], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Time line of facts"))
        columns: list[Column[ObservationRow]] = [
            Column(_("Day"), lambda row: TextCell(format_date(row.held_on))),
            Column(_("Whom"), lambda row: TextCell(row.whom or _("Household"), strong=True), stretch=2),
            Column(_("Fact"), _answer, stretch=3),
            Column(_("How it is known"), lambda row: TextCell(how_words(row.how), row.by), stretch=2),
            Column(_("Where it stands"), _standing, stretch=2),
        ]
        model = RowsModel(columns, self)
        model.set_rows(rows)
        self.rows = RowsView(model, name=_("Time line of facts"))
        self.why = Choice([(_(said), mistake.value) for mistake, said in MISTAKE_NAMES.items()])
        self._why = LabeledField(_("Why is it wrong?"), self.why)
        self.go_on = Button(_("Withdraw"), icon="undo-2", hint="Ctrl+D")
        self.go_on.clicked.connect(self.withdraw)
        QShortcut(QKeySequence("Ctrl+D"), self).activated.connect(self.withdraw)
        leave = Button(_("Close"), hint="Escape", kind=Kind.PRIMARY)
        leave.clicked.connect(self.reject)
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(name, Style.TITLE))
        box.addWidget(self.rows, 1)
        nothing = Text(_("Nothing was observed yet."), Style.MUTED, wrap=True)
        if rows:
            nothing.hide()
        box.addWidget(nothing)
        box.addWidget(self._why)
        buttons = line(gap=2)
        buttons.addStretch(1)
        buttons.addWidget(self.go_on)
        buttons.addWidget(leave)
        box.addLayout(buttons)
        self.rows.setVisible(bool(rows))
        for widget in (self._why, self.go_on):
            widget.setVisible(bool(rows))
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        room = parent.size() if parent is not None else self.sizeHint()
        self.resize(max(self.minimumWidth(), room.width() * 5 // 6), room.height() * 2 // 3)
        if rows:
            self.rows.choose(0)
            self.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def withdraw(self) -> None:
        """Hand over the chosen observation with the reason and close; one of a visit goes with its visit."""
        row = self.rows.current_row()
        if not isinstance(row, ObservationRow) or self.go_on.isHidden():
            return
        self._why.show_error(_(SENTENCES["observation_of_visit"]) if row.of_visit else "")
        if not row.of_visit:
            self.withdrawn.emit(row, self.why.currentData())
            self.accept()


def _answer(row: ObservationRow) -> Cell:
    tone, icon = (Tone.GOOD, "circle-check") if row.value else (Tone.QUIET, "circle-dashed")
    return MarkCell(f"{row.label}: {_('yes') if row.value else _('not yet')}", icon, tone)


def _standing(row: ObservationRow) -> Cell:
    state = words.standing(row.standing)
    return MarkCell(state.words, state.icon, state.tone)
