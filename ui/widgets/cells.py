"""What stands in a cell of a table or list, as frozen values, and how each is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from tongcds.domain.words import Tone
from ui import icons, theme
from ui.theme import IconSize, Length, Style, space
from ui.widgets import paint
from ui.widgets.meter import paint_meter, tone_of
from ui.widgets.pill import paint_pill, pill_size


@dataclass(frozen=True, slots=True)
class TextCell:
    """Words, and maybe a quiet second line. `marks` are ranges of the words to highlight: (start, end)."""

    words: str
    second: str = ""
    strong: bool = False
    muted: bool = False
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class NumberCell:
    """A number already written in the user's language; its digits line up down the column."""

    words: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class MeterCell:
    """A meter with its percentage. `share` None: no data, and `words` says so."""

    share: float | None
    words: str
    target: float | None = None


@dataclass(frozen=True, slots=True)
class PillCell:
    """A state; nothing at all without words."""

    words: str
    tone: Tone | None = Tone.QUIET
    icon: str = ""


@dataclass(frozen=True, slots=True)
class MarkCell:
    """A fact with its sign: an icon in the tone's colour, then words."""

    words: str
    icon: str
    tone: Tone | None = Tone.QUIET


@dataclass(frozen=True, slots=True)
class RowCell:
    """A whole row in one cell: two lines, with a pill at the right edge."""

    words: str
    second: str = ""
    pill: str = ""
    tone: Tone | None = Tone.QUIET
    icon: str = ""
    marks: tuple[tuple[int, int], ...] = ()


Cell = TextCell | NumberCell | MeterCell | PillCell | MarkCell | RowCell


def cell_words(cell: Cell) -> str:
    """The cell as words, for screen readers, copying and tests."""
    second = getattr(cell, "second", "")
    pill = getattr(cell, "pill", "")
    return ". ".join(part for part in (cell.words, second, pill) if part)


def has_two_lines(cell: Cell) -> bool:
    """Whether a row with this cell is a high one."""
    return bool(getattr(cell, "second", ""))


def cell_width(cell: Cell) -> float:
    """How wide the cell would like to be, without its padding."""
    look = theme.current()
    if isinstance(cell, NumberCell):
        return paint.figures_width(cell.words, Style.STRONG)
    if isinstance(cell, PillCell):
        return pill_size(cell.words, cell.icon).width() if cell.words else 0
    if isinstance(cell, MeterCell):
        return look.scaled(Length.COLUMN_METER + Length.COLUMN) + space(2)
    words = look.metrics(Style.STRONG).horizontalAdvance(cell.words)
    if isinstance(cell, MarkCell):
        return words + look.scaled(IconSize.MEDIUM) + space(1.5)
    second = look.metrics(Style.NOTE).horizontalAdvance(cell.second)
    pill = (
        pill_size(cell.pill, cell.icon).width() + space(2) if isinstance(cell, RowCell) and cell.pill else 0
    )
    return max(words, second) + pill + 1


def cell_least(cell: Cell) -> float:
    """How narrow the cell may become, without its padding, before its column would rather scroll."""
    look = theme.current()
    if isinstance(cell, MeterCell):
        words = max(look.scaled(Length.COLUMN), paint.figures_width(cell.words, Style.BODY))
        return look.scaled(Length.COLUMN_METER_LEAST) + space(2) + words
    return min(cell_width(cell), look.scaled(Length.COLUMN_LEAST))


def draw_cell(cell: Cell, painter: QPainter, area: QRectF) -> None:
    """Draw a cell into an area that has no padding left."""
    match cell:
        case TextCell():
            style = Style.STRONG if cell.strong else Style.MUTED if cell.muted else Style.BODY
            _two_lines(painter, area, cell, style)
        case NumberCell():
            paint.figures(painter, area, cell.words, Style.STRONG if cell.strong else Style.BODY)
        case MeterCell():
            _meter(cell, painter, area)
        case PillCell():
            _pill(cell, painter, area)
        case MarkCell():
            _mark(cell, painter, area)
        case RowCell():
            _row(cell, painter, area)


def _marked_line(
    painter: QPainter, area: QRectF, words: str, style: Style, marks: tuple[tuple[int, int], ...]
) -> None:
    look = theme.current()
    metrics = look.metrics(style)
    for start, end in marks:
        left = area.left() + metrics.horizontalAdvance(words[:start])
        width = metrics.horizontalAdvance(words[:end]) - metrics.horizontalAdvance(words[:start])
        height = metrics.height()
        box = QRectF(left, area.center().y() - height / 2, min(width, area.right() - left), height)
        painter.fillRect(box, look.colour("mark"))
    paint.text(painter, area, words, style)


def _two_lines(painter: QPainter, area: QRectF, cell: TextCell | RowCell, style: Style) -> None:
    if not cell.second:
        _marked_line(painter, area, cell.words, style, cell.marks)
        return
    above = theme.current().scaled(space(5))
    top = area.center().y() - above
    _marked_line(painter, QRectF(area.left(), top, area.width(), above), cell.words, style, cell.marks)
    paint.text(painter, QRectF(area.left(), top + above, area.width(), above), cell.second, Style.NOTE)


def _meter(cell: MeterCell, painter: QPainter, area: QRectF) -> None:
    look = theme.current()
    words = max(look.scaled(Length.COLUMN), round(paint.figures_width(cell.words, Style.BODY)))
    bar = QRectF(area.left(), area.top(), max(0.0, area.width() - words - space(2)), area.height())
    paint_meter(painter, bar, cell.share, cell.target, tone_of(cell.share, cell.target))
    right = QRectF(area.right() - words, area.top(), words, area.height())
    if cell.share is None:
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        paint.text(painter, right, cell.words, Style.NOTE, align=side)
    else:
        paint.figures(painter, right, cell.words, Style.BODY)


def _pill(cell: PillCell, painter: QPainter, area: QRectF) -> None:
    if not cell.words:
        return
    size = pill_size(cell.words, cell.icon)
    top = round(area.center().y() - size.height() / 2)
    width = min(float(size.width()), area.width())
    paint_pill(painter, QRectF(area.left(), top, width, size.height()), cell.words, cell.tone, cell.icon)


def _mark(cell: MarkCell, painter: QPainter, area: QRectF) -> None:
    look = theme.current()
    edge = look.scaled(IconSize.MEDIUM)
    ink = look.tone(cell.tone).text
    if cell.icon:
        icons.draw(painter, QRectF(area.left(), area.top(), edge, area.height()), cell.icon, ink, edge)
    words = QRectF(area)
    words.setLeft(area.left() + edge + space(1.5))
    paint.text(painter, words, cell.words, Style.BODY, colour=ink)


def _row(cell: RowCell, painter: QPainter, area: QRectF) -> None:
    words = QRectF(area)
    if cell.pill:
        size = pill_size(cell.pill, cell.icon)
        corner = QPointF(area.right() - size.width(), round(area.center().y() - size.height() / 2))
        paint_pill(painter, QRectF(corner, size.toSizeF()), cell.pill, cell.tone, cell.icon)
        words.setRight(corner.x() - space(2))
    _two_lines(painter, words, cell, Style.STRONG)
