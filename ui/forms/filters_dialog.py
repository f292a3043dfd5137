"""Filters of the list of households kept under a name: use one, keep what is listed now, forget one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.views import HouseholdFilter, SavedFilter
from tongcds.errors import SENTENCES
from tongcds.i18n import _, format_number, ngettext
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import RowCell
from ui.widgets.field import LabeledField, LineField
from ui.widgets.messages import EmptyState
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, column, line
from ui.widgets.text import Text


class FiltersDialog(QDialog):
    """The list, and a field for a new name. `used` carries a `HouseholdFilter`, `dropped` a name.

    `kept` carries a name and the `HouseholdFilter` to keep under it.

    Args:
        wanted: what is listed now.
        words: what the parts of a filter are called, by their codes.
    """

    help_topic = "households"

    used = Signal(object)
    kept = Signal(str, object)
    dropped = Signal(str)

    def __init__(
        self,
        wanted: HouseholdFilter,
        saved: Sequence[SavedFilter],
        words: Mapping[str, str],
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._wanted = wanted
        self._words = words
        self.setWindowTitle(_("Saved filters"))
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        self._model: RowsModel[SavedFilter] = RowsModel([Column("", self._cell, stretch=1)], self)
        self.rows = RowsView(self._model, name=_("Saved filters"), headings=False)
        self.rows.opened.connect(self._use)
        self._nothing = EmptyState(
            "clipboard-check",
            _("No saved filters"),
            _("Choose filters in the list of households, then keep them here under a name."),
        )
        self.name = LineField()
        self._name = LabeledField(_("Keep what is listed now as"), self.name)
        self.name.returnPressed.connect(self.save)
        self._build()
        self.show_saved(saved)

    def _build(self) -> None:
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(_("Saved filters"), Style.TITLE))
        card = Card(flush=True)
        card.body.addWidget(self.rows, 1)
        card.body.addWidget(self._nothing, 1)
        box.addWidget(card, 1)
        box.addWidget(self._name)
        box.addWidget(Text(self._about(self._wanted) or _("Nothing is narrowed now."), Style.NOTE, wrap=True))
        self.keep = Button(_("Keep"), icon="plus", hint="Ctrl+Return")
        self.keep.clicked.connect(self.save)
        self.keep.setEnabled(self._wanted != HouseholdFilter())
        self.name.setEnabled(self.keep.isEnabled())
        self.drop = Button(_("Forget"), icon="x", hint="Del")
        self.drop.clicked.connect(self._drop)
        self.go = Button(_("Use"), icon="check", hint="Return", kind=Kind.PRIMARY)
        self.go.clicked.connect(self._use)
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.reject)
        for button in (self.keep, self.drop, self.go, leave):
            button.setAutoDefault(False)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.save)
        delete = QShortcut(QKeySequence("Del"), self.rows)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._drop)
        buttons = line(gap=2)
        buttons.addWidget(self.keep)
        buttons.addStretch(1)
        for button in (leave, self.drop, self.go):
            buttons.addWidget(button)
        box.addLayout(buttons)

    def show_saved(self, saved: Sequence[SavedFilter]) -> None:
        """Draw the list; the row at the same place stays chosen."""
        at = max(self.rows.currentIndex().row(), 0)
        self._model.set_rows(saved)
        self.rows.choose(min(at, len(saved) - 1))
        for widget in (self.rows, self.drop, self.go):
            widget.setVisible(bool(saved))
        self._nothing.setVisible(not saved)
        (self.rows if saved else self.name).setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Keep what is listed now, where there is a name for it."""
        name = self.name.text().strip()
        whole = bool(name) and self.keep.isEnabled()
        self._name.show_error("" if whole else _(SENTENCES["filter_empty"]))
        if whole:
            self.name.clear()
            self.kept.emit(name, self._wanted)

    def _chosen(self) -> SavedFilter | None:
        row = self.rows.current_row()
        return row if isinstance(row, SavedFilter) else None

    def _use(self) -> None:
        if (chosen := self._chosen()) is not None:
            self.accept()
            self.used.emit(chosen.wanted)

    def _drop(self) -> None:
        if (chosen := self._chosen()) is not None:
            self.dropped.emit(chosen.name)

    def _cell(self, row: SavedFilter) -> RowCell:
        homes = ngettext("{n} household", "{n} households", row.households)
        return RowCell(row.name, self._about(row.wanted), homes.format(n=format_number(row.households)))

    def _about(self, wanted: HouseholdFilter) -> str:
        """What a filter keeps, in words."""
        parts = [self._words.get(code, code) for code in wanted.needs]
        if wanted.text:
            parts.insert(0, f"“{wanted.text}”")
        if wanted.village_id is not None:
            parts.append(self._words.get(wanted.village_id.hex(), "?"))
        if wanted.supported:
            name = self._words.get(wanted.supported, wanted.supported)
            parts.append(_("supported: {service}").format(service=name))
        if wanted.lacking:
            name = self._words.get(wanted.lacking, wanted.lacking)
            parts.append(_("not supported yet: {service}").format(service=name))
        return " · ".join(parts)
