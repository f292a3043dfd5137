"""Small parts of the form of a visit: its note, the households taken along, buttons that move a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tongcds.forms.visit import Guest
from tongcds.i18n import _, ngettext
from ui.household_words import given_names
from ui.theme import Style
from ui.widgets.button import Button, Kind
from ui.widgets.field import TextArea
from ui.widgets.surface import column, line
from ui.widgets.text import Text

FOLLOW_UP_DAYS: Final = (7, 14)


class Note(TextArea):
    """As low as two lines; what room there is it takes anyway."""

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


class Companions(QWidget):
    """The households of the same session, and the button `more` that takes the chosen one along."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.more = Button(_("Another household too"), icon="plus", hint="Ctrl+G", kind=Kind.SMALL)
        self._words = Text("", Style.NOTE, wrap=True)
        self._words.hide()
        box = column(self, gap=1)
        box.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self._words)

    def show_guests(self, guests: Sequence[Guest]) -> None:
        """Name who was taken along."""
        said = [f"{given_names(guest.people)} ({guest.household.code})" for guest in guests]
        self._words.setText(_("Together with: {people}").format(people="; ".join(said)) if said else "")
        self._words.setVisible(bool(said))

    def words(self) -> str:
        """What it says."""
        return self._words.words()


def shifts(before: QWidget, moved: Callable[[], None]) -> QHBoxLayout:
    """Buttons that move the next appointment, behind a widget; `moved` asks its sender for `days`."""
    row = line(gap=1)
    row.addWidget(before)
    row.addStretch(1)
    for days in FOLLOW_UP_DAYS:
        # For the mouse; with the keys one types +7 into the field.
        button = Button(ngettext("+{n} day", "+{n} days", days).format(n=days), kind=Kind.LINK)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setProperty("days", days)
        button.clicked.connect(moved)
        row.addWidget(button)
    return row
