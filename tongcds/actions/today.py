"""Hôm nay: the team's day at a glance."""

from __future__ import annotations

from dataclasses import replace

from tongcds.actions import difficulties, incoming, privacy
from tongcds.actions.core import Core
from tongcds.domain.views import Reminder, Suggestion, Tile, TodayView
from tongcds.reports import overview as reports
from tongcds.reports.shortfalls import shortfalls
from tongcds.storage import register, supports
from tongcds.storage import suggestions as stored

_TASKS = 4
_RECENT = 5
_SUGGESTED = 3


def today(core: Core) -> TodayView:
    """Figures, what is to be done, and what was done lately, of every village this vault holds."""
    return replace(work(core), tiles=tiles(core), counting=())


def tiles(core: Core) -> tuple[Tile, ...]:
    """The figures alone. In the register of a whole commune they take a second, so nothing waits for them."""
    with core.vault.count() as connection:
        villages = [village_id for village_id, _name in register.villages(connection)]
        return reports.today_tiles(connection, villages, core.today)


def suggestions(core: Core, limit: int = _SUGGESTED) -> tuple[Suggestion, ...]:
    """Households that are worth a visit, the most urgent first, each with its reasons."""
    with core.vault.count() as connection:
        villages = [village_id for village_id, _name in register.villages(connection)]
        missing = shortfalls(connection, villages, core.today)
        return stored.suggestions(connection, core.today, limit, missing)


def _reports(core: Core) -> tuple[Reminder, ...]:
    """Reports that are due, came back or wait for a decision, proposals, difficulties to answer here."""
    found, day = incoming.reminders(core), core.today
    mine = [
        Reminder(
            "report", f"{row.name}, {row.period}", row.reason or row.state.value, (row.due_on - day).days
        )
        for row in found.due
    ]
    if found.to_decide:
        mine.append(Reminder("reports_in", "", "", None, count=found.to_decide))
    if found.proposals:
        mine.append(Reminder("proposals", "", "", None, count=found.proposals))
    mine += [
        Reminder(
            "difficulty",
            row.says.text.splitlines()[0],
            row.unit,
            None if row.due_on is None else (row.due_on - day).days,
        )
        for row in difficulties.asked(core)
    ]
    return tuple(mine)


def work(core: Core) -> TodayView:
    """What is to be done and what was done lately, without the figures: there in a blink."""
    day = core.today
    who = core.credentials()
    waiting = (*privacy.reminders(core), *_reports(core))
    with core.vault.read() as connection:
        counts = register.totals(connection, day)
        todo = supports.open_follow_ups(connection, day, _TASKS)
        week = supports.week_counts(connection, day)
        return TodayView(
            on=day,
            unit_name=who.unit_name,
            commune_name=who.commune_name,
            households=counts.households,
            people=counts.people,
            tiles=(),
            counting=reports.tile_labels(),
            todo=todo.rows,
            todo_today=todo.today,
            todo_week=todo.week,
            todo_overdue=todo.overdue,
            todo_total=todo.total,
            recent=supports.recent(connection, day, _RECENT),
            week_supports=week.supports,
            week_households=week.households,
            reminders=waiting,
        )
