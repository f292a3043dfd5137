"""Meters: how far a share has come, with a tick at its target."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tongcds.domain.words import Tone
from ui import theme
from ui.theme import Length
from ui.widgets import paint

_NEAR = 0.9
_FAR = 0.7


def tone_of(share: float | None, target: float | None) -> Tone | None:
    """The tone of a share against its target.

    None (the brand's) when it is reached or at most a tenth short, BAD when it is more than three tenths
    short, WARN between them, QUIET without data.
    """
    if share is None:
        return Tone.QUIET
    if not target or share >= target * _NEAR:
        return None
    return Tone.WARN if share >= target * _FAR else Tone.BAD


def paint_meter(
    painter: QPainter, area: QRectF, share: float | None, target: float | None, tone: Tone | None
) -> None:
    """Draw a meter in the middle of the area's height. No data is a dashed line, which no 0 looks like."""
    look = theme.current()
    tick = look.scaled(Length.METER_TICK)
    thick = look.scaled(Length.METER)
    bar = QRectF(area.left(), round(area.center().y() - thick / 2), area.width(), thick)
    if share is None:
        pen = QPen(look.colour("outline"), Length.FOCUS, Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawLine(QPointF(bar.left(), bar.center().y()), QPointF(bar.right(), bar.center().y()))
        return
    paint.rounded(painter, bar, thick / 2, fill=look.colour("track"))
    done = QRectF(bar)
    done.setWidth(bar.width() * min(1.0, max(0.0, share)))
    if done.width() > 0:
        done.setWidth(max(done.width(), thick))
        paint.rounded(painter, done, thick / 2, fill=look.tone(tone).fill)
    if target is not None:
        x = round(bar.left() + (bar.width() - Length.FOCUS) * min(1.0, target))
        top = round(bar.center().y() - tick / 2)
        painter.fillRect(QRectF(x, top, Length.FOCUS, tick), look.colour("tick"))


class MeterBar(QWidget):
    """A meter as a widget of its own. Shares are 0 to 1; None means that there is no data."""

    def __init__(
        self, share: float | None = None, target: float | None = None, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._share = share
        self._target = target
        self._tone = tone_of(share, target)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_share(
        self, share: float | None, target: float | None = None, *, tone: Tone | None = None
    ) -> None:
        """Show another share; without a tone the target decides."""
        self._share, self._target = share, target
        self._tone = tone if tone is not None else tone_of(share, target)
        self.update()

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.scaled(Length.COLUMN_METER), look.scaled(Length.METER_TICK))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.begin(painter)
        paint_meter(painter, QRectF(self.rect()), self._share, self._target, self._tone)
