"""What each column of a file was taken for, with a choice beside a few of its values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
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

_ENCODINGS: Final[dict[str, str]] = {
    "tcvn3": N_("Old font .VnTime (TCVN3)"),
    "vni": N_("Old font VNI"),
    "windows-1258": N_("Vietnamese of old Windows (1258)"),
    "utf-8": N_("Unicode, nothing to turn"),
}

_AT_ONCE: Final = 4
"""So many fields are made in one turn of the event loop, so that the window answers in between."""
_USUAL: Final = 16
"""Few registers have more columns."""


class ImportColumns(ScrollColumn):
    """A field for each column of a file.

    `chosen` carries sheet, letter and the field that a column is to be taken for ("" for none), `read_as`
    sheet, letter and how the letters of a column are meant ("" as read). Fields are made once and shown again
    for the next file.
    """

    chosen = Signal(str, str, str)
    read_as = Signal(str, str, str)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(gap=3, parent=parent)
        self._fields: list[LabeledField] = []
        self._letters: dict[int, LabeledField] = {}
        self._shown: tuple[ImportColumn, ...] = ()
        self.body.addStretch(1)

    def show_columns(self, columns: Sequence[ImportColumn]) -> None:
        """Show these columns, those that were recognised first."""
        places = {(one.sheet, one.letter): place for place, one in enumerate(self._shown)}
        if places.keys() == {(one.sheet, one.letter) for one in columns}:
            # The same file again: whoever has just chosen something is still at the same field.
            self._shown = tuple(sorted(columns, key=lambda one: places[one.sheet, one.letter]))
        else:
            self._shown = tuple(sorted(columns, key=lambda one: not one.field))
        for field in (*self._fields[len(self._shown) :], *self._letters.values()):
            field.hide()
        while len(self._fields) < len(self._shown):
            self._make_one()
        for place, one in enumerate(self._shown):
            self._show(place, one)

    def get_ready(self) -> bool:
        """Make some of the fields that a file will want; answers whether more are to be made."""
        for _n in range(min(_AT_ONCE, _USUAL - len(self._fields))):
            self._make_one()
        return len(self._fields) < _USUAL

    def _make_one(self) -> None:
        choice = Choice([(_("Not used"), ""), *((_(words), code) for code, words in FIELDS.items())])
        choice.activated.connect(partial(self._choose, len(self._fields)))
        field = LabeledField("", choice)
        field.hide()
        self.body.insertWidget(self.body.count() - 1, field)
        self._fields.append(field)

    def _show(self, place: int, one: ImportColumn) -> None:
        field = self._fields[place]
        several = len({column.sheet for column in self._shown}) > 1
        field.say(column_label(one, with_sheet=several), " · ".join(one.samples))
        if isinstance(field.editor, Choice):
            field.editor.choose(one.field)
        field.show()
        if one.readings:
            self._ask_letters(place, one)

    def _ask_letters(self, place: int, one: ImportColumn) -> None:
        """Offer each reading of a column whose letters nobody can be sure of, with the same texts in it."""
        field = self._letters.get(place)
        if field is None:
            choice = Choice()
            # What it offers is long, and open it is as wide as that; closed it takes the room there is.
            choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            choice.activated.connect(partial(self._choose_letters, place))
            field = self._letters[place] = LabeledField("", choice)
            self.body.insertWidget(self.body.indexOf(self._fields[place]) + 1, field)
        field.say(_("Letters of column {letter}: which reads well?").format(letter=one.letter))
        if isinstance(field.editor, Choice):
            field.editor.clear()
            for reading in one.readings:
                words = " · ".join(reading.texts)
                field.editor.addItem(f"{words} ({encoding_words(reading.encoding)})", reading.encoding)
            field.editor.choose(one.encoding)
            shown = field.editor.view()
            shown.setMinimumWidth(shown.sizeHintForColumn(0))
        field.show()

    def _choose_letters(self, place: int, _index: int) -> None:
        one, editor = self._shown[place], self._letters[place].editor
        if isinstance(editor, Choice):
            self.read_as.emit(one.sheet, one.letter, str(editor.currentData()))

    def _choose(self, place: int, _index: int) -> None:
        one, editor = self._shown[place], self._fields[place].editor
        if isinstance(editor, Choice):
            self.chosen.emit(one.sheet, one.letter, str(editor.currentData()))


def encoding_words(encoding: str) -> str:
    """What a way to read letters is called; "" is as they stand."""
    return _(_ENCODINGS.get(encoding, encoding)) if encoding else _("As found in the file")


def column_label(one: ImportColumn, *, with_sheet: bool) -> str:
    """How a column is named: "Column B “Họ và tên”"."""
    words = _("Column {letter} “{heading}”") if one.heading else _("Column {letter}")
    words = words.format(letter=one.letter, heading=one.heading)
    return f"{one.sheet} · {words}" if with_sheet else words
