"""Figures of a periodic report in few words, as its screen shows them; the paper is `tongcds.documents`'."""

from __future__ import annotations

from tongcds.domain.views.board import WHY_WORDS, BoardFigure
from tongcds.i18n import _, format_number, format_percent


def number_words(figure: BoardFigure) -> str:
    """A figure as it stands in a table: "135/148", "38", or why there is none."""
    if figure.numerator is None:
        return _(WHY_WORDS[figure.why])
    number = format_number(figure.numerator)
    return number if figure.denominator is None else f"{number}/{format_number(figure.denominator)}"


def target_words(figure: BoardFigure) -> str:
    """A figure beside its target: "91,2% / 96,52%"; "" where there is none."""
    value, mark = figure.value, figure.target
    if mark is None:
        return "" if value is None or figure.denominator is None else format_percent(value, decimals=1)
    if figure.denominator is None:
        return format_number(mark.value)
    now = "–" if value is None else format_percent(value, decimals=1)
    return f"{now} / {format_percent(mark.value, decimals=2)}"
