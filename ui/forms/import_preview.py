"""What an import would do, drawn: counts, the columns that were recognised, and every row with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from tongcds.domain.views import ImportEncoding, ImportPreview, ImportPreviewRow, Tone
from tongcds.i18n import N_, _, format_date, format_number, ngettext, pgettext
from ui import theme
from ui.forms.import_columns import ImportColumns, encoding_words
from ui.forms.import_review import ImportReview
from ui.theme import IconSize, Length, Style, space
from ui.widgets.button import Button
from ui.widgets.cells import Cell, NumberCell, PillCell, TextCell
from ui.widgets.choices import CheckRow
from ui.widgets.field import Choice, LabeledField
from ui.widgets.notice import Notice
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, column, line
from ui.widgets.text import Icon, Text
from ui.widgets.tile import FilterTile, TileRow

_STATES: Final[dict[str, tuple[str, Tone]]] = {
    "new": (N_("New"), Tone.GOOD),
    "changed": (N_("Changed"), Tone.INFO),
    "same": (N_("Unchanged"), Tone.QUIET),
    "doubtful": (N_("To check"), Tone.WARN),
    "wrong": (N_("Wrong"), Tone.BAD),
    "skipped": (N_("Left out"), Tone.QUIET),
}


PAGE_ROWS: Final = 200
"""So many rows at a time: enough to scroll through, and measured while nobody notices."""


def state_pill(state: str) -> PillCell:
    """What becomes of a row."""
    words, tone = _STATES.get(state, (state, Tone.QUIET))
    return PillCell(_(words), tone)


def tiles_of(preview: ImportPreview) -> list[FilterTile]:
    """A tile for each count; those of which the file has no row cannot be chosen."""
    households = [
        ("new", _("New"), preview.households_new, Tone.GOOD),
        ("changed", pgettext("households", "Changed"), preview.households_changed, Tone.INFO),
        ("same", _("Unchanged"), preview.households_same, None),
    ]
    rows = [
        ("doubtful", _("To check"), preview.rows_doubtful, Tone.WARN),
        ("wrong", _("Wrong, left out"), preview.rows_wrong, Tone.BAD),
    ]
    if preview.rows_skipped:
        rows.append(("skipped", _("Totals, signatures"), preview.rows_skipped, Tone.QUIET))
    counted = [
        *((*one, ngettext("{n} household", "{n} households", one[2])) for one in households),
        *((*one, ngettext("{n} row", "{n} rows", one[2])) for one in rows),
    ]
    met = {row.state for row in preview.rows}
    tiles = []
    for state, label, n, tone, words in counted:
        tile = FilterTile(label, words.format(n=format_number(n)), tone if n else None, key=state)
        tile.setEnabled(state in met)
        tiles.append(tile)
    return tiles


class ImportPreviewPane(QWidget):
    """Shows an `ImportPreview`.

    `column_chosen` carries sheet, letter and the field that a column is to be taken for ("" for none);
    `sensitive_chosen` whether ethnicity and poverty are to be read; `encoding_chosen` how letters are meant
    ("" as found); `forget_chosen` that the remembered meaning of columns is to be dropped; `header_wanted`
    that another row names the columns. `letters_chosen` carries sheet, letter and how the letters of a column
    are meant; `review_said` since when and by which decision the poverty classes of the file hold.
    """

    column_chosen = Signal(str, str, str)
    sensitive_chosen = Signal(bool)
    encoding_chosen = Signal(str)
    forget_chosen = Signal()
    header_wanted = Signal()
    letters_chosen = Signal(str, str, str)
    review_said = Signal(object, str)

    def __init__(self, today: date, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today = today
        self._sheets = 1
        self._all: tuple[ImportPreviewRow, ...] = ()
        self._filter = ""
        self._first = 0
        self._filters: list[FilterTile] = []
        self._box = column(self, gap=4)
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._cards.setSpacing(space(4))
        # From top to bottom; a turn of the event loop for each while there is time.
        self._to_build = [self._build_questions, self._build_columns, self._build_rows, self._build_foot]

    def _build_questions(self) -> None:
        """How many of each, and what the file leaves open."""
        self.tiles = TileRow(narrowest=None)
        self.villages = Notice("map-pin", Tone.WARN)
        self.encoding = Choice()
        self.encoding.activated.connect(self._choose_encoding)
        self.question = LabeledField(
            _("The file does not say how its letters are meant. Which of these reads well?"), self.encoding
        )
        self.question.hide()
        self.review = ImportReview(self._today)
        self.review.said.connect(self.review_said)
        for part in (self.tiles, self.villages, self.question, self.review):
            self._box.addWidget(part)
        self._box.addLayout(self._cards, 1)

    def _build_rows(self) -> None:
        """Every row of the file, a page at a time."""
        self._model: RowsModel[ImportPreviewRow] = RowsModel(
            [
                Column(_("Row"), self._number),
                Column(_("In the file"), self._in_file, stretch=2),
                Column(_("Will write"), self._will_write, stretch=2),
                Column("", self._state),
                Column(_("Why"), self._why, stretch=5),
            ],
            self,
        )
        self.rows = RowsView(self._model, name=_("Rows of the file"))
        self.rows.picked.connect(self._show_whole)
        self._whole = Text("", Style.BODY, wrap=True)
        self._whole.setContentsMargins(space(4), space(2.5), space(4), space(2.5))
        self._whole.hide()
        self._right = Card(flush=True)
        self._right.body.addWidget(self.rows, 1)
        self._right.body.addWidget(self._whole)
        self._right.body.addWidget(self._build_pages())
        # As low as the window asks for; what does not fit scrolls inside.
        self.rows.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._cards.addWidget(self._right, 1)

    def _build_foot(self) -> None:
        """That nothing here is for ever."""
        undo = line(gap=1.5)
        undo.addWidget(Icon("undo-2", size=IconSize.MEDIUM))
        self._foot = Text("", Style.MUTED)
        undo.addWidget(self._foot, 1)
        self._box.addLayout(undo)

    def _build_columns(self) -> None:
        """What each column was taken for, and whether what is sensitive is read."""
        self.remembered = Text("", Style.NOTE, wrap=True)
        self.forget = Button(_("Forget"))
        self.forget.clicked.connect(self.forget_chosen)
        self._memory = QWidget()
        memory = line(self._memory, gap=2)
        memory.addWidget(self.remembered, 1)
        memory.addWidget(self.forget)
        self._memory.hide()
        self._columns = ImportColumns()
        self._columns.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._columns.chosen.connect(self.column_chosen)
        self._columns.read_as.connect(self.letters_chosen)
        self.sensitive = CheckRow(_("Ethnicity and poverty too"))
        self.sensitive.clicked.connect(self.sensitive_chosen)
        self._left = Card(_("Columns recognised"))
        self._left.body.setSpacing(space(2))
        self._left.body.addWidget(self._memory)
        self._left.body.addWidget(self._columns, 1)
        self._left.body.addWidget(self.sensitive)
        self.other_header = Button(_("Another row names the columns…"))
        self.other_header.clicked.connect(self.header_wanted)
        self._left.body.addWidget(self.other_header)
        self._cards.addWidget(self._left)

    def _build_pages(self) -> QWidget:
        """What is seen of how many rows, and the way to those before and after."""
        self.seen = Text("", Style.MUTED)
        self.before = Button(_("Rows before"))
        self.after = Button(_("Rows after"))
        self.before.clicked.connect(lambda: self._turn(-PAGE_ROWS))
        self.after.clicked.connect(lambda: self._turn(PAGE_ROWS))
        self._pages = QWidget()
        pages = line(self._pages, gap=2)
        pages.setContentsMargins(space(4), space(1.5), space(4), space(1.5))
        pages.addWidget(self.seen, 1)
        pages.addWidget(self.before)
        pages.addWidget(self.after)
        self._pages.hide()
        return self._pages

    def get_ready(self) -> bool:
        """Make a part of the pane, before there is anything to show; answers whether more is to be made."""
        if self._to_build:
            self._to_build.pop(0)()
            return True
        return self._columns.get_ready()

    def show_preview(self, preview: ImportPreview, *, sensitive: bool) -> None:
        """Draw a preview."""
        while self._to_build:
            self.get_ready()
        self._sheets = len({row.sheet for row in preview.rows})
        self._filters = tiles_of(preview)
        for tile in self._filters:
            tile.clicked.connect(self._choose_state)
        self.tiles.show_tiles([*self._filters])
        names = ", ".join(preview.villages_missing)
        left_out = _("Rows of villages that are not in this vault are left out: {names}.").format(names=names)
        self.villages.say(left_out if names else "")
        self.review.show_review(preview.poverty_changes, preview.held_on, preview.decision_no)
        self.sensitive.setChecked(sensitive)
        on = preview.remembered_on
        self._memory.setVisible(on is not None)
        if on is not None:
            self.remembered.setText(_("Columns as remembered from {date}.").format(date=format_date(on)))
        self._columns.show_columns(preview.columns)
        self._all, self._filter, self._first = preview.rows, "", 0
        self._show_rows()
        self._foot.setText(_("You can take the whole import back at any time in Sync → History."))
        self._fit()

    def _choose_state(self) -> None:
        """Narrow the rows to those of the tile that was pressed; pressed again, to none less."""
        pressed = self.sender()
        for tile in self._filters:
            if tile is not pressed:
                tile.setChecked(False)
        self._filter = next((tile.key for tile in self._filters if tile.isChecked()), "")
        self._first = 0
        self._show_rows()

    def _turn(self, rows: int) -> None:
        self._first += rows
        self._show_rows()
        self.rows.scrollToTop()

    def _show_rows(self) -> None:
        fitting = [row for row in self._all if not self._filter or row.state == self._filter]
        page = fitting[self._first : self._first + PAGE_ROWS]
        self._whole.hide()
        self._model.set_rows(page)
        several = len(fitting) > PAGE_ROWS
        self.before.setVisible(several)
        self.after.setVisible(several)
        self.before.setEnabled(self._first > 0)
        self.after.setEnabled(self._first + PAGE_ROWS < len(fitting))
        words = _("{first} to {last} of {all} rows of the file").format(
            first=format_number(self._first + bool(page)),
            last=format_number(self._first + len(page)),
            all=format_number(len(fitting)),
        )
        chosen = next((tile.label for tile in self._filters if tile.key == self._filter), "")
        self.seen.setText(f"{chosen} · {words}" if chosen else words)
        self._pages.setVisible(several or bool(chosen))
        self._fit()

    def ask_encoding(self, readings: Sequence[ImportEncoding], chosen: str | None) -> None:
        """Offer the readings that are possible, each with the same names in it; none hides the question."""
        self.question.setVisible(bool(readings))
        self.encoding.clear()
        self.encoding.addItem(_("As found in the file"), "")
        for one in readings:
            names = " · ".join(one.texts)
            self.encoding.addItem(f"{encoding_words(one.encoding)}: {names}", one.encoding)
        self.encoding.choose(chosen or "")

    def _choose_encoding(self) -> None:
        self.encoding_chosen.emit(str(self.encoding.currentData()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._to_build:
            self._fit()

    def _fit(self) -> None:
        look = theme.current()
        wide = self.width() >= look.scaled(Length.FORM_WIDE)
        # Where there is no room beside each other, the rows come first: they are what one looks for.
        self._cards.setDirection(
            QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.BottomToTop
        )
        for part in (self._columns, self.rows):
            part.setMinimumHeight(look.scaled(Length.TILE if wide else Length.LIST_LOW))
        for card in (self._left, self._right):
            # Said outright: beside words that wrap, the layout asks a part of policy Ignored for no height.
            card.setMinimumHeight(card.minimumSizeHint().height())
        self._left.setMinimumWidth(look.scaled(Length.SIDE))
        self._left.setMaximumWidth(look.scaled(Length.SIDE) if wide else self.width())

    def _show_whole(self, row: ImportPreviewRow) -> None:
        """The reasons of the chosen row in full: in the table they may not have room."""
        words = _("Row {n}: {why}").format(n=format_number(row.row), why=row.why)
        self._whole.setText(words if row.why else "")
        self._whole.setVisible(bool(row.why))
        self._fit()

    def _number(self, row: ImportPreviewRow) -> Cell:
        number = format_number(row.row)
        return TextCell(f"{row.sheet} · {number}", muted=True) if self._sheets > 1 else NumberCell(number)

    @staticmethod
    def _in_file(row: ImportPreviewRow) -> Cell:
        return TextCell(row.in_file)

    @staticmethod
    def _will_write(row: ImportPreviewRow) -> Cell:
        return TextCell(row.will_write, strong=True)

    @staticmethod
    def _state(row: ImportPreviewRow) -> Cell:
        return state_pill(row.state)

    @staticmethod
    def _why(row: ImportPreviewRow) -> Cell:
        return TextCell(row.why, muted=True)
