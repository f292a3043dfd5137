"""The people of a household to tick: Space or the number keys; one Tab stop, arrows move inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import PersonRow
from tongcds.i18n import _
from ui.household_words import person_note
from ui.theme import Style
from ui.widgets.choices import CheckRow
from ui.widgets.surface import clear, column, line
from ui.widgets.text import Text

MOST_NUMBERS: Final = 9


class PeopleList(QWidget):
    """Check rows for people; `ticked` carries a person's id and whether they were helped.

    `finished` is Enter: these are all.
    """

    ticked = Signal(object, bool)
    finished = Signal()

    def __init__(self, label: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[CheckRow] = []
        self._at = 0
        self.label = Text(label, Style.LABEL)
        self._keys = Text("", Style.NOTE)
        self._error = Text("", Style.ERROR, wrap=True)
        self._empty = Text(_("Choose a household, then tick who was helped."), Style.NOTE, wrap=True)
        self._list = column()
        head = line(gap=2)
        head.addWidget(self.label)
        head.addStretch(1)
        head.addWidget(self._keys)
        box = column(self)
        box.addLayout(head)
        box.addWidget(self._empty)
        box.addWidget(self._error)
        box.addLayout(self._list)
        self.show_error("")

    def rows(self) -> list[CheckRow]:
        """The check rows, in the order of the household."""
        return list(self._rows)

    def show_people(self, people: Sequence[PersonRow], helped: Sequence[bytes]) -> None:
        """Show these people, with those ticked."""
        clear(self._list)
        self._rows = []
        self._at = 0
        for person in people:
            row = CheckRow(person.full_name, person_note(person), key=person.person_id)
            row.setChecked(person.person_id in helped)
            row.toggled.connect(self._tell)
            row.installEventFilter(self)
            self._list.addWidget(row)
            row.show()
            self._rows.append(row)
        self._empty.setVisible(not people)
        numbers = min(len(people), MOST_NUMBERS)
        self._keys.setText(_("keys 1 to {n}").format(n=numbers) if numbers > 1 else "")
        self._one_tab_stop()

    def show_error(self, sentence: str) -> None:
        """Say over the list what is wrong."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))

    def enter(self) -> None:
        """Put the focus on the list."""
        if self._rows:
            self._rows[self._at].setFocus(Qt.FocusReason.TabFocusReason)

    def _one_tab_stop(self) -> None:
        for at, row in enumerate(self._rows):
            here = at == self._at
            row.setFocusPolicy(Qt.FocusPolicy.StrongFocus if here else Qt.FocusPolicy.ClickFocus)

    def _tell(self, on: bool) -> None:  # noqa: FBT001 - Qt's own signal
        row = self.sender()
        if isinstance(row, CheckRow):
            self.ticked.emit(row.key, on)

    def _go(self, at: int) -> None:
        self._at = at % len(self._rows)
        self._one_tab_stop()
        self._rows[self._at].setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched in self._rows:
            at = self._rows.index(watched)
            if event.type() == QEvent.Type.FocusIn:
                self._at = at
                self._one_tab_stop()
            elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                return self._key(at, event)
        return super().eventFilter(watched, event)

    def _key(self, at: int, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        key = event.key()
        number = key - Qt.Key.Key_1
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self._go(at + (1 if key == Qt.Key.Key_Down else -1))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.finished.emit()
        elif 0 <= number < min(len(self._rows), MOST_NUMBERS):
            self._go(number)
            self._rows[number].toggle()
        else:
            return False
        return True
