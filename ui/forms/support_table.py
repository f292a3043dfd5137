"""The services of a visit that were chosen: whom each was for, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QMenu, QSizePolicy, QWidget

from tongcds.domain.views import PersonRow
from tongcds.forms.given import Chosen
from tongcds.i18n import _
from ui import theme
from ui.household_words import given_names
from ui.theme import Length, Style, space
from ui.widgets import paint
from ui.widgets.button import Button, Kind
from ui.widgets.choices import ChoicePills, result_answers
from ui.widgets.surface import Divider, column
from ui.widgets.text import Text, tip

MOST_NUMBERS = 9


class PeopleCell(QAbstractButton):
    """Whom a service was for. Number keys switch people in and out, Space or a click offers them in a menu.

    `switched` carries a person's id. `parted` (the key +) wants a result for each, or one for all again.
    """

    switched = Signal(object)
    parted = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._helped: tuple[PersonRow, ...] = ()
        self._numbers: dict[int, bytes] = {}
        self._given: frozenset[bytes] = frozenset()
        self._is_apart = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._offer)

    def show_people(
        self, chosen: Chosen, everybody: Sequence[PersonRow], helped: Sequence[PersonRow]
    ) -> None:
        """Show whom a service was for, of those who were helped; numbers are those of the whole household."""
        self._helped = tuple(helped)
        self._given = frozenset(person.person_id for person in chosen.people)
        self._is_apart = chosen.is_apart
        numbers = range(1, MOST_NUMBERS + 1)
        self._numbers = {
            number: person.person_id
            for number, person in zip(numbers, everybody, strict=False)
            if person in self._helped
        }
        words = _("Whole household") if chosen.for_household else given_names(chosen.people) or "—"
        self.setText(words)
        self.setAccessibleName(
            _("{service}, for: {people}").format(service=chosen.service.name, people=words)
        )
        self.setToolTip(tip(", ".join(person.full_name for person in chosen.people)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        look = theme.current()
        words = look.metrics(Style.BODY).horizontalAdvance(self.text())
        return QSize(min(round(words) + space(3.5), look.scaled(Length.FIELD)), look.control)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().scaled(Length.COLUMN), theme.current().control)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = event.key() - Qt.Key.Key_0
        if number in self._numbers and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.switched.emit(self._numbers[number])
        elif event.text() == "+":
            self.parted.emit()
        elif event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def menu(self) -> QMenu:
        """The menu that offers those who were helped."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for person in self._helped:
            action = menu.addAction(person.full_name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(person.person_id in self._given)
            action.setData(person.person_id)
            action.triggered.connect(self._switch)
        if self._is_apart or len(self._given) > 1:
            menu.addSeparator()
            words = _("One result for all") if self._is_apart else _("A result for each of them")
            menu.addAction(f"{words}\t+").triggered.connect(self.parted)
        return menu

    def _offer(self) -> None:
        if self._helped:
            self.menu().popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _switch(self) -> None:
        action = self.sender()
        if action is not None:
            self.switched.emit(bytes(action.data()))  # type: ignore[attr-defined]  # a QAction

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect()).adjusted(0, space(0.5), 0, -space(0.5))
        active = self.hasFocus() or self.underMouse()
        if active:
            paint.rounded(painter, area, Length.RADIUS, fill=look.colour("hover"))
        if self.hasFocus():
            paint.focus_ring(painter, area, Length.RADIUS)
        paint.text(painter, area.adjusted(space(1.5), 0, -space(1.5), 0), self.text(), Style.BODY)


class _Row:
    """The widgets of one chosen service."""

    def __init__(self, chosen: Chosen) -> None:
        self.code = chosen.key
        self.name = Text(chosen.service.name, Style.STRONG)
        self.people = PeopleCell()
        label = _("Result of {service}").format(service=chosen.service.name)
        if chosen.is_apart:
            label = f"{label}: {chosen.people[0].full_name}"
        self.result = ChoicePills(label, result_answers(), chosen.result)
        self.remove = Button("", icon="x", kind=Kind.LINK)
        self.remove.setAccessibleName(_("Take out {service}").format(service=chosen.service.name))
        self.remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.divider = Divider()
        self.line = 0

    def widgets(self) -> tuple[QWidget, ...]:
        """All of them, for taking them away."""
        return self.name, self.people, self.result, self.remove, self.divider


class SupportTable(QWidget):
    """One row a chosen service. Up and Down move between rows, Delete takes one out, Enter moves on.

    `narrowed` carries the key of a row and a person's id, `answered` a key and a result, `removed` a key, and
    `parted` that of a service whose people want a result each, or one for all again.
    """

    narrowed = Signal(str, object)
    answered = Signal(str, object)
    removed = Signal(str)
    parted = Signal(str)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, _Row] = {}
        self._tight = False
        self._headings = [Text(words, Style.CAPTION) for words in (_("Chosen"), _("For"), _("Result"))]
        self._empty = Text(
            _("What you choose appears here. While you choose, the keys 1 to 4 give the result at once."),
            Style.MUTED,
            wrap=True,
        )
        self._error = Text("", Style.ERROR, wrap=True)
        self._error.hide()
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space(2))
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        for at, heading in enumerate(self._headings):
            heading.setContentsMargins(space(0 if at == 0 else 1.5), space(1), 0, space(1.5))
            self._grid.addWidget(heading, 0, at)
        self._top = Divider()
        self._grid.addWidget(self._top, 1, 0, 1, 4)
        box = column(self)
        box.addLayout(self._grid)
        box.addWidget(self._error)
        box.addWidget(self._empty)
        self._empty.setContentsMargins(0, space(2.5), 0, space(2.5))
        self._show_empty(empty=True)

    def row(self, code: str) -> tuple[PeopleCell, ChoicePills]:
        """The people and the result of a chosen service."""
        return self._rows[code].people, self._rows[code].result

    def codes(self) -> list[str]:
        """The services shown, from top to bottom."""
        return list(self._rows)

    def show_chosen(
        self, chosen: Sequence[Chosen], everybody: Sequence[PersonRow], helped: Sequence[PersonRow]
    ) -> None:
        """Bring the rows up to date; those that stay keep the focus."""
        codes = [one.key for one in chosen]
        for code in [code for code in self._rows if code not in codes]:
            self._take_out(code)
        for one in chosen:
            if one.key not in self._rows:
                self._add(one)
            row = self._rows[one.key]
            row.people.show_people(one, everybody, helped)
            row.result.choose(one.result)
        self._rows = {code: self._rows[code] for code in codes}
        lines = [row.line for row in self._rows.values()]
        if lines != sorted(lines):
            self._place_all()
        self._show_empty(empty=not chosen)

    def _show_empty(self, *, empty: bool) -> None:
        self._empty.setVisible(empty)
        for widget in (*self._headings, self._top):
            widget.setVisible(not empty)
        self._headings[-1].setVisible(not empty and not self._tight)

    def show_error(self, sentence: str) -> None:
        """Say under the rows what is wrong."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))

    def _add(self, chosen: Chosen) -> None:
        row = _Row(chosen)
        self._rows[row.code] = row
        for widget in (row.people, row.result, row.remove):
            widget.setProperty("service", row.code)
        row.people.switched.connect(self._narrow)
        row.people.parted.connect(self._part)
        row.result.changed.connect(self._answer)
        row.remove.clicked.connect(self._remove)
        self._place(row)
        for shown in row.widgets():
            # At once, so that the very next Tab finds it.
            shown.show()

    def _place_all(self) -> None:
        """In the order of what was chosen, where a row came in between."""
        for row in self._rows.values():
            for widget in row.widgets():
                self._grid.removeWidget(widget)
        for row in self._rows.values():
            self._place(row)

    def _place(self, row: _Row) -> None:
        row.line = self._grid.rowCount()
        self._grid.addWidget(row.name, row.line, 0)
        self._grid.addWidget(row.people, row.line, 1)
        self._grid.addWidget(row.remove, row.line, 3)
        self._grid.addWidget(row.divider, row.line + 2, 0, 1, 4)
        self._place_result(row)

    def _place_result(self, row: _Row) -> None:
        self._grid.removeWidget(row.result)
        if self._tight:
            self._grid.addWidget(row.result, row.line + 1, 0, 1, 4)
        else:
            self._grid.addWidget(row.result, row.line, 2)

    def set_tight(self, *, tight: bool) -> None:
        """Put each result under its service where the card is narrow."""
        if tight != self._tight:
            self._tight = tight
            for row in self._rows.values():
                self._place_result(row)
            self._show_empty(empty=not self._rows)

    def _take_out(self, code: str) -> None:
        for widget in self._rows.pop(code).widgets():
            self._grid.removeWidget(widget)
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()

    def _code(self) -> str:
        return str(self.sender().property("service"))

    def _narrow(self, person_id: bytes) -> None:
        self.narrowed.emit(self._code(), person_id)

    def _answer(self, result: object) -> None:
        self.answered.emit(self._code(), result)

    def _part(self) -> None:
        self.parted.emit(self._code())

    def _remove(self) -> None:
        self.removed.emit(self._code())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here: QWidget | None = self.focusWidget()
        code = str(here.property("service")) if here is not None else ""
        if code not in self._rows:
            super().keyPressEvent(event)
        elif event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self._step(code, 1 if event.key() == Qt.Key.Key_Down else -1, people=isinstance(here, PeopleCell))
        elif event.key() == Qt.Key.Key_Delete:
            codes = self.codes()
            after = codes[codes.index(code) + 1 :] or codes[: codes.index(code)][-1:]
            self.removed.emit(code)
            if after and after[0] in self._rows:
                self._rows[after[0]].result.setFocus(Qt.FocusReason.OtherFocusReason)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.focusNextChild()
        else:
            super().keyPressEvent(event)

    def _step(self, code: str, by: int, *, people: bool) -> None:
        codes = self.codes()
        row = self._rows[codes[(codes.index(code) + by) % len(codes)]]
        (row.people if people else row.result).setFocus(Qt.FocusReason.OtherFocusReason)
