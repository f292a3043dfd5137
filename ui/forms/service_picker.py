"""Choosing services: type to filter, Enter ticks, 1 to 4 tick with a result; the field keeps the focus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from tongcds.domain.views import Result, ServiceChoice
from tongcds.forms.services import Offer, OfferGroup, offered
from tongcds.i18n import _
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets import paint
from ui.widgets.cells import TextCell, draw_cell
from ui.widgets.choices import CheckRow, paint_check
from ui.widgets.field import SearchField
from ui.widgets.surface import clear, column, line
from ui.widgets.text import Text

RESULT_KEYS: Final = {
    Qt.Key.Key_1: Result.ALONE,
    Qt.Key.Key_2: Result.TOGETHER,
    Qt.Key.Key_3: Result.COME_BACK,
    Qt.Key.Key_4: Result.DECLINED,
}


class OfferRow(CheckRow):
    """A service on offer, with the typed letters marked in its name and its code at the right edge."""

    def __init__(self, offer: Offer, *, on: bool, code: bool = True) -> None:
        note = offer.service.code if code else ""
        super().__init__(offer.service.name, note, key=offer.service, compact=True)
        self._marks = offer.marks
        self._current = False
        self.setChecked(on)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def service(self) -> ServiceChoice:
        """The service."""
        return self.key  # type: ignore[return-value]  # set above

    def set_current(self, current: bool) -> None:  # noqa: FBT001 - a Qt-style setter
        """Draw it as the one that Enter would tick."""
        self._current = current
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        area = QRectF(self.rect())
        if self._current:
            paint.rounded(painter, area, Length.RADIUS, fill=look.colour("brand_soft"))
        edge = look.scaled(Length.CHECK)
        left = space(1.5) if self._current else space(0.75)
        box = QRectF(left, round((self.height() - edge) / 2), edge, edge)
        paint_check(painter, box, on=self.isChecked(), over=self.underMouse())
        note = look.metrics(Style.MUTED).horizontalAdvance(self.note()) + 1 if self.note() else 0
        right = area.right() - space(1.5 if self._current else 0.5)
        x = space(0.75) + edge + space(2.25)
        words = QRectF(x, 0, right - note - space(3 if note else 0) - x, area.height())
        draw_cell(TextCell(self.text(), strong=self.isChecked(), marks=self._marks), painter, words)
        paint.text(painter, QRectF(right - note, 0, note, area.height()), self.note(), Style.MUTED)


class FilterField(SearchField):
    """The filter; what is no text goes to the list as `pressed` (a key).

    Args:
        finds: answers whether a text would still find something. A digit that would is text (2G, PY01), any
            other is a result.
    """

    pressed = Signal(int)

    def __init__(self, placeholder: str, finds: Callable[[str], bool]) -> None:
        super().__init__(placeholder)
        self._finds = finds
        self.has_current = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and self._steers(key, event.text()):
            self.pressed.emit(key.value)
        elif key == Qt.Key.Key_Escape and not self.text():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _steers(self, key: Qt.Key, written: str) -> bool:
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            return True
        if key in RESULT_KEYS:
            return self.has_current and not (self.text() and self._finds(self.text() + written))
        return not self.text() and key in {Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right}


class ServicePicker(QWidget):
    """The services on offer in two columns, and the field that filters them.

    `toggled` carries a service that is to be ticked or unticked, `answered` a service with the result it is
    to have, `finished` is Enter with nothing to tick.

    Args:
        is_chosen: answers whether the service of a code is ticked.
    """

    toggled = Signal(object)
    answered = Signal(object, object)
    finished = Signal()

    def __init__(self, is_chosen: Callable[[str], bool], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_chosen = is_chosen
        self._services: tuple[ServiceChoice, ...] = ()
        self._rows: list[OfferRow] = []
        self._at = -1
        self._tight = False
        self.field = FilterField(_("Type to filter"), self._finds)
        self.field.setAccessibleName(_("What did you help with? Type to filter."))
        self.field.setMinimumWidth(Length.TILE)
        self.field.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.field.textChanged.connect(self._filter)
        self.field.pressed.connect(self._press)
        self._nothing = Text("", Style.MUTED, wrap=True)
        self._box = line(gap=7)
        outer = column(self)
        outer.addWidget(self._nothing)
        outer.addLayout(self._box)
        outer.addStretch(1)
        self._nothing.hide()

    def rows(self) -> list[OfferRow]:
        """The rows on offer, in reading order."""
        return list(self._rows)

    def show_services(self, services: Sequence[ServiceChoice]) -> None:
        """Offer these services."""
        self._services = tuple(services)
        self._filter(self.field.text())
        # The rest of the card stays where it is while one types.
        self.setMinimumHeight(0)
        if not self.field.text():
            self.setMinimumHeight(self.sizeHint().height())

    def set_tight(self, *, tight: bool) -> None:
        """Leave out the codes where the card is narrow."""
        if tight != self._tight:
            self._tight = tight
            self._box.setSpacing(space(3 if tight else 7))
            self.show_services(self._services)

    def refresh(self) -> None:
        """Show again what is ticked."""
        for row in self._rows:
            blocked = row.blockSignals(True)  # noqa: FBT003 - Qt's own signature
            row.setChecked(self._is_chosen(row.service.code))
            row.blockSignals(blocked)

    def _finds(self, words: str) -> bool:
        return bool(offered(self._services, words))

    def _filter(self, words: str) -> None:
        groups = offered(self._services, words)
        clear(self._box)
        self._rows = []
        for part in _columns(groups):
            stack = column()
            # Under its parent before anything is put in: only then is its height known at once.
            self._box.addLayout(stack, 1)
            for at, group in enumerate(part):
                self._add_group(stack, group, first=at == 0)
            stack.addStretch(1)
        if not groups and self._services:
            told = _("No service is called “{words}”. Try another word, or the code of its group.")
            self._nothing.setText(told.format(words=words.strip()))
        self._nothing.setVisible(not groups and bool(self._services))
        self._go(0 if words.strip() and self._rows else -1)

    def _add_group(self, stack: QVBoxLayout, group: OfferGroup, *, first: bool) -> None:
        caption = Text(group.name.upper(), Style.CAPTION)
        caption.setAccessibleName(group.name)
        caption.setContentsMargins(space(0.75), space(0 if first else 1.5), 0, space(0.5))
        stack.addWidget(caption)
        caption.show()
        for offer in group.offers:
            row = OfferRow(offer, on=self._is_chosen(offer.service.code), code=not self._tight)
            row.clicked.connect(self._click)
            stack.addWidget(row)
            row.show()
            self._rows.append(row)

    def _click(self) -> None:
        row = self.sender()
        if isinstance(row, OfferRow):
            self.toggled.emit(row.service)
            self.field.setFocus(Qt.FocusReason.MouseFocusReason)

    def _go(self, at: int) -> None:
        self._at = at
        self.field.has_current = at >= 0
        for number, row in enumerate(self._rows):
            row.set_current(number == at)
        said = self._rows[at].accessibleName() if 0 <= at < len(self._rows) else ""
        self.field.setAccessibleDescription(said)

    def _press(self, key: int) -> None:
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self._aside()
        elif not 0 <= self._at < len(self._rows):
            if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not self.field.text().strip():
                self.finished.emit()
        elif Qt.Key(key) in RESULT_KEYS:
            self.answered.emit(self._rows[self._at].service, RESULT_KEYS[Qt.Key(key)])
            self.field.clear()
        else:
            self.toggled.emit(self._rows[self._at].service)
            self.field.clear()

    def _step(self, by: int) -> None:
        if self._rows:
            start = self._at if self._at >= 0 else (-1 if by > 0 else 0)
            self._go((start + by) % len(self._rows))

    def _aside(self) -> None:
        """The row beside the current one, in the other column."""
        if not 0 <= self._at < len(self._rows):
            return
        here = self._rows[self._at]
        others = [at for at, row in enumerate(self._rows) if row.x() != here.x()]
        if others:
            self._go(min(others, key=lambda at: abs(self._rows[at].y() - here.y())))


def _columns(groups: Sequence[OfferGroup]) -> list[Sequence[OfferGroup]]:
    """Split groups, kept whole and in order, so that the higher of two columns is as low as it can be."""
    heights = [1 + len(group.offers) for group in groups]
    split = min(range(1, len(groups)), key=lambda at: max(sum(heights[:at]), sum(heights[at:])), default=1)
    return [groups[:split], groups[split:]]
