"""The command that counts any indicator over any period."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict

from tongcds.actions import indicators
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, LOOK, read_day, show
from tongcds.domain.periods import PERIOD_OF, Period, PeriodKind
from tongcds.domain.views import IndicatorGroup, IndicatorRow
from tongcds.errors import UserError
from tongcds.i18n import _, format_number, format_percent
from tongcds.reports.sheets import Breakdown

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the command into a parser."""
    made = add("indicators", _show, "every indicator that records can say something about, over a period")
    made.add_argument("code", nargs="*", metavar="CODE", help="only these, for example XHS09")
    add_period(made)
    made.add_argument("--by", choices=[by.value for by in Breakdown], help="also by groups")


def add_period(made: argparse.ArgumentParser) -> None:
    """Give a command the options that choose a period."""
    made.add_argument(
        "--period",
        choices=[kind.value for kind in PERIOD_OF],
        default=PeriodKind.MONTH.value,
        help="kind of period; a month without it",
    )
    made.add_argument("--on", metavar="DAY", help="a day in the period as 2026-11-23; today without it")
    made.add_argument("--from", dest="begins", metavar="DAY", help="first day of any period, with --to")
    made.add_argument("--to", metavar="DAY", help="its last day; today without it")


def _show(options: argparse.Namespace, core: Core) -> int:
    by = None if options.by is None else Breakdown(options.by)
    view = indicators.indicators(core, period_of(options, core), options.code, by)
    lines = [view.period]
    for row in view.rows:
        lines.append(f"{row.code:<6} {_value(row, row.unit):>12}  {row.fingerprint:<9}  {row.name}")
        lines += [f"       {_part(group):>12}             {group.name}" for group in row.groups]
    lines += [f"{other.code:<6} {'–':>12}             {other.name}: {other.reason}" for other in view.others]
    rows = [{**asdict(row), "value": row.value} for row in view.rows]
    show(options, {**asdict(view), "rows": rows}, [*lines, *view.problems])
    return LOOK if view.problems else DONE


def period_of(options: argparse.Namespace, core: Core) -> Period:
    """The period that the options of `add_period` say.

    Raises:
        UserError: period_without_beginning, period_backwards, and a day that is none.
    """
    if options.begins is not None:
        last = core.today if options.to is None else read_day(options.to)
        return Period(read_day(options.begins), last)
    if options.to is not None:
        raise UserError("period_without_beginning")
    day = core.today if options.on is None else read_day(options.on)
    return PERIOD_OF[PeriodKind(options.period)](day)


def _value(row: IndicatorRow, unit: str) -> str:
    value = row.value
    if value is None:
        return _("no data")
    if row.denominator is None:
        return format_number(row.numerator or 0)
    return format_percent(value, decimals=1) if unit == "%" else format_number(round(value, 1))


def _part(group: IndicatorGroup) -> str:
    numerator = "–" if group.numerator is None else format_number(group.numerator)
    return numerator if group.denominator is None else f"{numerator} / {format_number(group.denominator)}"
