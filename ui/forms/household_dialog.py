"""Choosing one household by some letters of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.views import HouseholdRow
from tongcds.i18n import _, pgettext
from ui import theme
from ui.forms.household_picker import HouseholdPicker
from ui.tasks import Tasks
from ui.theme import Length, space
from ui.widgets.button import Button
from ui.widgets.surface import column, line


class HouseholdDialog(QDialog):
    """Type, Enter chooses, Esc leaves. `chosen` carries a `HouseholdRow`."""

    help_topic = "households"

    chosen = Signal(object)

    def __init__(
        self,
        find: Callable[[str], Sequence[HouseholdRow]],
        tasks: Tasks,
        today: date,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Choose a household"))
        look = theme.current()
        self.setMinimumSize(look.scaled(Length.DIALOG), look.scaled(Length.SIDE))
        self.picker = HouseholdPicker(find, tasks, label=pgettext("form field", "Household"), today=today)
        self.picker.chosen.connect(self._choose)
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.reject)
        end = line()
        end.addStretch(1)
        end.addWidget(leave)
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(self.picker)
        box.addStretch(1)
        box.addLayout(end)
        self.picker.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, row: HouseholdRow) -> None:
        self.accept()
        self.chosen.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)
