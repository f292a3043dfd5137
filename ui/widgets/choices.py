"""Choosing: check rows, filter chips, and answers as a row of pills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QSizePolicy, QWidget

from tongcds.domain.words import Result, Tone
from tongcds.i18n import _
from ui import icons, theme, words
from ui.theme import IconSize, Length, Style, space
from ui.widgets import paint
from ui.widgets.pill import paint_pill, pill_size


class CheckRow(QCheckBox):
    """A check box with words after it and a quiet note at the right edge; the whole row can be clicked.

    Args:
        note: "1978 · head of household", or a code.
        key: what it stands for; the caller's own.
        compact: 32 px instead of 36, for long catalogues.
    """

    def __init__(
        self,
        words: str,
        note: str = "",
        *,
        key: object = None,
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words, parent)
        self.key = key
        self._note = note
        self._compact = compact
        self.setAccessibleName(f"{words}, {note}" if note else words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def note(self) -> str:
        """The note at the right edge."""
        return self._note

    def sizeHint(self) -> QSize:
        look = theme.current()
        words = look.metrics(Style.STRONG).horizontalAdvance(self.text())
        note = look.metrics(Style.MUTED).horizontalAdvance(self._note) + space(4) if self._note else 0
        width = look.scaled(Length.CHECK) + space(2.5) + words + note
        return QSize(round(width), look.scaled(Length.CONTROL - space(1)) if self._compact else look.control)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().scaled(Length.FIELD), self.sizeHint().height())

    def hitButton(self, pos: object) -> bool:
        """The whole row is the button."""
        return isinstance(pos, type(self.rect().topLeft())) and self.rect().contains(pos)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        edge = look.scaled(Length.CHECK)
        ring = Length.FOCUS + 1
        box = QRectF(ring, round((self.height() - edge) / 2), edge, edge)
        if self.hasFocus():
            paint.rounded(painter, QRectF(self.rect()), Length.RADIUS, fill=look.colour("hover"))
            paint.focus_ring(painter, box.adjusted(-ring, -ring, ring, ring), Length.RADIUS)
        paint_check(painter, box, on=self.isChecked(), over=self.underMouse())
        x = box.right() + space(2.25)
        note = look.metrics(Style.MUTED).horizontalAdvance(self._note) + 1 if self._note else 0
        words = QRectF(x, 0, self.width() - x - note - (space(3) if note else 0), self.height())
        paint.text(painter, words, self.text(), Style.STRONG if self.isChecked() else Style.BODY)
        if self._note:
            right = QRectF(self.width() - note - space(0.5), 0, note, self.height())
            paint.text(painter, right, self._note, Style.MUTED)


def paint_check(painter: QPainter, box: QRectF, *, on: bool, over: bool = False) -> None:
    """Draw the box of a check row."""
    look = theme.current()
    radius = Length.RADIUS_SMALL + 1
    if on:
        paint.rounded(painter, box, radius, fill=look.colour("brand_fill"))
        icons.draw(painter, box, "check", look.colour("on_brand"), round(box.height() * 0.78))
        return
    edge = look.colour("brand" if over else "outline")
    paint.rounded(painter, box, radius, fill=look.colour("surface"), line=edge)


class FilterChip(QAbstractButton):
    """A filter that can be on or off, with its count; on, it shows a cross that says how to take it off."""

    def __init__(
        self, words: str, *, key: object = None, icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.key = key
        self._icon = icon
        self.setText(words)
        self.setAccessibleName(words)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_words(self, words: str) -> None:
        """Change the words, mostly because the count changed."""
        self.setText(words)
        self.setAccessibleName(words)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        look = theme.current()
        width = look.metrics(Style.LABEL).horizontalAdvance(self.text()) + 2 * space(2.75)
        if self.isChecked():
            width += look.scaled(IconSize.SMALL) + space(2)
        if self._icon:
            width += look.scaled(IconSize.MEDIUM) + space(2)
        return QSize(round(width) + 1, look.control)

    def nextCheckState(self) -> None:
        super().nextCheckState()
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        on = self.isChecked()
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect())
        fill = look.colour("brand_soft" if on else "hover" if self.underMouse() else "surface")
        paint.rounded(painter, area, Length.RADIUS, fill=fill, line=look.colour("brand" if on else "line"))
        if self.hasFocus():
            paint.focus_ring(painter, area, Length.RADIUS)
        ink = look.colour("brand_strong" if on else "ink")
        inside = area.adjusted(space(2.75), 0, -space(2.75), 0)
        if self._icon:
            edge = look.scaled(IconSize.MEDIUM)
            icons.draw(painter, QRectF(inside.left(), 0, edge, area.height()), self._icon, ink, edge)
            inside.setLeft(inside.left() + edge + space(2))
        if on:
            edge = look.scaled(IconSize.SMALL)
            icons.draw(painter, QRectF(inside.right() - edge, 0, edge, area.height()), "x", ink, edge)
            inside.setRight(inside.right() - edge - space(1))
        paint.text(painter, inside, self.text(), Style.LABEL, colour=ink)


class Answer(NamedTuple):
    """One answer of a `ChoicePills`: its value, its words and the tone it takes when chosen."""

    value: object
    words: str
    tone: Tone | None


_RESULTS: Final = (Result.ALONE, Result.TOGETHER, Result.COME_BACK, Result.DECLINED)


def result_answers() -> list[Answer]:
    """How a support can end, in the order of the keys 1 to 4."""
    states = [(value, words.result(value)) for value in _RESULTS]
    return [Answer(value, state.words, state.tone) for value, state in states]


class ChoicePills(QWidget):
    """One answer of a few, shown as pills: one Tab stop, arrows move, 1 to 9 choose.

    `changed` carries the value.

    Args:
        name: the accessible name, for example "Result of Pay by QR code".
        large: drawn as buttons, for a choice that has the room.
    """

    changed = Signal(object)

    def __init__(
        self,
        name: str,
        answers: Sequence[Answer],
        chosen: object = None,
        *,
        large: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._large = large
        self._answers = list(answers)
        self._at = next((i for i, answer in enumerate(self._answers) if answer.value == chosen), -1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._say()

    def value(self) -> object:
        """The chosen value, None while nothing is chosen."""
        return self._answers[self._at].value if self._at >= 0 else None

    def shown(self) -> list[tuple[str, bool]]:
        """Each answer's words and whether it is the chosen one."""
        return [(answer.words, at == self._at) for at, answer in enumerate(self._answers)]

    def choose(self, value: object) -> None:
        """Show a value without telling anyone."""
        self._at = next((i for i, answer in enumerate(self._answers) if answer.value == value), -1)
        self._say()
        self.update()

    def _say(self) -> None:
        chosen = self._answers[self._at].words if self._at >= 0 else _("not chosen yet")
        self.setAccessibleName(f"{self._name}: {chosen}")

    def _pick(self, at: int) -> None:
        if at != self._at and 0 <= at < len(self._answers):
            self._at = at
            self._say()
            self.update()
            self.changed.emit(self.value())

    def _places(self) -> list[QRectF]:
        places = []
        x: float = 0 if self._large else space(1)
        for answer in self._answers:
            size = self._size(answer)
            places.append(QRectF(x, round((self.height() - size.height()) / 2), size.width(), size.height()))
            x += size.width() + self._gap()
        return places

    def _gap(self) -> int:
        return space(2) if self._large else space(1)

    def _size(self, answer: Answer) -> QSize:
        if not self._large:
            return pill_size(answer.words)
        look = theme.current()
        width = look.metrics(Style.STRONG).horizontalAdvance(answer.words) + 2 * space(3.75)
        return QSize(round(width), look.control)

    def sizeHint(self) -> QSize:
        sizes = [self._size(answer).width() + self._gap() for answer in self._answers]
        return QSize(sum(sizes) + space(1), theme.current().control)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._answers) - 1
        number = event.key() - Qt.Key.Key_1
        if event.key() in {Qt.Key.Key_Right, Qt.Key.Key_Space}:
            self._pick(0 if self._at >= last else self._at + 1)
        elif event.key() == Qt.Key.Key_Left:
            self._pick(last if self._at <= 0 else self._at - 1)
        elif 0 <= number <= last:
            self._pick(number)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        where = QPointF(event.position().x(), self.height() / 2)
        for at, place in enumerate(self._places()):
            if place.contains(where):
                self._pick(at)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.begin(painter)
        for at, (answer, place) in enumerate(zip(self._answers, self._places(), strict=True)):
            if self._large:
                self._paint_large(painter, place, answer, chosen=at == self._at)
                continue
            tone = answer.tone if at == self._at else Tone.QUIET
            paint_pill(painter, place, answer.words, tone)
            if at == self._at:
                edge = theme.current().tone(tone).text
                paint.rounded(painter, place, place.height() / 2, line=edge)
        if self.hasFocus():
            at = max(0, self._at)
            if self._large:
                paint.focus_ring(painter, self._places()[at], Length.RADIUS)
                return
            margin = Length.FOCUS + 1
            ring = self._places()[at].adjusted(-margin, -margin, margin, margin)
            paint.focus_ring(painter, ring, ring.height() / 2)

    @staticmethod
    def _paint_large(painter: QPainter, place: QRectF, answer: Answer, *, chosen: bool) -> None:
        look = theme.current()
        fill, edge, ink = ("brand_soft", "brand", "brand_strong") if chosen else ("surface", "line", "ink")
        paint.rounded(painter, place, Length.RADIUS, fill=look.colour(fill), line=look.colour(edge))
        style = Style.STRONG if chosen else Style.BODY
        middle = Qt.AlignmentFlag.AlignCenter
        paint.text(painter, place, answer.words, style, colour=look.colour(ink), align=middle)
