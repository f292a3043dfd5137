"""Commands of the support log: reading it, withdrawing and correcting a visit, writing it to a file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Final

from tongcds.actions import follow_ups, logbook, today
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, add_ground, read_day, show, the_household
from tongcds.domain.text import fold
from tongcds.domain.views import GroupBy, LogFilter, LogRow, Result, SupportEntry
from tongcds.errors import UserError
from tongcds.i18n import _, format_date, format_number
from tongcds.storage.wording import result_words

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]
_FEW: Final = 50
_SOME: Final = 10


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("supports", list_supports, "the support log, the latest first")
    made.add_argument("--since", help="first day as 2026-11-23")
    made.add_argument("--until", help="last day")
    made.add_argument("--service", default="", help="service code")
    made.add_argument("--by", default="", help="name of the person who helped")
    made.add_argument("--village", default="", help="name of the village")
    made.add_argument("--household", default="", help="household code, or a text that matches one household")
    made.add_argument("--result", default="", help="alone, together, come_back or declined")
    made.add_argument("--withdrawn", action="store_true", help="what was withdrawn, and nothing else")
    made.add_argument("--group", choices=[by.value for by in GroupBy], default="", help="count instead")
    made.add_argument("--limit", type=int, help=f"how many; {_FEW} without it, with --group all")
    made.add_argument("--file", action="store_true", help="write what matches into a table among the exports")
    add_ground(made)
    made = add("suggest", suggest, "households that are worth a visit, with the reasons")
    made.add_argument("--limit", type=int, default=_SOME, help=f"how many; {_SOME} without it")
    add("tasks", tasks, "what was promised and is not done yet: overdue, today, this week, later")
    made = add("task", task, "put a task off, or say that it is done or not needed any more")
    made.add_argument("task", help="id of the task, as `tasks` names it, or the beginning of it")
    how = made.add_mutually_exclusive_group(required=True)
    how.add_argument("--to", help="another day as 2026-11-23")
    how.add_argument("--done", action="store_true", help="it is done without a visit")
    how.add_argument("--call-off", action="store_true", help="it is not needed any more")
    made = add("withdraw", withdraw, "take a visit out of the log and of every figure; it stays readable")
    made.add_argument("visit", help="id of the visit, as `supports` names it")
    made.add_argument("--why", required=True, help=", ".join(logbook.REASONS))
    made = add("correct", correct, "put a visit right; what is not named stays as it was")
    made.add_argument("visit", help="id of the visit, as `supports` names it")
    made.add_argument("--service", action="append", default=[], metavar="CODE=RESULT", help="repeat")
    made.add_argument("--on", help="day as 2026-11-23")
    made.add_argument("--minutes", type=int)
    made.add_argument("--metres", type=int, help="how far it was to come there")
    made.add_argument("--note")
    made.add_argument("--again", help="day of the next visit")


def list_supports(options: argparse.Namespace, core: Core) -> int:
    """List or count what matches, or write it into a file."""
    wanted = _wanted(options, core)
    if options.file:
        done = logbook.export_log(core, wanted, ground=options.ground)
        words = _("Wrote {n} supports to {file}.").format(n=format_number(done.lines), file=done.path)
        warning = _("Anybody who has this copy can open it.")
        answer = {"file": str(done.path), "supports": done.lines, "left_out": dict(done.left_out.counts)}
        show(options, answer, list(filter(None, (f"{words} {warning}", done.words()))))
        return DONE
    if options.group:
        sums = logbook.sums(core, wanted, GroupBy(options.group))
        sums = replace(sums, groups=sums.groups[: options.limit])
        lines = [f"{format_number(one.supports):>7}  {one.label}" for one in sums.groups]
        show(options, sums, lines)
        return DONE
    limit = _FEW if options.limit is None else options.limit
    rows: list[LogRow] = []
    after = None
    while len(rows) < limit:
        part = logbook.page(core, wanted, after)
        rows += part.rows
        after = part.following
        if after is None:
            break
    rows = rows[:limit]
    lines = [
        f"{row.visit_id.hex()}  {format_date(row.on)}  {row.whom} · {row.service_name} · "
        f"{result_words(row.result)} · {row.by}"
        + (" · " + _("corrected by {name}").format(name=row.corrected_by) if row.corrected_by else "")
        for row in rows
    ]
    show(options, {"supports": [asdict(row) for row in rows]}, lines)
    return DONE


def suggest(options: argparse.Namespace, core: Core) -> int:
    """List households that are worth a visit."""
    found = today.suggestions(core, options.limit)
    lines = [
        f"{row.code:<10} {row.head_name:<28} {', '.join(filter(None, (*row.why, row.furthest)))}"
        for row in found
    ]
    show(options, {"households": [asdict(row) for row in found]}, lines)
    return DONE


def tasks(options: argparse.Namespace, core: Core) -> int:
    """List what is to be done."""
    todo = follow_ups.tasks(core)
    lines = [f"{row.follow_up_id.hex()}  {format_date(row.due)}  {row.title}" for row in todo.rows]
    show(options, todo, lines)
    return DONE


def task(options: argparse.Namespace, core: Core) -> int:
    """Put a task off, finish it or call it off."""
    fitting = [
        row.follow_up_id
        for row in follow_ups.tasks(core).rows
        if options.task and row.follow_up_id.hex().startswith(options.task)
    ]
    if len(fitting) != 1:
        raise UserError("follow_up_unknown")
    if options.to:
        follow_ups.put_off(core, fitting[0], read_day(options.to))
    elif options.done:
        follow_ups.finish(core, fitting[0])
    else:
        follow_ups.call_off(core, fitting[0])
    show(options, {"task": fitting[0]}, [_("The task was changed.")])
    return DONE


def withdraw(options: argparse.Namespace, core: Core) -> int:
    """Withdraw a visit."""
    logbook.withdraw(core, _visit(options), options.why)
    show(options, {"withdrawn": options.visit}, [_("The visit was withdrawn.")])
    return DONE


def correct(options: argparse.Namespace, core: Core) -> int:
    """Correct a visit: another one stands in its place, and it stays readable."""
    before = logbook.entry_of(core, _visit(options))
    helped = tuple(dict.fromkeys(person for one in before.supports for person in one.person_ids))
    entry = replace(
        before,
        on=read_day(options.on) if options.on else before.on,
        minutes=before.minutes if options.minutes is None else options.minutes,
        metres=before.metres if options.metres is None else options.metres,
        note=before.note if options.note is None else options.note,
        follow_up_on=read_day(options.again) if options.again else before.follow_up_on,
        supports=tuple(_support(item, helped) for item in options.service) or before.supports,
    )
    visit_id, _done, _changes = logbook.correct(core, _visit(options), entry)
    show(options, {"visit": visit_id}, [_("The visit was corrected.")])
    return DONE


def _support(item: str, helped: tuple[bytes, ...]) -> SupportEntry:
    code, _sep, result = item.partition("=")
    return SupportEntry(code, helped, _result(result or Result.TOGETHER))


def _result(words: str) -> Result:
    if words not in set(Result):
        raise UserError("result_unknown", result=words)
    return Result(words)


def _visit(options: argparse.Namespace) -> bytes:
    try:
        return bytes.fromhex(options.visit)
    except ValueError:
        raise UserError("visit_unknown") from None


def _wanted(options: argparse.Namespace, core: Core) -> LogFilter:
    known = logbook.sums(core, LogFilter(), GroupBy.SERVICE) if options.by or options.village else None
    by = village = None
    if known is not None and options.by:
        by = _the_one(known.members, options.by, "person_unclear")
    if known is not None and options.village:
        village = _the_one(known.villages, options.village, "village_unknown")
    return LogFilter(
        since=read_day(options.since) if options.since else None,
        until=read_day(options.until) if options.until else None,
        service=options.service,
        by=by,
        village_id=village,
        household_id=the_household(core, options.household).household_id if options.household else None,
        result=_result(options.result) if options.result else None,
        withdrawn=options.withdrawn,
    )


def _the_one(among: tuple[tuple[bytes, str], ...], words: str, code: str) -> bytes:
    fitting = [found for found, name in among if fold(words) in fold(name)]
    exact = [found for found, name in among if fold(words) == fold(name)]
    fitting = exact or fitting
    if len(fitting) != 1:
        raise UserError(code, name=words, count=len(fitting))
    return fitting[0]
