"""What each column of a file was taken for, with a choice beside a few of its values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import ImportColumn
from tongcds.i18n import N_, _
from ui.widgets.field import Choice, LabeledField
from ui.widgets.surface import ScrollColumn

FIELDS: Final[dict[str, str]] = {
    "full_name": N_("Full name"),
    "family_names": N_("Family and middle names"),
    "birth": N_("Birth"),
    "birth_male": N_("Birth of men"),
    "birth_female": N_("Birth of women"),
    "sex": N_("Sex"),
    "sex_male": N_("Mark for men"),
    "sex_female": N_("Mark for women"),
    "relation": N_("Relation to the head"),
    "id_number": N_("Personal number"),
    "phone": N_("Phone"),
    "household_no": N_("Household number"),
    "no": N_("Row number"),
    "village": N_("Village"),
    "address": N_("Address"),
    "size": N_("Number of people"),
    "ethnicity": N_("Ethnic group"),
    "poverty": N_("Poverty class"),
    "poor": N_("Poor household"),
    "near_poor": N_("Near-poor household"),
    "hardship": N_("Hardship"),
    "note": N_("Note"),
}
"""What each field that a column can hold is called."""

_AT_ONCE: Final = 4
"""So many fields are made in one turn of the event loop; the rest follow while the window answers."""


class ImportColumns(ScrollColumn):
    """A field for each column of a file.

    `chosen` carries sheet, letter and the field that a column is to be taken for ("" for none). Fields are
    made once and shown again for the next file.
    """

    chosen = Signal(str, str, str)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(gap=3, parent=parent)
        self._fields: list[LabeledField] = []
        self._shown: tuple[ImportColumn, ...] = ()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.show_rest)
        self.body.addStretch(1)

    def show_columns(self, columns: Sequence[ImportColumn]) -> None:
        """Show these columns, those that were recognised first."""
        known = [one for one in columns if one.field]
        self._shown = (*known, *(one for one in columns if not one.field))
        for field in self._fields[len(self._shown) :]:
            field.hide()
        for place, one in enumerate(self._shown[: len(self._fields)]):
            self._show(place, one)
        self._show_more()

    def show_rest(self) -> None:
        """Show some of the columns that have no field yet; more in the next turn of the event loop."""
        self._show_more()

    def _show_more(self) -> None:
        first = len(self._fields)
        for place, one in enumerate(self._shown[first : first + _AT_ONCE], first):
            choice = Choice([(_("Not used"), ""), *((_(words), code) for code, words in FIELDS.items())])
            choice.activated.connect(partial(self._choose, place))
            field = LabeledField("", choice)
            self._fields.append(field)
            self.body.insertWidget(place, field)
            self._show(place, one)
        if len(self._fields) < len(self._shown):
            self._later.start(0)

    def _show(self, place: int, one: ImportColumn) -> None:
        field = self._fields[place]
        several = len({column.sheet for column in self._shown}) > 1
        field.say(column_label(one, with_sheet=several), " · ".join(one.samples))
        if isinstance(field.editor, Choice):
            field.editor.choose(one.field)
        field.show()

    def _choose(self, place: int, _index: int) -> None:
        one, editor = self._shown[place], self._fields[place].editor
        if isinstance(editor, Choice):
            self.chosen.emit(one.sheet, one.letter, str(editor.currentData()))


def column_label(one: ImportColumn, *, with_sheet: bool) -> str:
    """How a column is named: "Column B “Họ và tên”"."""
    words = _("Column {letter} “{heading}”").format(letter=one.letter, heading=one.heading)
    return f"{one.sheet} · {words}" if with_sheet else words
