"""Which row names the columns, and what they hold, where no header was recognised or another is meant."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from tongcds.domain.views import ImportSheet
from tongcds.i18n import _, format_number
from ui.forms.import_columns import ImportColumns
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.field import Choice, LabeledField
from ui.widgets.surface import Card, column, line
from ui.widgets.text import Text

_NAME = "full_name"


class ImportHeaderPane(QWidget):
    """Asks for the row that names the columns of a sheet, and for what the columns hold.

    `row_chosen` carries sheet and row (0: none), `column_chosen` sheet, letter and field, `read_as` sheet,
    letter and how its letters are meant; whoever hears of it shows the top of the file anew. `settled` says
    that the file is to be read so.
    """

    row_chosen = Signal(str, int)
    column_chosen = Signal(str, str, str)
    read_as = Signal(str, str, str)
    settled = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheets: tuple[ImportSheet, ...] = ()
        self._is_built = False

    def _build(self) -> None:
        """Made when it is first asked: most files are recognised."""
        self._is_built = True
        self.sheet = Choice()
        self.sheet.activated.connect(self._show_sheet)
        self._sheet_field = LabeledField(_("Sheet"), self.sheet)
        self.row = Choice()
        self.row.activated.connect(self._choose_row)
        self.columns = ImportColumns()
        self.columns.chosen.connect(self.column_chosen)
        self.columns.read_as.connect(self.read_as)
        self.columns.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.missing = Text(_("Say which column holds the names of people."), Style.NOTE, wrap=True)
        self.read = Button(_("Read the file like this"), icon="check", kind=Kind.PRIMARY)
        self.read.clicked.connect(self.settled)
        card = Card(_("Which row names the columns?"))
        card.body.setSpacing(space(3))
        card.body.addWidget(self._sheet_field)
        card.body.addWidget(LabeledField(_("Row with the names of columns"), self.row))
        card.body.addWidget(self.columns, 1)
        foot = line(gap=2)
        foot.addWidget(self.missing, 1)
        foot.addWidget(self.read)
        card.body.addLayout(foot)
        column(self).addWidget(card, 1)

    def show_sheets(self, sheets: Sequence[ImportSheet]) -> None:
        """Show the top of a file; the sheet that was chosen stays chosen."""
        if not self._is_built:
            self._build()
        before = self.sheet.currentData()
        self._sheets = tuple(sheets)
        names = [sheet.name for sheet in self._sheets]
        self.sheet.clear()
        for name in names:
            self.sheet.addItem(name, name)
        self.sheet.choose(before if before in names else names[0] if names else None)
        self._sheet_field.setVisible(len(names) > 1)
        self._show_sheet()

    def _chosen(self) -> ImportSheet | None:
        name = self.sheet.currentData()
        return next((sheet for sheet in self._sheets if sheet.name == name), None)

    def _show_sheet(self) -> None:
        chosen = self._chosen()
        self.row.clear()
        self.row.addItem(_("No row: people begin at once"), 0)
        if chosen is None:
            return
        for top in chosen.rows:
            words = _("Row {n}: {text}").format(n=format_number(top.number), text=top.text)
            self.row.addItem(words, top.number)
        self.row.choose(chosen.header_row)
        self.columns.show_columns(chosen.columns)
        named = any(one.field == _NAME for sheet in self._sheets for one in sheet.columns)
        self.missing.setVisible(not named)
        self.read.setEnabled(named)

    def _choose_row(self) -> None:
        self.row_chosen.emit(str(self.sheet.currentData()), int(self.row.currentData()))
