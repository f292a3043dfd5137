"""Commands of the cycle of reports: what is due, drawing up and handing up, deciding on those of others."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from tongcds.actions import comparing, handed, incoming, report_requests, reporting
from tongcds.actions.core import Core
from tongcds.actions.report_requests import RequestText
from tongcds.commands.answers import DONE, LOOK, read_day, show
from tongcds.commands.indicators import add_period, period_of
from tongcds.domain.report_requests import SORT_WORDS, Sort, code_of
from tongcds.domain.reporting import STATE_WORDS, WORD_WORDS, Word
from tongcds.domain.text import fold
from tongcds.domain.views.board import WHY_WORDS, BoardFigure
from tongcds.domain.views.differences import FigureSeen
from tongcds.domain.views.report import Report, TargetLine, cause_key, reason_key
from tongcds.domain.views.reporting import DueRow, IncomingRow, ReportPage, came_late
from tongcds.domain.views.targets import VERDICT_WORDS
from tongcds.errors import UserError
from tongcds.i18n import _, format_date, format_number, format_percent
from tongcds.papers import targets as words_of

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]
_WORDS: Final = {"look": Word.RECEIVED, "return": Word.RETURNED, "accept": Word.ACCEPTED}


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    add("reports", list_due, "reports that this unit owes or handed up, the most urgent first")
    made = add("report", one_of_ours, "a report as it stands now: type into it, hand it up, correct it")
    made.add_argument("kind", help="as `reports` lists it, for example T-MONTH")
    made.add_argument("--on", metavar="DAY", help="a day of the period; the one that ended last without it")
    made.add_argument("--set", action="append", default=[], metavar="SECTION=TEXT", help="as III=…")
    made.add_argument(
        "--cause", action="append", default=[], metavar="TARGET=CAUSE", help="of a comparison: why, as device"
    )
    made.add_argument(
        "--reason", action="append", default=[], metavar="TARGET=TEXT", help="of a comparison: why, in words"
    )
    made.add_argument(
        "--compare", action="store_true", help="its figures beside the server's and what units below reported"
    )
    made.add_argument("--hand-up", action="store_true", help="freeze it with its figures and send it up")
    made = add("reports-in", list_incoming, "who of the units below has handed up a report, and in time")
    made.add_argument("kind", nargs="?", default="", help="the first kind of the level below without it")
    made.add_argument("--on", metavar="DAY", help="a day of the period; the one that ended last without it")
    made = add("report-show", one_handed_up, "a report that was handed up, and what was said of it")
    made.add_argument("id", help="as the lists give it, or the beginning of it")
    made.add_argument("--say", choices=list(_WORDS), help="what this unit decides (its addressee only)")
    made.add_argument("--reason", default="", help="why, needed to return it")
    made.add_argument("--take-back", action="store_true", help="take an own one back (not once accepted)")
    _add_requests(add)


def _add_requests(add: Add) -> None:
    made = add("report-ask", ask_for_one, "ask units below for a thematic or urgent report")
    made.add_argument("title", help="what it is about")
    made.add_argument("--sort", choices=[sort.value for sort in Sort], default=Sort.THEMATIC.value)
    made.add_argument("--text", default="", help="what it is to say")
    made.add_argument("--due", metavar="DAY", required=True, help="the deadline")
    made.add_argument("--indicator", action="append", default=[], metavar="CODE", help="a figure in it")
    made.add_argument("--unit", action="append", default=[], metavar="NAME", help="only this one, or more")
    add_period(made)
    made = add("reports-asked", list_asked, "the thematic and urgent reports that this unit asked for")
    made.add_argument("--withdraw", metavar="ID", default="", help="ask for it no more")


def ask_for_one(options: argparse.Namespace, core: Core) -> int:
    """Ask units below for a report."""
    says = RequestText(
        Sort(options.sort), options.title, options.text, period_of(options, core), read_day(options.due),
        tuple(options.indicator),
    )  # fmt: skip
    report_requests.ask(core, says, [_unit_below(core, name) for name in options.unit])
    return _show_asked(options, core)


def list_asked(options: argparse.Namespace, core: Core) -> int:
    """List what this unit asked for, or ask for one no more."""
    if options.withdraw:
        beginning = options.withdraw.lower()
        fitting = [one for one in report_requests.made(core) if one.request_id.hex().startswith(beginning)]
        if len(fitting) != 1:
            raise UserError("report_request_unknown")
        report_requests.withdraw(core, fitting[0].request_id)
    return _show_asked(options, core)


def _unit_below(core: Core, name: str) -> bytes:
    fitting = [unit for unit, called in report_requests.units_below(core) if fold(called) == fold(name)]
    if len(fitting) != 1:
        raise UserError("board_unit_unknown")
    return fitting[0]


def _show_asked(options: argparse.Namespace, core: Core) -> int:
    asked = report_requests.made(core)
    lines = [
        "  ".join(
            (
                code_of(one.request_id),
                _(SORT_WORDS[one.sort]),
                one.title,
                one.period.name,
                _("due {day}").format(day=format_date(one.due_on)),
            )
        )
        for one in asked
    ]
    show(options, {"requests": [{**asdict(one), "kind": code_of(one.request_id)} for one in asked]}, lines)
    return DONE


def list_due(options: argparse.Namespace, core: Core) -> int:
    """List the own reports."""
    rows = reporting.due(core)
    show(options, {"reports": [_due_values(row) for row in rows]}, [_due_line(row) for row in rows])
    return DONE


def one_of_ours(options: argparse.Namespace, core: Core) -> int:
    """Show a report as it stands, with what is typed into it; hand it up."""
    day = read_day(options.on) if options.on else None
    drawn = reporting.drawn_up(core, options.kind, day)
    told = [
        *(_section(words) for words in options.set),
        *(_about_target(drawn, cause_key, words) for words in options.cause),
        *(_about_target(drawn, reason_key, words) for words in options.reason),
    ]
    if told:
        typed = {**drawn.typed, **dict(told)}
        reporting.keep_text(core, options.kind, drawn.last, typed)
        drawn = reporting.drawn_up(core, options.kind, drawn.last)
    if options.compare:
        return _compare(options, core, drawn)
    if options.hand_up:
        made, _undo, _changes = reporting.hand_up(core, options.kind, drawn.last, drawn.typed)
        page = handed.read(core, made)
        show(options, page, _page_lines(page))
        return DONE
    show(options, drawn, _report_lines(drawn))
    return LOOK if drawn.notes else DONE


def _compare(options: argparse.Namespace, core: Core, drawn: Report) -> int:
    found = comparing.held_against(core, drawn)
    lines = []
    for row in found.rows:
        theirs = "–" if row.theirs is None else _seen(row.theirs)
        mark = "≠" if row.differs else "?" if row.theirs is None else "="
        unit = row.unit or _("the server")
        lines.append(f"{mark} {row.code:<6} {_seen(row.ours):>12} {theirs:>12}  {row.name}  ({unit})")
    if found.asked is False:
        lines.append(_("The server cannot be asked now; what it published last was taken."))
    if found.below:
        words = _("{n} of {all} units below reported over the same days.")
        lines.append(words.format(n=format_number(found.reported), all=format_number(found.below)))
    rows = [{**asdict(row), "gap": row.gap, "differs": row.differs} for row in found.rows]
    show(options, {**asdict(found), "rows": rows}, lines)
    return LOOK if any(row.differs for row in found.rows) else DONE


def _seen(seen: FigureSeen) -> str:
    if seen.numerator is None:
        return _("no data")
    number = format_number(seen.numerator)
    return number if seen.denominator is None else f"{number}/{format_number(seen.denominator)}"


def list_incoming(options: argparse.Namespace, core: Core) -> int:
    """List the reports of the units below."""
    view = incoming.incoming(core, options.kind, read_day(options.on) if options.on else None)
    sums = view.sums
    head = _(
        "{name}, {period}: {handed} of {units} handed up, {in_time} in time, {accepted} accepted"
    ).format(
        name=view.name,
        period=view.period,
        handed=format_number(sums.handed),
        units=format_number(sums.units),
        in_time=format_number(sums.in_time),
        accepted=format_number(sums.accepted),
    )
    show(options, view, [head, *(_incoming_line(row) for row in view.rows)])
    return DONE


def one_handed_up(options: argparse.Namespace, core: Core) -> int:
    """Show a report that was handed up; decide on it, or take it back."""
    report_id = _the_one(core, options.id)
    if options.say:
        handed.decide(core, report_id, _WORDS[options.say], options.reason)
    elif options.take_back:
        handed.withdraw(core, report_id)
    page = handed.read(core, report_id)
    show(options, page, _page_lines(page))
    return DONE


def _the_one(core: Core, beginning: str) -> bytes:
    fitting = [
        report_id for report_id in handed.all_ids(core) if report_id.hex().startswith(beginning.lower())
    ]
    if not beginning or len(fitting) != 1:
        raise UserError("report_unknown")
    return fitting[0]


def _section(words: str) -> tuple[str, str]:
    code, _equals, text = words.partition("=")
    return code.strip(), text


def _about_target(report: Report, place: Callable[[str], str], words: str) -> tuple[str, str]:
    beginning, text = _section(words)
    fitting = [one.key for one in report.targets if one.key.startswith(beginning.lower())]
    if not beginning or len(fitting) != 1:
        raise UserError("target_unknown")
    return place(fitting[0]), text


def _due_values(row: DueRow) -> dict[str, object]:
    return {**asdict(row), "late": came_late(row)}


def _due_line(row: DueRow) -> str:
    parts = [
        row.kind,
        row.period,
        _("due {day}").format(day=format_date(row.due_on)),
        _(STATE_WORDS[row.state]),
        _("late") if came_late(row) and row.handed_on else "",
        _("handed up twice") if row.twice else "",
        row.reason or row.asks,
        "" if row.report_id is None else row.report_id.hex(),
    ]
    return "  ".join(filter(None, parts))


def _incoming_line(row: IncomingRow) -> str:
    parts = [
        f"{row.unit:<28}",
        _(STATE_WORDS[row.state]),
        "" if row.handed_on is None else format_date(row.handed_on),
        _("late") if came_late(row) else "",
        _("handed up twice") if row.twice else "",
        f"{format_number(row.below_in)}/{format_number(row.below)}" if row.below else "",
        "" if row.report_id is None else row.report_id.hex(),
    ]
    return "  ".join(filter(None, parts))


def _page_lines(page: ReportPage) -> list[str]:
    lines = [f"{page.report_id.hex()}  {page.unit}  {page.name}, {page.period}  {_(STATE_WORDS[page.state])}"]
    for one in page.steps:
        when = "" if one.on is None else format_date(one.on)
        lines.append("  ".join(filter(None, ("   ", when, one.by, _(WORD_WORDS[one.word]), one.reason))))
    return [*lines, *(() if page.report is None else _report_lines(page.report))]


def _report_lines(report: Report) -> list[str]:
    lines = [
        _("{name}, {period} ({first} to {last}), to {addressee}, due {day}").format(
            name=report.title,
            period=report.period,
            first=format_date(report.first),
            last=format_date(report.last),
            addressee=report.heading.addressee,
            day=format_date(report.due_on),
        )
    ]
    for row in report.rows:
        figures = " ".join(f"{_figure(one):>18}" for one in (row.before, row.now, row.year))
        lines.append(f"{row.indicator:<6} {figures}  {row.name}")
    lines += [_target_line(line) for line in report.targets]
    for section in report.sections:
        lines.append(f"{section.code}. {section.title}")
        lines += [f"    {words}" for words in (section.lead, *section.text.splitlines()) if words]
    return [*lines, *report.notes]


def _target_line(line: TargetLine) -> str:
    row = line.row
    parts = (
        line.key,
        row.name,
        words_of.wanted(row),
        words_of.now(row),
        _(VERDICT_WORDS[row.verdict]),
        words_of.missing(line),
        words_of.expected(row),
        words_of.why(line),
    )
    return "  ".join(filter(None, parts))


def _figure(figure: BoardFigure) -> str:
    if figure.numerator is None:
        return _(WHY_WORDS[figure.why])
    if figure.denominator is None:
        return format_number(figure.numerator)
    share = "" if figure.value is None else f" {format_percent(figure.value, decimals=1)}"
    return f"{format_number(figure.numerator)}/{format_number(figure.denominator)}{share}"
