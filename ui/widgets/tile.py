"""Indicator tiles, and the row that holds tiles and folds them where the window is narrow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from tongcds.domain.views import Tone
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets import paint
from ui.widgets.meter import MeterBar
from ui.widgets.surface import Card, column
from ui.widgets.text import Text


class IndicatorTile(Card):
    """A figure: its name, its value in large type, where it comes from, and a meter with its target.

    Args:
        value: already written in the user's language, "91,2%"; "—" where there are no data.
        note: numerator, denominator and target, or the change since last month.
        share: 0 to 1 for the meter, None without data.
        meter: False for plain counts.
    """

    def __init__(
        self,
        label: str,
        value: str,
        note: str = "",
        *,
        share: float | None = None,
        target: float | None = None,
        meter: bool = True,
        tone: Tone | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self.label = Text(label, Style.MUTED)
        self.value = Text(value, Style.DISPLAY)
        self.detail = Text(note, Style.NOTE)
        self.meter = MeterBar(share, target)
        if tone is not None:
            self.meter.show_share(share, target, tone=tone)
        self.body.setSpacing(Length.LINE)
        self.body.addWidget(self.label)
        self.body.addWidget(self.value)
        self.body.addWidget(self.detail)
        self.detail.setVisible(bool(note))
        self.body.addSpacing(space(1.5))
        self.body.addWidget(self.meter)
        self.meter.setVisible(meter)
        words = f"{label}: {value}. {note}" if note else f"{label}: {value}"
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


class FilterTile(QAbstractButton):
    """A plain count with its name that narrows the list under it; disabled where there is nothing to see.

    Args:
        key: what it narrows to; the caller's own.
    """

    def __init__(
        self, label: str, value: str, tone: Tone | None = None, *, key: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.key = key
        self.label = label
        self._value = value
        self._tone = tone
        self.setText(f"{label}: {value}")
        self.setAccessibleName(self.text())
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        label, value = (theme.current().metrics(style) for style in (Style.MUTED, Style.FIGURE))
        words = max(label.horizontalAdvance(self.label), value.horizontalAdvance(self._value))
        return QSize(round(words) + 2 * space(4) + 1, round(label.height() + value.height()) + 2 * space(3))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        paint.begin(painter)
        area, on = QRectF(self.rect()), self.isChecked()
        over = self.isEnabled() and self.underMouse()
        fill = look.colour("brand_soft" if on else "hover" if over else "surface")
        edge = look.colour("brand" if on else "line")
        paint.rounded(painter, area, Length.RADIUS_CARD, fill=fill, line=edge)
        if self.hasFocus():
            paint.focus_ring(painter, area, Length.RADIUS_CARD)
        inside = area.adjusted(space(4), space(3), -space(4), -space(3))
        middle = look.metrics(Style.MUTED).height()
        above = QRectF(inside.left(), inside.top(), inside.width(), middle)
        paint.text(painter, above, self.label, Style.MUTED)
        below = inside.adjusted(0, middle, 0, 0)
        ink = None if self._tone in {None, Tone.QUIET} else look.colour(str(self._tone))
        paint.text(painter, below, self._value, Style.FIGURE, colour=ink)


class TileRow(QWidget):
    """Tiles side by side, in as many columns as fit; without `narrowest`, as their own words need."""

    def __init__(self, *, narrowest: int | None = Length.TILE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[QWidget] = []
        self._narrowest = narrowest
        self._columns = 0
        outer: QVBoxLayout = column(self)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(space(4))
        outer.addLayout(self._grid)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_tiles(self, tiles: list[QWidget]) -> None:
        """Replace the tiles."""
        for old in self._tiles:
            self._grid.removeWidget(old)
            old.hide()
            old.setParent(None)
            old.deleteLater()
        self._tiles = tiles
        self._columns = 0
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(self._least(), hint.height())

    def _least(self) -> int:
        if self._narrowest is None:
            return max((tile.sizeHint().width() for tile in self._tiles), default=0)
        return theme.current().scaled(self._narrowest)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        count = len(self._tiles)
        if not count:
            return
        gap = self._grid.spacing()
        fitting = (self.width() + gap) // (self._least() + gap)
        columns = max(1, min(count, fitting))
        # Equal rows look calmer than one left over: 4 tiles fold to 2 and 2, never to 3 and 1.
        rows = -(-count // columns)
        columns = -(-count // rows)
        if columns == self._columns:
            return
        self._columns = columns
        for at in range(count):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)
        for at, tile in enumerate(self._tiles):
            self._grid.removeWidget(tile)
            self._grid.addWidget(tile, at // columns, at % columns)
            tile.show()
