"""The photos and papers of a household: a table to open them from, and what to do with the chosen one."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tongcds.domain.views import AttachmentRow, Standing
from tongcds.i18n import _, format_bytes, format_date
from ui import words
from ui.theme import Length, Style
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, MarkCell, PillCell, TextCell
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import column, line
from ui.widgets.text import Text

_KINDS: Final = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}


class AttachmentsPart(QWidget):
    """Shows what is attached. Enter opens, Delete removes.

    `add_requested` carries nothing; the others carry the `AttachmentRow` that is meant.
    """

    add_requested = Signal()
    open_requested = Signal(object)
    export_requested = Signal(object)
    remove_requested = Signal(object)

    def __init__(self, *, can_edit: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._can_edit = can_edit
        self.add = Button(_("Attach…"), icon="plus", kind=Kind.LINK)
        self.add.setAccessibleName(_("Attach a photo or paper"))
        if not can_edit:
            self.add.hide()
        self.add.clicked.connect(self.add_requested)
        columns: list[Column[AttachmentRow]] = [
            Column(_("Name"), self._name, stretch=1),
            Column(_("Size"), self._size),
            Column(_("At the server"), self._standing),
        ]
        self._model: RowsModel[AttachmentRow] = RowsModel(columns, self)
        self.rows = RowsView(self._model, name=_("Attached photos and papers"), headings=False, side=2)
        self.rows.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rows.installEventFilter(self)
        self.rows.opened.connect(self.open_requested)
        self.rows.picked.connect(self._picked)
        self.open = Button(_("Open"), icon="folder-open", hint="Return", kind=Kind.SMALL)
        self.export = Button(_("Export a copy…"), icon="hard-drive-download", kind=Kind.SMALL)
        self.remove = Button(_("Remove"), icon="x", hint="Delete", kind=Kind.SMALL)
        self.open.clicked.connect(self._ask_open)
        self.export.clicked.connect(self._ask_export)
        self.remove.clicked.connect(self._ask_remove)
        self._build()
        self.show_rows(())

    def _build(self) -> None:
        head = line(gap=2)
        head.addWidget(Text(_("Attached photos and papers"), Style.HEADING), 1)
        head.addWidget(self.add)
        acts = line(gap=2)
        for button in (self.open, self.export, self.remove):
            acts.addWidget(button)
        acts.addStretch(1)
        box = column(self, gap=1)
        box.addLayout(head)
        box.addWidget(self.rows)
        box.addLayout(acts)

    def show_rows(self, rows: tuple[AttachmentRow, ...]) -> None:
        """Show these; the chosen one stays chosen where it is still there."""
        chosen = self.chosen()
        self._model.set_rows(rows)
        self.rows.setVisible(bool(rows))
        heights = [self.rows.rowHeight(at) for at in range(len(rows))]
        self.rows.setFixedHeight(sum(heights) + Length.LINE)
        ids = [row.attachment_id for row in rows]
        if chosen is not None and chosen.attachment_id in ids:
            self.rows.choose(ids.index(chosen.attachment_id))
        self._picked()

    def chosen(self) -> AttachmentRow | None:
        """The one that is chosen."""
        row = self.rows.current_row()
        return row if isinstance(row, AttachmentRow) else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.rows:
            if event.type() == QEvent.Type.FocusIn and self.chosen() is None:
                self.rows.choose(0)
            if (
                isinstance(event, QKeyEvent)
                and event.type() == QEvent.Type.KeyPress
                and event.key() == Qt.Key.Key_Delete
                and self._can_edit
            ):
                self._ask_remove()
                return True
        return super().eventFilter(watched, event)

    def leave(self) -> None:
        """Choose none, as for another household."""
        self.rows.setCurrentIndex(QModelIndex())
        self._picked()

    @staticmethod
    def _name(row: AttachmentRow) -> Cell:
        day = format_date(row.taken_on) if row.taken_on is not None else ""
        second = " · ".join(part for part in (row.person, day, row.note) if part)
        return TextCell(row.name, second=second or _KINDS.get(row.media_type, ""), strong=True)

    @staticmethod
    def _size(row: AttachmentRow) -> Cell:
        size = format_bytes(row.size)
        return TextCell(size, muted=True) if row.here else MarkCell(size, "cloud-check")

    @staticmethod
    def _standing(row: AttachmentRow) -> Cell:
        state = words.standing(row.standing)
        return PillCell(state.words, state.tone, state.icon)

    def _picked(self, _row: object = None) -> None:
        chosen = self.chosen()
        for button in (self.open, self.export, self.remove):
            button.setVisible(chosen is not None)
        self.remove.setVisible(chosen is not None and self._can_edit)
        if chosen is not None:
            waits = chosen.standing is not Standing.RECEIVED
            self.rows.setAccessibleDescription(
                ", ".join((chosen.name, _("Waiting") if waits else _("Received")))
            )

    def _ask_open(self) -> None:
        if (row := self.chosen()) is not None:
            self.open_requested.emit(row)

    def _ask_export(self) -> None:
        if (row := self.chosen()) is not None:
            self.export_requested.emit(row)

    def _ask_remove(self) -> None:
        if (row := self.chosen()) is not None:
            self.remove_requested.emit(row)
