"""The parts of Đồng bộ: a conflict with its two versions, what came back, the history, the imports."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import (
    ConflictRow,
    ConflictSide,
    ExchangeRow,
    ImportRow,
    OwnValue,
    Tone,
)
from tongcds.i18n import _, format_datetime, format_number, ngettext
from ui.screens.sync.values import value_editor, value_in
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import NumberCell, PillCell, TextCell
from ui.widgets.field import LabeledField, LineField
from ui.widgets.messages import EmptyState
from ui.widgets.pill import Pill
from ui.widgets.rows import Column
from ui.widgets.surface import Card, ItemRow, column, line
from ui.widgets.text import IconTile, Text


class ConflictPart(Card):
    """Two versions of one field side by side, and room for a third.

    `chosen` carries the conflict's id and the side's number, `written` the id and the words of a third value.
    """

    chosen = Signal(object, int)
    written = Signal(object, str)

    def __init__(self, conflict: ConflictRow, *, parent: QWidget | None = None) -> None:
        super().__init__(f"{conflict.title} · {conflict.field_label}", conflict.household_code, parent=parent)
        self._id = conflict.conflict_id
        self.title.restyle(Style.STRONG)
        sides = line(gap=3)
        for number, side in enumerate(conflict.sides):
            sides.addWidget(self._side(conflict, number, side), 1)
        self.body.addSpacing(space(1.5))
        self.body.addLayout(sides)
        self._own: OwnValuePart | None = None
        if conflict.own is not None:
            self._own = OwnValuePart(conflict.field_label, conflict.own)
            self._own.written.connect(self._write)
            self.body.addSpacing(space(2))
            self.body.addWidget(self._own)

    @property
    def conflict_id(self) -> bytes:
        """The conflict that is shown."""
        return self._id

    def show_error(self, sentence: str) -> None:
        """Say under the third value why it cannot be kept."""
        if self._own is not None:
            self._own.show_error(sentence)

    def _write(self, words: str) -> None:
        self.written.emit(self._id, words)

    def _side(self, conflict: ConflictRow, number: int, side: ConflictSide) -> Card:
        card = Card(tight=True)
        card.set_selected(side.in_use)
        where = _("This computer") if side.this_device else _("Another computer")
        told = " · ".join((where, side.author, format_datetime(side.at).replace(" ", "\N{NO-BREAK SPACE}")))
        card.body.addWidget(Text(side.text, Style.STRONG, wrap=True))
        card.body.addWidget(Text(told, Style.NOTE, wrap=True))
        foot = line()
        if side.in_use:
            foot.addWidget(Pill(_("In use"), Tone.GOOD, icon="check"), 0, Qt.AlignmentFlag.AlignVCenter)
        else:
            use = Button(_("Use this one"), kind=Kind.SMALL)
            use.setAccessibleName(
                _("Use {version} for {field}").format(version=side.text, field=conflict.field_label)
            )
            use.setProperty("side", number)
            use.clicked.connect(self._choose)
            foot.addWidget(use)
        foot.addStretch(1)
        card.body.setSpacing(space(0.5))
        card.body.addSpacing(space(1))
        card.body.addStretch(1)
        card.body.addLayout(foot)
        card.setAccessibleName(f"{side.text}. {told}")
        return card

    def _choose(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.chosen.emit(self._id, int(sender.property("side")))


class OwnValuePart(QWidget):
    """A button that opens a field for a value of one's own; `written` carries its words."""

    written = Signal(str)

    def __init__(self, field_label: str, own: OwnValue, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open = Button(_("Write another value…"), icon="pen-line", kind=Kind.LINK)
        self._open.setAccessibleName(_("Write another value for {field}").format(field=field_label))
        self._open.clicked.connect(self._begin)
        self._editor = value_editor(own)
        if isinstance(self._editor, LineField):
            self._editor.returnPressed.connect(self._done)
        self._field = LabeledField(_("Another value for {field}").format(field=field_label), self._editor)
        use = Button(_("Use this value"))
        use.clicked.connect(self._done)
        self._writing = QWidget()
        row = line(self._writing, gap=2)
        row.addWidget(self._field, 1)
        row.addWidget(use, 0, Qt.AlignmentFlag.AlignBottom)
        self._writing.hide()
        box = column(self)
        box.addWidget(self._open, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self._writing)

    def show_error(self, sentence: str) -> None:
        """Say under the field what is wrong."""
        self._field.show_error(sentence)
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin(self) -> None:
        self._open.hide()
        self._writing.show()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _done(self) -> None:
        self.written.emit(value_in(self._editor))


def no_conflicts() -> EmptyState:
    """What stands there while nobody disagrees."""
    return EmptyState(
        "circle-check",
        _("Nothing to look at"),
        _("When two computers change the same thing, both versions appear here. Nothing is ever lost."),
    )


class ImportPart(ItemRow):
    """An import with its counts; `undo` is None where it was already taken back."""

    def __init__(self, row: ImportRow) -> None:
        households = ngettext("{n} household", "{n} households", row.households)
        people = ngettext("{n} person", "{n} people", row.people)
        counts = ", ".join((
            households.format(n=format_number(row.households)),
            people.format(n=format_number(row.people)),
        ))  # fmt: skip
        self.undo: Button | None = None
        behind: QWidget
        if row.undone_at is None:
            self.undo = Button(_("Undo"), icon="undo-2", kind=Kind.SMALL)
            self.undo.setAccessibleName(_("Undo the import of {file}").format(file=row.file_name))
            behind = self.undo
        else:
            behind = Pill(_("Undone"), Tone.QUIET, icon="undo-2")
        super().__init__(
            row.file_name,
            f"{counts} · {format_datetime(row.at)}",
            before=IconTile("file-spreadsheet"),
            behind=[behind],
        )


def _outcome(row: ExchangeRow) -> PillCell:
    if row.outcome == "failed":
        return PillCell(_("Not sent"), Tone.BAD, "x")
    if row.outcome == "stopped":
        return PillCell(_("Stopped"), Tone.WARN, "pause")
    if row.outcome == "repaired":
        return PillCell(_("Put right"), Tone.WARN, "check")
    if row.outcome == "given_back":
        return PillCell(_("Given back to the server"), Tone.WARN, "check")
    if row.outcome == "resumed":
        words = ngettext("Resumed {n} time", "Resumed {n} times", row.attempts).format(n=row.attempts)
        return PillCell(words, Tone.WARN)
    return PillCell(_("Done"), Tone.GOOD, "check")


def _way(row: ExchangeRow) -> TextCell:
    match row.way:
        case "usb":
            return TextCell(_("USB"))
        case "courier":
            return TextCell(_("For others"))
    return TextCell(_("Network"))


def history_columns() -> list[Column[ExchangeRow]]:
    """When, how, how much each way, and how it ended."""
    return [
        Column(_("When"), lambda row: TextCell(format_datetime(row.at)), stretch=1),
        Column(_("How"), _way),
        Column(_("Sent"), lambda row: NumberCell(format_number(row.sent))),
        Column(_("Fetched"), lambda row: NumberCell(format_number(row.received))),
        Column(_("Outcome"), _outcome),
    ]
