"""Wires filters that are kept under a name: the dialog, what it keeps and forgets, and the list that follows.

The list of households itself is wired in `ui.desktop`; what is worked with is the `Desk`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt

from tongcds.actions import filters
from tongcds.domain.views import HouseholdFilter, SavedFilter
from tongcds.i18n import _
from ui.desk import Desk
from ui.forms.filters_dialog import FiltersDialog
from ui.forms.household_filters import NEEDS


class Filtering(QObject):
    """Opens the dialog; `use` narrows the list of households to a filter."""

    def __init__(
        self, desk: Desk, use: Callable[[HouseholdFilter], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._use = use
        self.dialog: FiltersDialog | None = None

    def open(self, wanted: HouseholdFilter) -> None:
        """Show what is kept, beside what is listed now."""
        self._desk.read(partial(self._read, self._desk), partial(self._show, wanted), owner=self)

    @staticmethod
    def _read(desk: Desk) -> tuple[tuple[SavedFilter, ...], dict[str, str]]:
        return filters.counted_filters(desk.core), filters.village_names(desk.core)

    def _show(self, wanted: HouseholdFilter, read: tuple[tuple[SavedFilter, ...], dict[str, str]]) -> None:
        saved, villages = read
        words = {code: _(said).format(n="").strip(" ·") for code, said in NEEDS.items()}
        words |= villages | dict(filters.services())
        self.dialog = FiltersDialog(wanted, saved, words, parent=self._desk.window())
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.used.connect(self._use)
        self.dialog.kept.connect(self._keep)
        self.dialog.dropped.connect(self._drop)
        self.dialog.open()

    def _again(self, dialog: FiltersDialog) -> None:
        self._desk.read(partial(filters.counted_filters, self._desk.core), dialog.show_saved, owner=dialog)

    def _keep(self, name: str, wanted: HouseholdFilter) -> None:
        dialog = self.sender()
        assert isinstance(dialog, FiltersDialog)  # noqa: S101 - only the dialog is wired here

        def done(_nothing: None) -> None:
            self._again(dialog)
            self._desk.window().say(_("Kept as “{name}”.").format(name=name))

        self._desk.write(partial(filters.save_filter, self._desk.core, name, wanted), done, owner=dialog)

    def _drop(self, name: str) -> None:
        dialog = self.sender()
        assert isinstance(dialog, FiltersDialog)  # noqa: S101 - only the dialog is wired here

        def done(dropped: HouseholdFilter) -> None:
            self._again(dialog)
            again = partial(filters.keep_again, self._desk.core, name, dropped)
            words = _("Forgotten: “{name}”.").format(name=name)
            self._desk.window().say(words, undo=(again, _("Taken back.")))

        self._desk.write(partial(filters.drop_filter, self._desk.core, name), done, owner=dialog)
