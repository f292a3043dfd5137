"""Commands of Tổng hợp in full: figures of a unit and of those below it, and one indicator closely."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from tongcds.actions import board, side_by_side
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, show
from tongcds.commands.indicators import add_period, period_of
from tongcds.domain.periods import Period, before, month_of, year_before
from tongcds.domain.text import fold
from tongcds.domain.views import BoardFigure, BoardIndicator, BoardRow, BoardView
from tongcds.domain.views.board import WHY_WORDS
from tongcds.errors import UserError
from tongcds.i18n import _, format_date, format_number, format_percent

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]
_COMPARED: Final = {"before": before, "year": year_before}


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("board", _board, "figures of this unit and those below it over a period, beside another one")
    made.add_argument("code", nargs="*", metavar="CODE", help="for example XHS09")
    made.add_argument("--unit", default="", help="name of a unit below; again for one below that, with /")
    made.add_argument("--compare", choices=list(_COMPARED), help="the period before, or a year ago")
    made.add_argument("--old-communes", action="store_true", help="by the communes before 1 July 2025")
    add_period(made)
    made = add(
        "figure-closely", _closely, "one indicator over twelve months, by unit and by groups of people"
    )
    made.add_argument("code", metavar="CODE")
    made.add_argument("--unit", default="", help="as of `board`")
    add_period(made)
    made = add("figure-compare", _pair, "one indicator of two freely chosen units side by side")
    made.add_argument("code", metavar="CODE")
    made.add_argument("first", metavar="UNIT", help='as --unit of `board`; "" for the own unit')
    made.add_argument("second", metavar="OTHER", help="as UNIT")
    made.add_argument("--compare", choices=list(_COMPARED), help="the period before, or a year ago")
    add_period(made)
    made = add("figure-records", _records, "the records that a figure counts, where they are held")
    made.add_argument("code", metavar="CODE")
    made.add_argument("--unit", default="", help="as of `board`")
    add_period(made)


def _records(options: argparse.Namespace, core: Core) -> int:
    period = period_of(options, core)
    view = board.records(core, options.code, period, unit_named(core, options.unit, period))
    lines = [f"{view.name} · {view.unit} · {view.period} · {view.fingerprint}"]
    show(options, view, [*lines, *(row.words for row in view.rows)])
    return DONE


def _board(options: argparse.Namespace, core: Core) -> int:
    period = period_of(options, core)
    against = None if options.compare is None else _COMPARED[options.compare](period)
    view = board.board(
        core,
        options.code,
        period,
        against,
        unit_named(core, options.unit, period),
        old_communes=options.old_communes,
    )
    lines = [" · ".join(filter(None, (view.path[-1][1], view.period, view.against)))]
    lines += [f"{place}. {one.name}" for place, one in enumerate(view.indicators, 1)]
    lines += [_row_line(view, row) for row in (view.whole, *view.rows)]
    show(options, view, [*lines, *view.notes])
    return DONE


def _pair(options: argparse.Namespace, core: Core) -> int:
    period = period_of(options, core)
    against = None if options.compare is None else _COMPARED[options.compare](period)
    own = core.credentials().unit_id
    chosen = [unit_named(core, way, period) or own for way in (options.first, options.second)]
    view = side_by_side.side_by_side(core, options.code, period, against, chosen)
    one = view.indicator
    lines = [" · ".join(filter(None, (one.name, view.period, view.against)))]
    for row in view.rows:
        figures = " | ".join(figure_words(one, figure) for figure in (*row.figures, *row.against))
        lines += [f"{row.name:<28} {figures}"]
    show(options, view, [*lines, *view.notes])
    return DONE


def _closely(options: argparse.Namespace, core: Core) -> int:
    period = period_of(options, core)
    view = board.closely(core, options.code, period, unit_named(core, options.unit, period))
    one = view.indicator
    lines = [one.name, *(f"{format_date(p.on)}  {figure_words(one, p.figure)}" for p in view.months)]
    for by, groups in view.groups:
        lines.append(by)
        lines += [f"  {group.name}: {_parts(group.numerator, group.denominator)}" for group in groups]
    show(options, asdict(view), [*lines, *view.notes])
    return DONE


def unit_named(core: Core, way: str, period: Period | None = None) -> bytes | None:
    """The unit that names, parted by "/", lead down to at the end of a period; None for the own one."""
    unit: bytes | None = None
    for name in filter(None, way.split("/")):
        rows = board.board(core, board.FIRST_SHOWN[:1], period, unit_id=unit).rows
        fitting = [row.unit_id for row in rows if fold(name.strip()) == fold(row.name)]
        if len(fitting) != 1:
            day = min((period or month_of(core.today)).last, core.today)
            raise UserError("board_unit_not_there", unit=name.strip(), day=day)
        unit = fitting[0]
    return unit


def _row_line(view: BoardView, row: BoardRow) -> str:
    figures = [figure_words(one, figure) for one, figure in zip(view.indicators, row.figures, strict=True)]
    against = [figure_words(one, figure) for one, figure in zip(view.indicators, row.against, strict=False)]
    return f"{row.name:<28} " + "  ".join(figures) + (f"  | {'  '.join(against)}" if against else "")


def figure_words(indicator: BoardIndicator, figure: BoardFigure) -> str:
    """A figure in words, or why there is none."""
    if figure.value is None:
        return _(WHY_WORDS[figure.why])
    if indicator.ratio and indicator.unit == "%":
        return format_percent(figure.value, decimals=1)
    return format_number(round(figure.value, 1))


def _parts(numerator: int | None, denominator: int | None) -> str:
    part = "–" if numerator is None else format_number(numerator)
    return part if denominator is None else f"{part} / {format_number(denominator)}"
