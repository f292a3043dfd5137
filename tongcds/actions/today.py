"""Hôm nay: the team's day at a glance."""

from __future__ import annotations

from tongcds.actions import privacy
from tongcds.actions.core import Core
from tongcds.domain.views import TodayView
from tongcds.reports import overview as reports
from tongcds.storage import register, supports

_TODO = 8
_RECENT = 8


def today(core: Core) -> TodayView:
    """Figures, what is to be done, and what was done lately, of every village this vault holds."""
    day = core.today
    who = core.credentials()
    waiting = privacy.reminders(core)
    with core.vault.read() as connection:
        villages = [village_id for village_id, _name in register.villages(connection)]
        counts = register.totals(connection, day)
        todo = supports.open_follow_ups(connection, day, _TODO)
        week = supports.week_counts(connection, day)
        return TodayView(
            on=day,
            unit_name=who.unit_name,
            commune_name=who.commune_name,
            households=counts.households,
            people=counts.people,
            tiles=reports.today_tiles(connection, villages, day),
            todo=todo.rows,
            todo_today=todo.today,
            todo_week=todo.week,
            recent=supports.recent(connection, day, _RECENT),
            week_supports=week.supports,
            week_households=week.households,
            reminders=waiting,
        )
