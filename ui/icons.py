"""Lucide icons, tinted by the theme and drawn as vectors, so that they stay crisp at every scale.

The drawings are in `resources/icons`; which icon stands for a service or a state is the screens' affair.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from tongcds import paths

_PIXMAP_RATIO = 3


@cache
def _drawing(name: str) -> str:
    return (paths.resources_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    # Qt's SVG knows no currentColor, so the tint is written into the drawing.
    return QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))


def draw(painter: QPainter, area: QRectF, name: str, colour: QColor, size: float) -> None:
    """Draw an icon with that edge length in the middle of an area.

    Raises:
        FileNotFoundError: when no icon of that name is bundled.
    """
    corner = area.center() - QPointF(size / 2, size / 2)
    # Whole pixels keep the strokes of neighbouring icons equally sharp.
    place = QRectF(round(corner.x()), round(corner.y()), size, size)
    _renderer(name, colour.name()).render(painter, place)


def qicon(name: str, colour: QColor, size: int) -> QIcon:
    """The icon for the few of Qt's own widgets that take a QIcon only."""
    pixmap = QPixmap(QSize(size, size) * _PIXMAP_RATIO)
    pixmap.setDevicePixelRatio(_PIXMAP_RATIO)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw(painter, QRectF(0, 0, size, size), name, colour, size)
    painter.end()
    return QIcon(pixmap)
