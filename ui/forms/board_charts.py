"""What the chart of Tổng hợp in full shows: a view's figures as `ChartData`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tongcds.domain.views import BoardIndicator, BoardRow, BoardView, CloseView, Mark, PairView, SeriesPoint
from tongcds.i18n import N_, _, format_month, format_number
from ui import words
from ui.forms.board_parts import number_words, target_words, value_words
from ui.widgets.chart import ChartData, ChartKind, ChartPoint, ChartSeries

GROUPS: Final = "groups"
"""Groups of people, drawn as bars."""

_GROUP_HEADS: Final = {"sex": N_("Sex"), "age_band": N_("Age"), "poverty": N_("Poverty class")}


def chart_of(
    view: BoardView, close: CloseView | None, rows: Sequence[BoardRow], kind: object
) -> tuple[ChartData, ChartKind]:
    """The chart of a kind; without its figures it says that they are still being counted."""
    (indicator,) = view.indicators
    mark = view.whole.figures[0].target if kind != GROUPS else None
    series = _series(indicator, close, rows, kind)
    data = ChartData(
        title=indicator.name,
        series=series,
        target=None if mark is None else mark.value,
        target_words="" if mark is None else target_words(indicator, mark),
        foot=_foot(view.path[-1][1], _days_of(view, series, kind), indicator, mark, kind),
        missing=_("Being counted…") if close is None and kind != ChartKind.BARS else "",
    )
    return data, ChartKind.BARS if kind == GROUPS else ChartKind(str(kind))


def _days_of(view: BoardView | PairView, series: Sequence[ChartSeries], kind: object) -> str:
    """What the chart is of: the period, or the months that its lines run over."""
    if kind not in {ChartKind.LINE, ChartKind.MULTIPLES} or not series or not series[0].points:
        return view.period
    return _("{first} to {last}").format(first=series[0].points[0].label, last=series[0].points[-1].label)


def _foot(name: str, days: str, indicator: BoardIndicator, mark: Mark | None, kind: object) -> str:
    """Where the figures come from, and what the dashed line is where it has no words of its own."""
    dashed = ""
    if mark is not None and kind != ChartKind.LINE:
        dashed = _("dashed: {target}").format(target=target_words(indicator, mark))
    return " · ".join(filter(None, (name, days, indicator.code, dashed)))


def pair_chart(view: PairView) -> ChartData:
    """A small chart of each of two units, with one scale."""
    one = view.indicator
    mark = view.rows[0].figures[0].target
    series = [_months(one, row.name, points) for row, points in zip(view.rows, view.months, strict=True)]
    names = " · ".join(row.name for row in view.rows)
    return ChartData(
        title=one.name,
        series=tuple(series),
        target=None if mark is None else mark.value,
        target_words="" if mark is None else target_words(one, mark),
        foot=_foot(names, _days_of(view, series, ChartKind.MULTIPLES), one, mark, ChartKind.MULTIPLES),
    )


def _series(
    indicator: BoardIndicator, close: CloseView | None, rows: Sequence[BoardRow], kind: object
) -> tuple[ChartSeries, ...]:
    if kind == ChartKind.BARS:
        points = tuple(
            ChartPoint(row.name, row.figures[0].value, value_words(indicator, row.figures[0])) for row in rows
        )
        return (ChartSeries(indicator.short, points),) if points else ()
    if close is None:
        return ()
    if kind == ChartKind.LINE:
        return (_months(indicator, indicator.short, close.months),)
    if kind == ChartKind.MULTIPLES:
        return tuple(_months(indicator, name, points) for name, points in close.by_unit)
    return tuple(
        ChartSeries(
            _(_GROUP_HEADS[by]),
            tuple(_group(indicator, group.name, group.numerator, group.denominator) for group in groups),
        )
        for by, groups in close.groups
    )


def _months(indicator: BoardIndicator, name: str, points: Sequence[SeriesPoint]) -> ChartSeries:
    made = [ChartPoint(format_month(p.on), p.figure.value, value_words(indicator, p.figure)) for p in points]
    return ChartSeries(name, tuple(made))


def _group(
    indicator: BoardIndicator, name: str, numerator: int | None, denominator: int | None
) -> ChartPoint:
    """A group as a bar: its share, or its number where there is no whole."""
    shown = words.capital(name)
    if numerator is None or (indicator.ratio and not denominator):
        return ChartPoint(shown, None, _("No data yet"))
    if denominator is None or not indicator.ratio:
        return ChartPoint(shown, float(numerator), format_number(numerator))
    share = numerator / denominator
    counts = f"{format_number(numerator)}/{format_number(denominator)}"
    return ChartPoint(shown, share, f"{number_words(indicator, share)} ({counts})")
