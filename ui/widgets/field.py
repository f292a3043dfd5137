"""Inputs: a label over each, a hint or an error under it, and the fields themselves."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from tongcds.i18n import _, format_date
from ui import icons, theme
from ui.theme import IconSize, Length, Style, space
from ui.widgets import paint
from ui.widgets.button import key_words
from ui.widgets.surface import column
from ui.widgets.text import Text

_COMES_BACK: Final = frozenset({Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason})


def mark_wrong(editor: QWidget, *, wrong: bool) -> None:
    """Draw an input with a red line, or without it again."""
    said = "true" if wrong else "false"
    if said == (editor.property("wrong") or "false"):
        # To dress an input anew takes longer than to make it.
        return
    editor.setProperty("wrong", said)
    editor.style().unpolish(editor)
    editor.style().polish(editor)


class LabeledField(QWidget):
    """A label over an input. The label is the input's buddy and its accessible name.

    Args:
        hint: a quiet sentence under the input; an error takes its place while there is one.
    """

    def __init__(self, label: str, editor: QWidget, hint: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = editor
        self.label = Text(label, Style.LABEL)
        self.label.setBuddy(editor)
        editor.setAccessibleName(label)
        self._hint = hint
        self._below = Text(hint, Style.NOTE, wrap=True)
        if not hint:
            self._below.hide()
        box = column(self, gap=1)
        box.addWidget(self.label)
        box.addWidget(editor)
        box.addWidget(self._below)
        if editor.sizePolicy().verticalPolicy() == QSizePolicy.Policy.Fixed:
            box.addStretch(1)
        self.setFocusProxy(editor)

    def say(self, label: str, hint: str = "") -> None:
        """Ask for something else: another label, another hint."""
        self.label.setText(label)
        self.editor.setAccessibleName(label)
        self._hint = hint
        self.show_error("")

    def show_error(self, sentence: str) -> None:
        """Say under the input what is wrong and what to do; an empty sentence takes it away."""
        words = sentence or self._hint
        self._below.setText(words)
        self._below.restyle(Style.ERROR if sentence else Style.NOTE)
        self._below.setVisible(bool(words))
        self.editor.setAccessibleDescription(sentence)
        mark_wrong(self.editor, wrong=bool(sentence))


class LineField(QLineEdit):
    """A line of text. Without the focus it shows the beginning of what is longer than it; with it, the end.

    Qt shows the end, where nobody reads which name or address it is.
    """

    def __init__(self, words: str = "", placeholder: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setPlaceholderText(placeholder)
        self._rests = False
        self._rest()

    def setText(self, words: str | None) -> None:
        super().setText(words)
        if not self.hasFocus():
            self._rest()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # The mouse says where, and Tab marks everything.
        given = event.reason() != Qt.FocusReason.MouseFocusReason and not self.hasSelectedText()
        if self._rests and given:
            self.end(False)  # noqa: FBT003 - Qt's own signature: nothing is marked
        self._rests = False

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        # Back from a menu or another window, one goes on where one was.
        if event.reason() not in _COMES_BACK:
            self._rest()

    def _rest(self) -> None:
        self._rests = True
        self.home(False)  # noqa: FBT003 - as above


class SearchField(QLineEdit):
    """A search field with a magnifier and the hint of its keys; `keys` bring the focus here.

    Down moves on to the hits (`stepped_down`), Esc empties the field, and in an empty field leaves it
    (`left`).
    """

    stepped_down = Signal()
    left = Signal()

    def __init__(self, placeholder: str, *, keys: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = key_words(keys)
        self.setProperty("role", "search")
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder.rstrip("… ."))
        if keys:
            self._shortcut = QShortcut(QKeySequence(keys), self)
            self._shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            self._shortcut.activated.connect(self._take_focus)

    def _take_focus(self) -> None:
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.stepped_down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        edge = look.scaled(IconSize.MEDIUM)
        icons.draw(
            painter, QRectF(space(2.75), 0, edge, self.height()), "search", look.colour("ink_faint"), edge
        )
        if not self._keys or self.text():
            return
        width = look.metrics(Style.FINE).horizontalAdvance(self._keys) + space(3)
        hint = self.fontMetrics().horizontalAdvance(self.placeholderText())
        if self.width() < 2 * space(2.75) + edge + hint + width + 3 * space(2):
            return
        height = look.scaled(space(4))
        box = QRectF(self.width() - space(2.75) - width, round((self.height() - height) / 2), width, height)
        paint.rounded(
            painter, box, Length.RADIUS_SMALL, fill=look.colour("surface"), line=look.colour("line")
        )
        paint.text(painter, box, self._keys, Style.FINE, align=Qt.AlignmentFlag.AlignCenter)


class TextArea(QPlainTextEdit):
    """Several lines of plain text. Tab leaves the field, as in every other one."""

    def __init__(self, words: str = "", placeholder: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().scaled(Length.FIELD), 2 * theme.current().control)


class Choice(QComboBox):
    """One of a few; each choice carries a value (`currentData`). The wheel never changes it by accident."""

    def __init__(
        self, choices: list[tuple[str, object]] | None = None, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for words, value in choices or []:
            self.addItem(words, value)

    def choose(self, value: object) -> None:
        """Show the choice with that value, without telling anyone that it changed."""
        blocked = self.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        # Qt finds an id only where it is the very same object.
        places = (at for at in range(self.count()) if self.itemData(at) == value)
        self.setCurrentIndex(next(places, -1))
        self.blockSignals(blocked)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        # Qt cuts off in the middle of a letter what has no room; the whole of it is in the list.
        style = self.style()
        place = style.subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        room = place.width() - Length.FOCUS
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, room
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        look = theme.current()
        edge = look.scaled(IconSize.MEDIUM)
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.width() - edge - space(2.5), 0, edge, self.height())
        icons.draw(painter, area, "chevron-down", look.colour("ink_soft"), edge)


_DAY = re.compile(r"(\d{1,2})(?:[/.\- ](\d{1,2})(?:[/.\- ](\d{4}|\d{2}))?)?")
_SHIFT = re.compile(r"([+-])\s*(\d{1,3})")
_CENTURY = 2000


def read_day(words: str, today: date) -> date | None:
    """The day that a hurried hand means: 23/11/2026, 23/11, 23, 23-11-26, +7, -1; None if it is no day.

    A day without month or year is the one of this month and this year.
    """
    words = words.strip()
    if shift := _SHIFT.fullmatch(words):
        days = int(shift[2])
        return today + timedelta(days=days if shift[1] == "+" else -days)
    if not (found := _DAY.fullmatch(words)):
        return None
    year = int(found[3] or today.year)
    try:
        return date(year + _CENTURY if year < 100 else year, int(found[2] or today.month), int(found[1]))  # noqa: PLR2004 - two digits
    except ValueError:
        return None


class DayField(QLineEdit):
    """A business date typed freely (`read_day`); Up and Down move it by a day. Empty means no day.

    `day_changed` carries the day, or None while what stands there is empty or no day.
    """

    day_changed = Signal(object)

    def __init__(
        self, today: date, day: date | None = None, placeholder: str = "", *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._today = today
        self.setPlaceholderText(placeholder or _("day/month/year"))
        self.show_day(day)
        self.textEdited.connect(self._tell)
        self.editingFinished.connect(self._tidy)

    def day(self) -> date | None:
        """The day that stands here."""
        return read_day(self.text(), self._today)

    def is_wrong(self) -> bool:
        """Whether something stands here that is no day."""
        return bool(self.text().strip()) and self.day() is None

    def show_day(self, day: date | None) -> None:
        """Show a day without telling anyone."""
        blocked = self.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.setText(format_date(day) if day is not None else "")
        self.blockSignals(blocked)

    def _tell(self) -> None:
        mark_wrong(self, wrong=False)
        self.day_changed.emit(self.day())

    def _tidy(self) -> None:
        mark_wrong(self, wrong=self.is_wrong())
        if (day := self.day()) is not None:
            self.show_day(day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if steps is None:
            super().keyPressEvent(event)
            return
        self.show_day((self.day() or self._today) + timedelta(days=steps))
        self._tell()


class EnterMoves(QObject):
    """Makes Enter in a form move to the next input, as people expect who fill in forms all day."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and isinstance(watched, QWidget)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
        ):
            watched.focusNextChild()
            return True
        return super().eventFilter(watched, event)
