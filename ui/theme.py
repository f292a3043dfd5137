"""Every colour, text size and distance of the window, in one place, and the theme in use.

Colours stand in `resources/themes`, sizes here. `ui.stylesheet` turns them into Qt's style sheet,
`ui.icons` tints the icons with them; no other module names a colour or a size in pixels.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF

from tongcds import paths
from tongcds.domain.words import Tone

log = logging.getLogger(__name__)

FAMILIES: Final = ("Be Vietnam Pro", "Noto Sans Khmer")
GRID: Final = 4
SMALLEST_TEXT: Final = 90
LARGEST_TEXT: Final = 150
THEMES: Final = ("light", "dark")


PAPER_WHITE: Final = QColor(255, 255, 255)
PAPER_INK: Final = QColor(0, 0, 0)
"""Of papers, in every theme."""


class Style(StrEnum):
    """What a piece of text is; the theme decides how large, how heavy and how dark it is."""

    DISPLAY = "display"
    FIGURE = "figure"
    TITLE = "title"
    SUBTITLE = "subtitle"
    HEADING = "heading"
    STRONG = "strong"
    BODY = "body"
    PLACE = "place"
    MUTED = "muted"
    NOTE = "note"
    NAME = "name"
    LABEL = "label"
    CAPTION = "caption"
    FINE = "fine"
    ERROR = "error"


class TextStyle(NamedTuple):
    """Size in pixels at 100 %, weight, and the colour's name."""

    size: int
    weight: int
    colour: str


TEXT_STYLES: Final[dict[Style, TextStyle]] = {
    Style.DISPLAY: TextStyle(26, 700, "ink"),
    Style.FIGURE: TextStyle(22, 700, "ink"),
    Style.TITLE: TextStyle(20, 600, "ink"),
    Style.SUBTITLE: TextStyle(14, 400, "ink_soft"),
    Style.HEADING: TextStyle(15, 600, "ink"),
    Style.STRONG: TextStyle(14, 600, "ink"),
    Style.BODY: TextStyle(14, 400, "ink"),
    Style.PLACE: TextStyle(14, 500, "ink_soft"),
    Style.MUTED: TextStyle(14, 400, "ink_soft"),
    Style.NOTE: TextStyle(13, 400, "ink_soft"),
    Style.NAME: TextStyle(13, 600, "ink"),
    Style.LABEL: TextStyle(13, 600, "ink_soft"),
    Style.CAPTION: TextStyle(12, 600, "ink_soft"),
    Style.FINE: TextStyle(11, 500, "ink_soft"),
    Style.ERROR: TextStyle(13, 500, "bad"),
}

# Every colour of text with each colour it is written on; a test holds each pair to a contrast of 4.5 : 1.
# `ink_faint` is missing on purpose: it draws icons and marks, never words.
TEXT_PAIRS: Final[tuple[tuple[str, str], ...]] = (
    ("ink", "background"), ("ink", "surface"), ("ink", "sunken"), ("ink", "hover"), ("ink", "brand_soft"),
    ("ink", "mark"), ("ink_soft", "background"), ("ink_soft", "surface"), ("ink_soft", "sunken"),
    ("ink_soft", "hover"), ("ink_soft", "brand_soft"), ("brand", "surface"), ("brand", "brand_soft"),
    ("brand", "background"), ("brand_strong", "brand_soft"), ("on_brand", "brand_fill"),
    ("on_brand", "brand_hover"), ("on_brand", "brand_press"), ("on_brand", "avatar"),
    ("on_brand", "brand_hint"), ("quiet", "quiet_soft"), ("warn", "warn_soft"), ("warn", "surface"),
    ("bad", "bad_soft"), ("bad", "surface"), ("bad", "background"), ("good", "good_soft"),
    ("good", "surface"), ("info", "info_soft"), ("info", "surface"), ("on_bar", "bar"), ("bar_action", "bar"),
)  # fmt: skip


class Length:
    """Distances in pixels at 100 %. Those of a line of text grow with the text size (`Theme.scaled`)."""

    LINE: Final = 1
    FOCUS: Final = 2
    RADIUS: Final = 8
    RADIUS_CARD: Final = 12
    RADIUS_SMALL: Final = 4
    CONTROL: Final = 36
    CONTROL_LARGE: Final = 38
    HEADING: Final = 33
    WINDOW: Final = (1366, 768)
    RAIL: Final = 212
    TOP_BAR: Final = 56
    SEARCH: Final = 360
    PILL: Final = 22
    CHECK: Final = 18
    AVATAR: Final = 32
    LOGO: Final = 34
    METER: Final = 8
    METER_TICK: Final = 16
    ROW: Final = 41
    ROW_TWO_LINES: Final = 59
    TILE: Final = 212
    TREND: Final = 160
    PICTURE: Final = (960, 540)
    COLUMN: Final = 48
    COLUMN_LEAST: Final = 140
    COLUMN_METER: Final = 84
    COLUMN_METER_LEAST: Final = 32
    FIELD: Final = 120
    FILTER: Final = 212
    DIALOG: Final = 520
    READING: Final = 640
    HELP: Final = (960, 640)
    LIST_LEAST: Final = 400
    SIDE: Final = 300
    STACKED: Final = 780
    FORM_SIDE: Final = 372
    FORM_WIDE: Final = 980
    FORM_MEDIUM: Final = 760
    FORM_SIDE_SMALL: Final = 288
    LIST_SIDE: Final = 430
    LIST_LOW: Final = 300


class IconSize:
    """Icon edges in pixels at 100 %."""

    SMALL: Final = 14
    MEDIUM: Final = 16
    LARGE: Final = 18


def space(steps: float) -> int:
    """A distance of that many steps of the 4 px grid."""
    return round(GRID * steps)


class ToneColours(NamedTuple):
    """The three colours of a tone: of its words, behind them, and of bars and lines."""

    text: QColor
    soft: QColor
    fill: QColor


@dataclass(frozen=True)
class Theme:
    """A palette with a text size in percent (90 to 150)."""

    name: str
    colours: dict[str, str]
    text_percent: int = 100

    def colour(self, name: str) -> QColor:
        """The colour of that name; KeyError for a name that is not in the theme's file."""
        return QColor(self.colours[name])

    def tone(self, tone: Tone | None) -> ToneColours:
        """The colours of a tone; None is the brand's own."""
        name = "brand" if tone is None else tone.value
        return ToneColours(self.colour(name), self.colour(f"{name}_soft"), self.colour(f"{name}_fill"))

    def scaled(self, pixels: float) -> int:
        """A length that belongs to text, at the chosen text size."""
        return round(pixels * self.text_percent / 100)

    @property
    def control(self) -> int:
        """Height of a control: never under 36."""
        return max(Length.CONTROL, self.scaled(Length.CONTROL))

    def font(self, style: Style) -> QFont:
        """The font of a text style at the chosen text size."""
        return _font(self.scaled(TEXT_STYLES[style].size), TEXT_STYLES[style].weight)

    def metrics(self, style: Style) -> QFontMetricsF:
        """Measures of a text style's font."""
        return QFontMetricsF(self.font(style))

    def text_colour(self, style: Style) -> QColor:
        """The colour of a text style."""
        return self.colour(TEXT_STYLES[style].colour)


@cache
def _font(size: int, weight: int) -> QFont:
    font = QFont(list(FAMILIES))
    font.setPixelSize(size)
    font.setWeight(QFont.Weight(weight))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@cache
def _palette(name: str) -> dict[str, str]:
    text = (paths.resources_folder() / "themes" / f"{name}.json").read_text(encoding="utf-8")
    colours: dict[str, str] = json.loads(text)["colours"]
    return colours


def load(name: str, *, text_percent: int = 100) -> Theme:
    """The theme `light` or `dark` at a text size in percent, held within 90 to 150."""
    percent = min(LARGEST_TEXT, max(SMALLEST_TEXT, text_percent))
    return Theme(name, _palette(name), percent)


@cache
def load_fonts() -> None:
    """Make the bundled fonts known to Qt, once; QApplication has to exist."""
    for file in sorted((paths.resources_folder() / "fonts").glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(file)) < 0:
            log.warning("a bundled font was refused", extra={"code": file.stem})


_in_use: list[Theme] = []


def current() -> Theme:
    """The theme in use: like a QPalette it belongs to the application. Light until `use` is called."""
    if not _in_use:
        _in_use.append(load("light"))
    return _in_use[0]


def use(theme: Theme) -> None:
    """Remember the theme; `ui.stylesheet.dress` also shows it."""
    _in_use[:] = [theme]
